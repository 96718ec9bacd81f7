import type { Timeline } from '../../model/traffic.ts';
import type { Window } from '../../model/window.ts';
import { Steps } from './steps.ts';

const [CONNECTIONS, DATA, RETRANSMITTED, RTT_SUM, RTT_COUNT] = [0, 1, 2, 3, 4];

/** What windows tell of the course of a capture, in fixed memory. */
export class WindowTimeline {
  readonly #steps: Steps;

  /** @param size length of a window, microseconds. */
  constructor(size: number) {
    this.#steps = new Steps(size / 1e6, 5);
  }

  /** Windows come in the order of time and have one length. */
  add({ window_start, latency, protocol, connections }: Window): void {
    const steps = this.#steps;
    steps.at(window_start);
    steps.add(CONNECTIONS, connections.total);
    steps.add(DATA, protocol.data_segments);
    steps.add(RETRANSMITTED, protocol.retransmitted);
    if (latency.mean_rtt === null) return;
    steps.add(RTT_SUM, latency.mean_rtt * latency.samples);
    steps.add(RTT_COUNT, latency.samples);
  }

  /** Null when there was no window. */
  result(): Timeline['windows'] {
    const steps = this.#steps;
    if (steps.length === 0) return null;
    const sums = steps.values(RTT_SUM);
    return {
      start: steps.start,
      step: steps.step,
      connections: steps.values(CONNECTIONS),
      rtt: steps.values(RTT_COUNT).map((count, i) => (count > 0 ? sums[i] / count : null)),
      data_segments: steps.values(DATA),
      retransmitted: steps.values(RETRANSMITTED),
    };
  }
}
