import type { Timeline } from '../../model/traffic.ts';
import { Steps } from './steps.ts';

/** The first steps of packets are so many times shorter than a window; with each doubling they come nearer to its length. */
const FINER = 2 ** 14;
const [BYTES, PACKETS] = [0, 1];

/** The course of a capture in fixed memory, from its packets. What needs windows is a {@link WindowTimeline}. */
export class TimelineBuilder {
  readonly #size: number;
  readonly #packets: Steps;

  /** @param size length of a window, microseconds. */
  constructor(size: number) {
    this.#size = size;
    this.#packets = new Steps(size / FINER, 2);
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

  result(windows: Timeline['windows']): Timeline | null {
    const packets = this.#packets;
    if (packets.length === 0) return null;
    // What lies before the first packet in its window is no pause of the network.
    const counts = packets.values(PACKETS);
    const empty = counts.findIndex((count) => count > 0);
    return {
      start: (packets.start + empty * packets.step) / 1e6,
      step: packets.step / 1e6,
      bytes: packets.values(BYTES).slice(empty),
      packets: counts.slice(empty),
      windows,
    };
  }
}
