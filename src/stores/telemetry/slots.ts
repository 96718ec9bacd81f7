import { AppError } from '../../kit/errors.ts';

interface Waiter<T> {
  take(slot: T): void;
  refuse(error: unknown): void;
}

/** A fixed set of things that one caller at a time may hold; those who come later wait in order, up to a limit. */
export class Slots<T> {
  readonly #free: T[];
  readonly #waiting = new Set<Waiter<T>>();
  readonly #limit: number;

  constructor(slots: readonly T[], limit = 256) {
    this.#free = [...slots];
    this.#limit = limit;
  }

  /** @throws AppError UNAVAILABLE when too many wait; the reason of `signal` when it aborts meanwhile. */
  async use<R>(work: (slot: T) => Promise<R>, signal?: AbortSignal): Promise<R> {
    const slot = await this.#take(signal);
    try {
      return await work(slot);
    } finally {
      const [next] = this.#waiting;
      if (next) {
        this.#waiting.delete(next);
        next.take(slot);
      } else this.#free.push(slot);
    }
  }

  /** Refuses everyone who still waits. */
  refuse(error: unknown): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const waiter of waiting) waiter.refuse(error);
  }

  #take(signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const free = this.#free.pop();
    if (free !== undefined) return Promise.resolve(free);
    if (this.#waiting.size >= this.#limit)
      return Promise.reject(new AppError('UNAVAILABLE', 'Too many queries are waiting.', { retryAfter: 5 }));
    return new Promise((resolve, reject) => {
      const settle = () => signal?.removeEventListener('abort', onAbort);
      const waiter: Waiter<T> = {
        take(slot) {
          settle();
          resolve(slot);
        },
        refuse(error) {
          settle();
          reject(error);
        },
      };
      const onAbort = () => {
        if (this.#waiting.delete(waiter)) waiter.refuse(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(waiter);
    });
  }
}
