import type { SendLimits } from './output.ts';

/** Bytes of an event before one was seen, and at least while only the compressed size is known. */
const ASSUMED_BYTES = 1000;
const WEIGHT = 0.2;
/** After a receiver found a batch too large, batches grow again by so much with each that it takes. */
const GROWTH = 1.02;

/**
 * How many events make a batch. Their size is known only once they are encoded, so it is guessed from the batches before;
 * a receiver that finds one too large (413) gets half as many from then on.
 */
export class BatchSizer {
  readonly #limits: SendLimits;
  #bytesPerEvent = ASSUMED_BYTES;
  #cap: number;

  constructor(limits: SendLimits) {
    this.#limits = limits;
    this.#cap = Math.max(1, limits.events);
  }

  get events(): number {
    return Math.max(1, Math.floor(Math.min(this.#cap, this.#limits.bytes / this.#bytesPerEvent)));
  }

  /** @param body bytes before compression; `wire` is what there is when it is not known. */
  delivered(events: number, body: number | undefined, wire: number): void {
    if (events === 0) return;
    const seen = body === undefined ? Math.max(ASSUMED_BYTES, wire / events) : body / events;
    if (seen > 0) this.#bytesPerEvent += WEIGHT * (seen - this.#bytesPerEvent);
    if (this.#cap < this.#limits.events && events * 2 > this.#cap)
      this.#cap = Math.min(this.#limits.events, Math.max(this.#cap * GROWTH, this.#cap + 0.1));
  }

  tooLarge(events: number): void {
    this.#cap = Math.max(1, Math.min(this.#cap, Math.floor(events / 2)));
  }
}
