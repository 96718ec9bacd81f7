import { describe, expect, it } from 'vitest';
import type { BaselineType, Window } from '../../model/window.ts';
import { MONDAY, observation } from '../detectors/fixtures/observation.ts';
import { WindowBuilder } from '../windows/window-builder.ts';
import { Baselines } from './baselines.ts';

const SECOND = 1e6;

/** Windows of one connection each; `bytes` says how big. */
function windows(bytes: readonly number[]): Window[] {
  const builder = new WindowBuilder();
  for (const [i, srcBytes] of bytes.entries())
    builder.observe(
      observation({
        at: MONDAY + i * 10 * SECOND,
        srcBytes,
        dstBytes: 0,
        dataSegments: 100,
        retransmitted: 1,
        rtts: Float64Array.of(20, 30),
      }),
    );
  return builder.close(Number.POSITIVE_INFINITY);
}

describe('Baselines', () => {
  it('have statistics of every metric of the windows', () => {
    const baselines = new Baselines();
    for (const window of windows([1250, 2500, 3750])) baselines.update(window);
    expect(baselines.list().map(({ type, windows: count }) => [type, count])).toEqual([
      ['bandwidth', 3],
      ['latency', 3],
      ['protocol', 3],
      ['connection', 3],
    ]);
    expect(baselines.get('bandwidth')?.metrics.bps).toMatchObject({
      count: 3,
      mean: 2000,
      median: 2000,
      min: 1000,
      max: 3000,
    });
    expect(baselines.get('latency')?.metrics.rtt.mean).toBe(25);
    expect(baselines.get('protocol')?.metrics).toMatchObject({ loss_rate: { mean: 0.01 }, 'share.tcp': { mean: 1 } });
    expect(baselines.get('connection')?.metrics.connections.max).toBe(1);
  });

  it('are not there before anything was learned', () => {
    const baselines = new Baselines();
    expect(baselines.get('bandwidth')).toBeUndefined();
    expect(baselines.list()).toEqual([]);
    expect(baselines.expect('bps', MONDAY)).toBeUndefined();
  });

  it('leave suspicious windows out of the statistics, and learn a tenth of them', () => {
    const suspicious = new Set<BaselineType>(['bandwidth']);
    const baselines = new Baselines();
    for (const window of windows([1250, 1250, 1250, 1250])) baselines.update(window);
    for (const window of windows([1e9, 1e9, 1e9, 1e9])) baselines.update(window, suspicious);
    expect(baselines.get('bandwidth')?.metrics.bps).toMatchObject({ count: 4, max: 1000 });
    expect(baselines.get('connection')?.metrics.connections.count).toBe(8);
    expect(baselines.expect('bps', MONDAY + 80 * SECOND)?.expected).toBeCloseTo(1000, 3);
    // With their full weight the median would lie between both.
    const trusting = new Baselines();
    for (const window of windows([1250, 1250, 1250, 1250, 1e9, 1e9, 1e9, 1e9])) trusting.update(window);
    expect(trusting.expect('bps', MONDAY + 80 * SECOND)?.expected).toBeGreaterThan(100_000);
  });

  it('are the same after being saved as JSON and loaded, and refuse another version', () => {
    const baselines = new Baselines();
    for (const window of windows([1250, 2500, 3750, 1000])) baselines.update(window);
    const saved = JSON.parse(JSON.stringify(baselines.save()));
    const copy = new Baselines();
    expect(copy.load(saved)).toBe(true);
    expect(copy.list()).toEqual(baselines.list());
    const [a, b] = [baselines, copy].map((each) => each.expect('bps', MONDAY + 40 * SECOND)!.upper);
    expect(b / a).toBeCloseTo(1, 4);
    expect(copy.load({ ...saved, version: 99 })).toBe(false);
    expect(copy.list()).toHaveLength(4);
  });

  it('forget one type or all', () => {
    const baselines = new Baselines();
    for (const window of windows([1250, 2500])) baselines.update(window);
    baselines.reset(['latency']);
    expect(baselines.list().map(({ type }) => type)).toEqual(['bandwidth', 'protocol', 'connection']);
    baselines.reset();
    expect(baselines.list()).toEqual([]);
  });

  it('learn no more metrics than they have room for', () => {
    const [window] = windows([1000]);
    const bytes = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`p${i}`, 5]));
    const baselines = new Baselines();
    baselines.update({ ...window, protocol: { ...window.protocol, bytes } });
    expect(Object.keys(baselines.get('protocol')!.metrics)).toHaveLength(64);
  });
});
