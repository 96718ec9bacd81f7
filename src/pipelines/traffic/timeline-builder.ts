import type { Timeline } from '../../model/traffic.ts';
import type { Window } from '../../model/window.ts';

const STEPS = 512;

/** The course of a capture in fixed memory: when it outgrows the steps, each two of them become one. */
export class TimelineBuilder {
  #start = Number.NaN;
  #step = 0;
  #used = 0;
  readonly #bytes = new Float64Array(STEPS);
  readonly #packets = new Float64Array(STEPS);
  readonly #connections = new Float64Array(STEPS);
  readonly #data = new Float64Array(STEPS);
  readonly #retransmitted = new Float64Array(STEPS);
  readonly #rttSum = new Float64Array(STEPS);
  readonly #rttCount = new Float64Array(STEPS);
  readonly #series = [
    this.#bytes,
    this.#packets,
    this.#connections,
    this.#data,
    this.#retransmitted,
    this.#rttSum,
    this.#rttCount,
  ];

  /** Windows come in the order of time and have one length. */
  add(window: Window): void {
    const { window_start, window_end, bandwidth, latency, protocol, connections } = window;
    if (Number.isNaN(this.#start)) {
      this.#start = window_start;
      this.#step = window_end - window_start;
    }
    let place = this.#place(window_start);
    while (place >= STEPS) {
      this.#halve();
      place = this.#place(window_start);
    }
    if (place < 0) return;
    this.#used = Math.max(this.#used, place + 1);
    this.#bytes[place] += (bandwidth.avg_bps * bandwidth.duration_s) / 8;
    this.#packets[place] += bandwidth.avg_pps * bandwidth.duration_s;
    this.#connections[place] += connections.total;
    this.#data[place] += protocol.data_segments;
    this.#retransmitted[place] += protocol.retransmitted;
    if (latency.mean_rtt === null) return;
    this.#rttSum[place] += latency.mean_rtt * latency.samples;
    this.#rttCount[place] += latency.samples;
  }

  result(): Timeline | null {
    if (this.#used === 0) return null;
    const used = (series: Float64Array) => Array.from(series.subarray(0, this.#used), Math.round);
    return {
      start: this.#start,
      step: this.#step,
      bytes: used(this.#bytes),
      packets: used(this.#packets),
      connections: used(this.#connections),
      rtt: Array.from(this.#rttCount.subarray(0, this.#used), (count, i) =>
        count > 0 ? this.#rttSum[i] / count : null,
      ),
      data_segments: used(this.#data),
      retransmitted: used(this.#retransmitted),
    };
  }

  #place(start: number): number {
    // Starts are whole windows apart but for the last bits of a double.
    return Math.floor((start - this.#start) / this.#step + 1e-6);
  }

  #halve(): void {
    this.#step *= 2;
    for (const series of this.#series) {
      for (let i = 0; i < STEPS / 2; i++) series[i] = series[2 * i] + series[2 * i + 1];
      series.fill(0, STEPS / 2);
    }
    this.#used = Math.ceil(this.#used / 2);
  }
}
