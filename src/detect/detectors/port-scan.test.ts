import { describe, expect, it } from 'vitest';
import { Random } from '../../../demo/random.ts';
import type { Anomaly, Observation } from '../../model/window.ts';
import { Detection } from './detection.ts';
import { MONDAY, observation } from './fixtures/observation.ts';
import { HomeNetworks } from './home-networks.ts';
import { PortScan } from './port-scan.ts';

const SECOND = 1e6;
const at = (seconds: number) => MONDAY + seconds * SECOND;
const SCANNER = '203.0.113.9';

/** A SYN that nobody answered. */
function syn(parts: Partial<Observation>): Observation {
  return observation({
    state: 'S0',
    tcpFlags: 2,
    srcPackets: 1,
    dstPackets: 0,
    srcBytes: 60,
    dstBytes: 0,
    dataSegments: 0,
    ...parts,
  });
}

function run(observations: Iterable<Observation>, until = Number.POSITIVE_INFINITY): Anomaly[] {
  const detection = new Detection({ detectors: [new PortScan({ isInternal: new HomeNetworks().isInternal })] });
  for (const o of observations) detection.observe(o);
  return detection.close(until).flatMap(({ anomalies }) => anomalies);
}

describe('PortScan', () => {
  it('finds the ports of one host being tried, within one window', () => {
    const found = run(
      Array.from({ length: 30 }, (_, i) =>
        syn({ src: SCANNER, dst: '10.0.0.5', dstPort: 20 + i, at: at(i / 10), event: `e${i}` }),
      ),
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      type: 'port_scan',
      metric: 'distinct_ports',
      current_value: 30,
      threshold: 5,
      flow_src: SCANNER,
      flow_dst: '10.0.0.5',
      message: '203.0.113.9 tried 30 TCP ports of 10.0.0.5 without getting a connection within 3 s.',
      techniques: ['T1595.001', 'T1046'],
      severity: 'high',
    });
    expect(found[0].evidence).toHaveLength(10);
  });

  it('finds a port being tried on many hosts, refused or not', () => {
    const [found] = run(
      Array.from({ length: 9 }, (_, i) =>
        syn({ src: SCANNER, dst: `10.0.0.${i}`, dstPort: 445, state: i % 2 ? 'REJ' : 'S0', at: at(i / 10) }),
      ),
    );
    expect(found).toMatchObject({ metric: 'distinct_hosts', current_value: 9, port: 445, techniques: ['T1595.001'] });
    expect(found.why).toContain('after 4 of them');
  });

  it('finds hosts tried at random, from outside after five', () => {
    const random = (hosts: number) =>
      run(Array.from({ length: hosts }, (_, i) => syn({ src: SCANNER, dst: `10.0.0.${i}`, dstPort: 1000 + 7 * i })));
    expect(random(4)).toEqual([]);
    expect(random(5)).toMatchObject([{ metric: 'distinct_hosts', current_value: 5 }]);
  });

  it('waits for 25 hosts tried at random from inside', () => {
    const random = (hosts: number) =>
      run(Array.from({ length: hosts }, (_, i) => syn({ src: '10.0.0.9', dst: `10.0.1.${i}`, dstPort: 1000 + 7 * i })));
    expect(random(24)).toEqual([]);
    expect(random(25)).toMatchObject([{ techniques: ['T1046', 'T1018'] }]);
  });

  it('finds a scan that mostly succeeds, which the random walk misses', () => {
    const [found] = run(
      Array.from({ length: 41 }, (_, i) =>
        i % 3 === 0
          ? syn({ src: SCANNER, dst: `10.0.0.${i}`, dstPort: 22, at: at(i / 10) })
          : observation({ src: SCANNER, dst: `10.0.0.${i}`, dstPort: 22, at: at(i / 10) }),
      ),
    );
    expect(found).toMatchObject({ current_value: 14, port: 22 });
  });

  it('is silent for backscatter: answers to SYNs that somebody forged', () => {
    const states = ['OTH', 'SHR', 'RSTRH', ''];
    const observations = Array.from({ length: 500 }, (_, i) =>
      observation({
        src: SCANNER,
        srcPort: 80,
        dst: `10.0.${i >> 8}.${i & 255}`,
        dstPort: 1024 + i,
        state: states[i % 4],
        tcpFlags: i % 2 ? 0x12 : 0x14,
        srcPackets: 1,
        dstPackets: 0,
        dataSegments: 0,
      }),
    );
    expect(run(observations)).toEqual([]);
  });

  it('does not believe a state that the flags contradict', () => {
    expect(
      run(Array.from({ length: 50 }, (_, i) => syn({ src: SCANNER, dst: `10.0.0.${i}`, tcpFlags: 0x12 }))),
    ).toEqual([]);
  });

  it('takes states that nobody knows for none', () => {
    const odd = Array.from({ length: 50 }, (_, i) =>
      syn({ src: SCANNER, dst: `10.0.0.${i}`, state: i % 2 ? 'constructor' : '?' }),
    );
    expect(run(odd)).toEqual([]);
  });

  it('is silent for office traffic in which one of eight fails', () => {
    const random = new Random(3);
    const observations = Array.from({ length: 5000 }, (_, i) => {
      const dst = `198.51.${random.between(0, 20)}.${random.between(0, 255)}`;
      const parts = {
        at: at(i / 5),
        src: `10.0.0.${random.between(1, 15)}`,
        srcPort: 1024 + i,
        dst,
        dstPort: random.pick([80, 443, 443, 993]),
      };
      return random.next() < 0.125 ? syn(parts) : observation(parts);
    });
    expect(run(observations)).toEqual([]);
  });

  it('forgets after an hour that a source was a scanner, and what failed before it was benign', () => {
    const tries = (hour: number, outcomes: string) =>
      [...outcomes].map((outcome, i) => {
        const parts = {
          src: '10.0.0.9',
          dst: `198.51.${hour}.${i}`,
          dstPort: 1000 + hour * 20 + i,
          at: at(hour * 1200 + i),
        };
        return outcome === '-' ? syn(parts) : observation(parts);
      });
    // Five in a row fail at once, and twenty more in the hours after it, among many that do not.
    const hours = Array.from({ length: 12 }, (_, hour) => tries(hour + 1, '-+++++-+++++-'));
    expect(run([...tries(0, '-----+++++'), ...hours.flat()])).toEqual([]);
    // So many within the hour are a scan.
    expect(run(tries(0, '-'.repeat(25)))).toHaveLength(1);
  });

  it('gives a SYN at the end of a window a second for its answer', () => {
    const parts = (i: number) => ({ src: SCANNER, dst: `10.0.0.${i}`, srcPort: 4000 + i, start: at(9.5), dstPort: 22 });
    const asked = Array.from({ length: 20 }, (_, i) => syn({ ...parts(i), at: at(9.5) }));
    const answered = Array.from({ length: 20 }, (_, i) => observation({ ...parts(i), at: at(10.2), first: false }));
    expect(run([...asked, ...answered])).toEqual([]);
    expect(run(asked)).toHaveLength(1);
    expect(run([...asked, observation({ at: at(15) })], at(30))).toHaveLength(1);
  });

  it('tells a scan that goes on only when it has doubled, and every window anew after it was forgotten', () => {
    const scan = (seconds: number, from: number, number: number) =>
      Array.from({ length: number }, (_, i) =>
        syn({ src: SCANNER, dst: `10.0.0.${from + i}`, dstPort: 23, at: at(seconds) }),
      );
    const found = run([...scan(0, 0, 6), ...scan(10, 6, 5), ...scan(20, 11, 1), ...scan(30, 12, 20)]);
    expect(found.map(({ current_value }) => current_value)).toEqual([6, 12, 32]);
  });

  it('finds a slow scan over a day by the hosts it tried', () => {
    const slow = Array.from({ length: 20 }, (_, i) =>
      syn({ src: SCANNER, dst: `10.0.0.${i}`, dstPort: 3389, at: at(i * 3000) }),
    );
    expect(run(slow)).toMatchObject([
      { metric: 'distinct_hosts', current_value: 12, port: 3389, message: expect.stringContaining('slowly') },
    ]);
    const answered = slow.map((o, i) => (i % 2 ? { ...o, state: 'SF', tcpFlags: 0x1b, dstPackets: 9 } : o));
    expect(run(answered)).toEqual([]);
  });

  it.each([
    ['NULL', { tcpFlags: 0, problems: 16 }],
    ['FIN', { tcpFlags: 1 }],
    ['Xmas', { tcpFlags: 0x29 }],
    ['Maimon', { tcpFlags: 0x11 }],
    ['SYN+FIN', { tcpFlags: 3, problems: 32 }],
  ])('names a %s scan', (name, parts) => {
    const probes = (number: number) =>
      Array.from({ length: number }, (_, i) =>
        syn({ src: SCANNER, dst: '10.0.0.5', dstPort: i + 1, state: 'OTH', ...parts }),
      );
    expect(run(probes(4))).toEqual([]);
    expect(run(probes(8))).toMatchObject([
      { metric: 'distinct_targets', message: expect.stringContaining(`${name} probes`) },
    ]);
  });

  it('takes connections that began before the capture for no scan', () => {
    const rest = Array.from({ length: 50 }, (_, i) =>
      observation({
        dst: `198.51.100.${i}`,
        state: 'OTH',
        tcpFlags: i % 2 ? 0x10 : 0x11,
        srcPackets: 1,
        dstPackets: 1,
        dataSegments: 0,
      }),
    );
    expect(run(rest)).toEqual([]);
  });

  it('finds scans in flows, which have no state', () => {
    const flows = Array.from({ length: 20 }, (_, i) =>
      syn({ src: SCANNER, dst: `10.0.0.${i}`, dstPort: 22, state: '' }),
    );
    expect(run(flows)).toMatchObject([{ current_value: 20, port: 22 }]);
    const used = flows.map((o) => ({ ...o, tcpFlags: 0x1b, srcPackets: 9 }));
    expect(run(used)).toEqual([]);
  });

  it('finds UDP ports tried on a host, but takes neither traceroute nor multicast for it', () => {
    const udp = (from: number, dst: string) =>
      run(Array.from({ length: 40 }, (_, i) => syn({ src: SCANNER, dst, dstPort: from + i, proto: 17, tcpFlags: 0 })));
    expect(udp(1000, '10.0.0.5')).toMatchObject([{ metric: 'distinct_ports', flow_dst: '10.0.0.5' }]);
    expect(udp(33_434, '10.0.0.5')).toEqual([]);
    expect(udp(1000, '239.1.1.1')).toEqual([]);
  });

  it('decides by when attempts began, not by the order in which they are fed', () => {
    const observations = Array.from({ length: 12 }, (_, i) =>
      i < 4
        ? observation({ src: SCANNER, dst: `10.0.0.${i}`, dstPort: 100 + i, at: at(i / 10) })
        : syn({ src: SCANNER, dst: `10.0.0.${i}`, dstPort: 100 + i, at: at(i / 10) }),
    );
    expect(run([...observations].reverse())).toEqual(run(observations));
    expect(run(observations)).toHaveLength(1);
  });
});
