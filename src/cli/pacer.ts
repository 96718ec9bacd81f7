export interface PaceOptions {
  /** Pauses are divided by this; infinity leaves none. */
  readonly speed: number;
  /** Datagrams a second, whatever the pauses were. */
  readonly rate: number | undefined;
}

/** Says when each datagram is due: as far from the one before as it was captured, or at a steady rate. */
export class Pacer {
  readonly #options: PaceOptions;
  readonly #clock: () => number;
  #sent = 0;
  #began = Number.NaN;
  /** When this pass began, on our clock in milliseconds, and the capture time it began with in microseconds. */
  #passBegan = Number.NaN;
  #first = Number.NaN;

  /** @param clock milliseconds, never going back. */
  constructor(options: PaceOptions, clock: () => number) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Milliseconds to wait before a datagram captured at `time` (microseconds; NaN: as soon as the one before). */
  wait(time: number): number {
    const now = this.#clock();
    const { speed, rate } = this.#options;
    if (Number.isNaN(this.#began)) this.#began = now;
    if (rate !== undefined) return this.#began + (this.#sent++ * 1000) / rate - now;
    if (Number.isNaN(time)) return 0;
    if (Number.isNaN(this.#first)) {
      this.#first = time;
      this.#passBegan = now;
    }
    return this.#passBegan + (time - this.#first) / 1000 / speed - now;
  }

  /** The file begins again, at once. */
  nextPass(): void {
    this.#first = Number.NaN;
  }
}
