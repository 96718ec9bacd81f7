import type { Observation } from '../../model/window.ts';
import { MAX_EVIDENCE } from './evidence.ts';

const HELD = 64;

interface Held {
  readonly src: string;
  readonly dst: string;
  readonly event: string;
  readonly bytes: number;
}

/** The events of a window that carried most bytes: evidence for what is told of a sum. */
export class BiggestEvents {
  #held: Held[] = [];
  /** Less than that is not among the biggest. */
  #floor = 0;

  observe(o: Observation): void {
    const bytes = o.srcBytes + o.dstBytes;
    if (o.event === '' || bytes <= this.#floor) return;
    this.#held.push({ src: o.src, dst: o.dst, event: o.event, bytes });
    if (this.#held.length >= 2 * HELD) {
      this.#sort();
      this.#held.length = HELD;
      this.#floor = this.#held[HELD - 1].bytes;
    }
  }

  /** Ids of the biggest ones, of those with `host` at one end when it is given; the biggest first. */
  ids(host?: string): string[] {
    this.#sort();
    const ids: string[] = [];
    for (const { src, dst, event } of this.#held) {
      if (ids.length === MAX_EVIDENCE) break;
      if ((host === undefined || host === src || host === dst) && !ids.includes(event)) ids.push(event);
    }
    return ids;
  }

  clear(): void {
    this.#held = [];
    this.#floor = 0;
  }

  #sort(): void {
    this.#held.sort((a, b) => b.bytes - a.bytes);
  }
}
