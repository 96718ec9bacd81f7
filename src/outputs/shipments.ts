import type { EventRow } from '../model/event-row.ts';
import { isAfter } from './event-order.ts';
import type { WindowEntry } from './window.ts';

/** Events to be sent in one request: those of an entry of the window that are not settled, or a part of them. */
export interface Shipment {
  readonly entry: WindowEntry;
  readonly rows: readonly EventRow[];
  /** Attempts that failed, in a row. */
  readonly attempts: number;
  /** Attempts in all. */
  readonly tries: number;
  /** When it may be sent, on the clock that only grows. */
  due: number;
  /** Of the first attempt, milliseconds since 1970; 0 before it. */
  readonly firstAt: number;
  /** It failed before: to send it is to send its events again. */
  readonly again: boolean;
  /** Requests that had succeeded when it failed first in a row: more of them, and it is not the receiver that fails. */
  readonly successes: number;
}

/** Shipments that wait to be sent again, oldest first. */
export class Shipments {
  #waiting: Shipment[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  put(...shipments: readonly Shipment[]): void {
    for (const shipment of shipments) {
      let place = this.#waiting.length;
      while (place > 0 && comesBefore(shipment, this.#waiting[place - 1])) place--;
      this.#waiting.splice(place, 0, shipment);
    }
  }

  /** The oldest that is due. */
  takeDue(now: number): Shipment | undefined {
    const place = this.#waiting.findIndex(({ due }) => due <= now);
    return place < 0 ? undefined : this.#waiting.splice(place, 1)[0];
  }

  /** The one that failed least, due or not: the best to try a receiver with. */
  takeBest(): Shipment | undefined {
    let best = 0;
    for (let place = 1; place < this.#waiting.length; place++)
      if (this.#waiting[place].attempts < this.#waiting[best].attempts) best = place;
    return this.#waiting.splice(best, 1)[0];
  }

  nextDue(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { due } of this.#waiting) next = Math.min(next, due);
    return next;
  }

  /** All are due: the receiver is back. */
  release(now: number): void {
    for (const shipment of this.#waiting) shipment.due = Math.min(shipment.due, now);
  }

  clear(): void {
    this.#waiting = [];
  }
}

function comesBefore(a: Shipment, b: Shipment): boolean {
  return isAfter(String(b.rows[0].id), String(a.rows[0].id));
}
