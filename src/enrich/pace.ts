import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of work between two turns of the event loop. */
const SLICE_MS = 5;
/** The clock is read once in so many calls, because reading it costs more than a step of work. */
const STEPS = 128;

/** Cuts long work into slices, so that the event loop gets its turn in between. */
export class Pace {
  #steps = 0;
  #began = performance.now();

  /** Called once a step; true when the slice is used up, and {@link rest} is due. */
  due(): boolean {
    if (++this.#steps < STEPS) return false;
    this.#steps = 0;
    return performance.now() - this.#began >= SLICE_MS;
  }

  /** Lets the event loop turn once. */
  async rest(): Promise<void> {
    await nextTurn();
    this.#began = performance.now();
  }
}

/**
 * Sorts `order` (indices of anything) by `compare`, stable, in slices. Merge sort, bottom up.
 */
export async function sortPaced(
  order: Uint32Array,
  compare: (a: number, b: number) => number,
  pace: Pace,
): Promise<void> {
  let from: Uint32Array = order;
  let to: Uint32Array = new Uint32Array(order.length);
  for (let width = 1; width < order.length; width *= 2) {
    for (let start = 0; start < order.length; start += 2 * width) {
      const middle = Math.min(start + width, order.length);
      const end = Math.min(start + 2 * width, order.length);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        if (pace.due()) await pace.rest();
        if (left < middle && (right === end || compare(from[left], from[right]) <= 0)) to[at] = from[left++];
        else to[at] = from[right++];
      }
    }
    [from, to] = [to, from];
  }
  if (from !== order) order.set(from);
}
