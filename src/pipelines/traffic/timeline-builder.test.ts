import { describe, expect, it } from 'vitest';
import type { Window } from '../../model/window.ts';
import { TimelineBuilder } from './timeline-builder.ts';
import { WindowTimeline } from './window-timeline.ts';

function window(start: number, rtt: number | null = null): Window {
  return {
    window_id: 0,
    window_start: start,
    window_end: start + 10,
    bandwidth: { avg_bps: 80, avg_pps: 2, duration_s: 10, top_src_bytes: [], top_dst_bytes: [] },
    latency: { mean_rtt: rtt, max_rtt: rtt, p95_rtt: rtt, samples: rtt === null ? 0 : 3 },
    connections: { total: 1, protocols: {} },
    protocol: { bytes: {}, services: {}, data_segments: 4, retransmitted: 1, reordered: 0, loss_rate: 0.25 },
    record_count: 1,
  };
}

describe('TimelineBuilder', () => {
  it('has a step for each window, with gaps where nothing was measured', () => {
    const builder = new TimelineBuilder(10e6);
    const windows = new WindowTimeline(10e6);
    expect(builder.result(null)).toBeNull();
    expect(windows.result()).toBeNull();
    builder.packet(1001e6, 60);
    windows.add(window(1000, 5));
    windows.add(window(1030));
    expect(builder.result(windows.result())?.windows).toEqual({
      start: 1000,
      step: 10,
      connections: [1, 0, 0, 1],
      rtt: [5, null, null, null],
      data_segments: [4, 0, 0, 4],
      retransmitted: [1, 0, 0, 1],
    });
  });

  it('shows short captures in steps shorter than a window, from their first packet on', () => {
    const builder = new TimelineBuilder(10e6);
    builder.packet(1_005e6, 100);
    builder.packet(Number.NaN, 100);
    builder.packet(1_005.1e6, 50);
    const { start, step, bytes, packets } = builder.result(null)!;
    expect(start).toBeLessThanOrEqual(1005);
    expect(start).toBeGreaterThan(1005 - step);
    expect(Math.log2(10 / step) % 1).toBe(0);
    expect([bytes.at(0), bytes.at(-1)]).toEqual([100, 50]);
    expect([step * packets.length > 0.1, packets.reduce((a, b) => a + b)]).toEqual([true, 2]);
  });

  it('makes longer steps of more windows, and loses nothing', () => {
    const builder = new TimelineBuilder(10e6);
    const timeline = new WindowTimeline(10e6);
    for (let i = 0; i < 1500; i++) {
      builder.packet(i * 10e6, 7);
      timeline.add(window(i * 10, 5));
    }
    // Older than all others.
    builder.packet(-5e6, 7);
    const { step, bytes, windows } = builder.result(timeline.result())!;
    expect([step, bytes.length, windows?.step, windows?.rtt.length]).toEqual([40, 375, 40, 375]);
    expect(bytes.reduce((a, b) => a + b)).toBe(1501 * 7);
    expect(windows?.connections.reduce((a, b) => a + b)).toBe(1500);
    expect(windows?.rtt[374]).toBe(5);
  });
});
