import { describe, expect, it } from 'vitest';
import { MONDAY, observation } from '../detectors/fixtures/observation.ts';
import { WindowBuilder } from './window-builder.ts';

const SECOND = 1e6;
const at = (seconds: number) => MONDAY + seconds * SECOND;

describe('WindowBuilder', () => {
  it('sums up one window under the keys and in the units of the API', () => {
    const builder = new WindowBuilder();
    builder.observe(
      observation({
        at: at(3),
        srcBytes: 1000,
        dstBytes: 9000,
        srcPackets: 10,
        dstPackets: 20,
        dataSegments: 20,
        retransmitted: 1,
        reordered: 2,
        service: 'tls',
        rtts: Float64Array.of(10, 20, 30, Number.NaN),
      }),
    );
    builder.observe(
      observation({
        at: at(9),
        src: '10.0.0.2',
        dst: '10.0.0.1',
        proto: 17,
        srcBytes: 2500,
        dstBytes: 0,
        srcPackets: 5,
        dstPackets: 0,
        dataSegments: 0,
      }),
    );
    expect(builder.close(at(10))).toEqual([
      {
        window_id: 0,
        window_start: MONDAY / 1e6,
        window_end: MONDAY / 1e6 + 10,
        bandwidth: {
          avg_bps: 10_000,
          avg_pps: 3.5,
          duration_s: 10,
          top_src_bytes: [
            { address: '198.51.100.7', bytes: 9000, packets: 20 },
            { address: '10.0.0.2', bytes: 2500, packets: 5 },
            { address: '10.0.0.1', bytes: 1000, packets: 10 },
          ],
          top_dst_bytes: [
            { address: '10.0.0.1', bytes: 11_500, packets: 25 },
            { address: '198.51.100.7', bytes: 1000, packets: 10 },
          ],
        },
        latency: { mean_rtt: 20, max_rtt: 30, p95_rtt: 29, samples: 3 },
        connections: { total: 2, protocols: { tcp: 1, udp: 1 } },
        protocol: {
          bytes: { tcp: 10_000, udp: 2500 },
          services: { tls: 10_000 },
          data_segments: 20,
          retransmitted: 1,
          reordered: 2,
          loss_rate: 0.05,
        },
        record_count: 2,
      },
    ]);
  });

  it('aligns windows to packet time and gives empty ones in between', () => {
    const builder = new WindowBuilder({ seconds: 30 });
    builder.observe(observation({ at: at(59) }));
    builder.observe(observation({ at: at(125) }));
    expect(
      builder
        .close(at(150))
        .map((window) => [window.window_id, window.window_start - MONDAY / 1e6, window.record_count]),
    ).toEqual([
      [0, 30, 1],
      [1, 60, 0],
      [2, 90, 0],
      [3, 120, 1],
    ]);
    const [empty] = builder.close(at(180));
    expect(empty).toMatchObject({
      window_id: 4,
      bandwidth: { avg_bps: 0, top_src_bytes: [] },
      latency: { mean_rtt: null, max_rtt: null, p95_rtt: null, samples: 0 },
      connections: { total: 0, protocols: {} },
      protocol: { loss_rate: 0 },
    });
  });

  it('gives the same window for any order of the observations in it', () => {
    const observations = Array.from({ length: 50 }, (_, i) =>
      observation({
        at: at(i % 10),
        src: `10.0.0.${i % 7}`,
        srcBytes: (i * 37) % 11,
        service: ['dns', 'tls', ''][i % 3],
        rtts: Float64Array.of(i),
      }),
    );
    const fed = (list: readonly (typeof observations)[number][]) => {
      const builder = new WindowBuilder();
      for (const o of list) builder.observe(o);
      return builder.close(at(10));
    };
    expect(fed([...observations].reverse())).toEqual(fed(observations));
  });

  it('gives nothing before anything came, and nothing twice', () => {
    const builder = new WindowBuilder();
    expect(builder.close(at(100))).toEqual([]);
    expect(builder.close(Number.POSITIVE_INFINITY)).toEqual([]);
    builder.observe(observation({ at: at(1) }));
    expect(builder.close(at(9.999999))).toEqual([]);
    expect(builder.close(at(10))).toHaveLength(1);
    expect(builder.close(at(10))).toEqual([]);
  });

  it('closes the window that is open when everything is over', () => {
    const builder = new WindowBuilder();
    builder.observe(observation({ at: at(1) }));
    expect(builder.close(Number.POSITIVE_INFINITY)).toHaveLength(1);
    expect(builder.close(Number.POSITIVE_INFINITY)).toEqual([]);
  });

  it('counts what comes late in the present window', () => {
    const builder = new WindowBuilder();
    builder.observe(observation({ at: at(15) }));
    builder.observe(observation({ at: at(5) }));
    expect(builder.late).toBe(1);
    expect(builder.close(at(20)).map((window) => window.record_count)).toEqual([2]);
  });

  it('bounds the empty windows of a long gap, and says how many it left out', () => {
    const builder = new WindowBuilder({ maxEmpty: 5 });
    builder.observe(observation({ at: at(0) }));
    builder.observe(observation({ at: at(100_000) }));
    const closed = builder.close(at(100_010));
    expect(closed).toHaveLength(7);
    expect(closed.map((window) => window.window_id)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(closed[6].window_start).toBe(MONDAY / 1e6 + 100_000);
    expect(builder.skipped).toBe(9_999 - 5);
  });

  it('bounds the empty windows of very many gaps, and gives those of short ones', () => {
    const gaps = (seconds: number) => {
      const builder = new WindowBuilder();
      let given = 0;
      for (let i = 0; i < 2000; i++) {
        builder.observe(observation({ at: at(i * seconds) }));
        given += builder.close(at(i * seconds)).length;
      }
      return given;
    };
    // Of 2,000 gaps of an hour a hundred are given, and sixteen windows of the others: not 720,000.
    expect(gaps(3600)).toBeLessThan(100 * 360 + 2000 * 20);
    expect(gaps(120)).toBe(12 * 1999);
  });

  it('bounds the names of services', () => {
    const builder = new WindowBuilder();
    for (let i = 0; i < 1000; i++)
      builder.observe(observation({ at: at(1), service: `s${i}`, srcBytes: 1, dstBytes: 0 }));
    const [{ protocol }] = builder.close(at(10));
    expect(Object.keys(protocol.services)).toHaveLength(129);
    expect(protocol.services.other).toBe(872);
  });

  it('takes a time that is none for no observation', () => {
    const builder = new WindowBuilder();
    builder.observe(observation({ at: Number.NaN }));
    expect(builder.close(Number.POSITIVE_INFINITY)).toEqual([]);
  });
});
