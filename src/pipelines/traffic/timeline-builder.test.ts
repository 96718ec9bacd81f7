import { describe, expect, it } from 'vitest';
import type { Window } from '../../model/window.ts';
import { TimelineBuilder } from './timeline-builder.ts';

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
    const builder = new TimelineBuilder();
    expect(builder.result()).toBeNull();
    builder.add(window(1000, 5));
    builder.add(window(1030));
    expect(builder.result()).toEqual({
      start: 1000,
      step: 10,
      bytes: [100, 0, 0, 100],
      packets: [20, 0, 0, 20],
      connections: [1, 0, 0, 1],
      rtt: [5, null, null, null],
      data_segments: [4, 0, 0, 4],
      retransmitted: [1, 0, 0, 1],
    });
  });

  it('makes longer steps of more windows, and loses nothing', () => {
    const builder = new TimelineBuilder();
    for (let i = 0; i < 1500; i++) builder.add(window(i * 10, 5));
    const timeline = builder.result()!;
    expect([timeline.step, timeline.bytes.length]).toEqual([40, 375]);
    expect(timeline.bytes.reduce((a, b) => a + b)).toBe(150_000);
    expect(timeline.rtt[374]).toBe(5);
  });
});
