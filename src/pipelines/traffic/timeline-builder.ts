import type { Timeline } from '../../model/traffic.ts';
import type { Window } from '../../model/window.ts';
import { Steps } from './steps.ts';

/** The first steps of packets are so many times shorter than a window; with each doubling they come nearer to its length. */
const FINER = 2 ** 14;
const [BYTES, PACKETS] = [0, 1];
const [CONNECTIONS, DATA, RETRANSMITTED, RTT_SUM, RTT_COUNT] = [0, 1, 2, 3, 4];

/** The course of a capture in fixed memory, from its packets, and from windows where those are needed. */
export class TimelineBuilder {
  readonly #size: number;
  readonly #packets: Steps;
  readonly #windows: Steps;

  /** @param size length of a window, microseconds. */
  constructor(size: number) {
    this.#size = size;
    this.#packets = new Steps(size / FINER, 2);
    this.#windows = new Steps(size / 1e6, 5);
  }

  /** @param time microseconds; NaN counts for nothing. */
  packet(time: number, bytes: number): void {
    if (Number.isNaN(time)) return;
    const steps = this.#packets;
    if (Number.isNaN(steps.start)) steps.start = Math.floor(time / this.#size) * this.#size;
    steps.at(time);
    steps.add(BYTES, bytes);
    steps.add(PACKETS, 1);
  }

  /** Windows come in the order of time and have one length. */
  window({ window_start, latency, protocol, connections }: Window): void {
    const steps = this.#windows;
    steps.at(window_start);
    steps.add(CONNECTIONS, connections.total);
    steps.add(DATA, protocol.data_segments);
    steps.add(RETRANSMITTED, protocol.retransmitted);
    if (latency.mean_rtt === null) return;
    steps.add(RTT_SUM, latency.mean_rtt * latency.samples);
    steps.add(RTT_COUNT, latency.samples);
  }

  result(): Timeline | null {
    const packets = this.#packets;
    const windows = this.#windows;
    if (packets.length === 0) return null;
    // What lies before the first packet in its window is no pause of the network.
    const counts = packets.values(PACKETS);
    const empty = counts.findIndex((count) => count > 0);
    const sums = windows.values(RTT_SUM);
    const rtt = windows.values(RTT_COUNT).map((count, i) => (count > 0 ? sums[i] / count : null));
    return {
      start: (packets.start + empty * packets.step) / 1e6,
      step: packets.step / 1e6,
      bytes: packets.values(BYTES).slice(empty),
      packets: counts.slice(empty),
      windows:
        windows.length === 0
          ? null
          : {
              start: windows.start,
              step: windows.step,
              connections: windows.values(CONNECTIONS),
              rtt,
              data_segments: windows.values(DATA),
              retransmitted: windows.values(RETRANSMITTED),
            },
    };
  }
}
