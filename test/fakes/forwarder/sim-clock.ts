import type { Clock } from '../../../src/outputs/forwarder-clock.ts';

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/** Time that passes only when `run` lets it, from one timer to the next, with all promises settled in between. */
export class SimClock implements Clock {
  /** Timers that have fired: what work is measured by. */
  fired = 0;
  #time = 0;
  #timers: Timer[] = [];
  readonly #epoch: number;

  /** @param epoch milliseconds since 1970 at the beginning. */
  constructor(epoch = Date.UTC(2026, 2, 10)) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#epoch + this.#time;
  }

  elapsed(): number {
    return this.#time;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { at: this.#time + Math.max(0, ms), call };
    let place = this.#timers.length;
    while (place > 0 && this.#timers[place - 1].at > timer.at) place--;
    this.#timers.splice(place, 0, timer);
    return () => {
      const found = this.#timers.indexOf(timer);
      if (found >= 0) this.#timers.splice(found, 1);
    };
  }

  soon(call: () => void): void {
    this.after(0, call);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Lets time pass, that long or until the condition holds. @returns whether it does. */
  async run(ms: number, until: () => boolean = () => false): Promise<boolean> {
    const end = this.#time + ms;
    for (;;) {
      await new Promise(setImmediate);
      if (until()) return true;
      const next = this.#timers[0];
      if (!next || next.at > end) break;
      this.#timers.shift();
      this.#time = next.at;
      this.fired++;
      next.call();
    }
    this.#time = end;
    return until();
  }

  /** A clock for one process: after `kill` nothing of it happens any more. */
  life(): { readonly clock: Clock; kill(): void } {
    let alive = true;
    const guarded = (call: () => void) => () => {
      if (alive) call();
    };
    return {
      clock: {
        now: () => this.now(),
        elapsed: () => this.elapsed(),
        after: (ms, call) => this.after(ms, guarded(call)),
        soon: (call) => this.soon(guarded(call)),
      },
      kill() {
        alive = false;
      },
    };
  }
}
