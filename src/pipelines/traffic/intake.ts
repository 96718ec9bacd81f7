/** How often a source that gives nothing is told of, milliseconds. */
const QUIET_MS = 500;

/** A source of bytes until it ends or is stopped, also while nothing comes. */
export class Intake {
  /** Bytes of the present source so far. */
  bytes = 0;
  readonly #onQuiet: (() => void | Promise<void>) | undefined;
  #stopped = false;
  /** Ends the wait for more. */
  #wake: () => void = () => undefined;

  /** @param onQuiet is called now and then while all that came is used and nothing more comes. */
  constructor(onQuiet?: () => void | Promise<void>) {
    this.#onQuiet = onQuiet;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  async *read(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    this.bytes = 0;
    const iterator = source[Symbol.asyncIterator]();
    let over = false;
    try {
      while (!this.#stopped) {
        const next = await this.#next(iterator);
        over = next?.done === true;
        if (next === undefined || next.done) return;
        this.bytes += next.value.length;
        yield next.value;
      }
    } finally {
      // One that still waits for more closes when that has come; nobody waits for it.
      if (!over) void iterator.return?.()?.catch(() => undefined);
    }
  }

  async #next(iterator: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array> | undefined> {
    let settled: { readonly result: IteratorResult<Uint8Array> } | { readonly error: unknown } | undefined;
    iterator.next().then(
      (result) => {
        settled = { result };
        this.#wake();
      },
      (error: unknown) => {
        settled = { error };
        this.#wake();
      },
    );
    while (!settled && !this.#stopped) {
      const isQuiet = await this.#wait();
      if (isQuiet && !settled) await this.#onQuiet?.();
    }
    if (!settled || this.#stopped) return undefined;
    if ('error' in settled) throw settled.error;
    return settled.result;
  }

  /** Resolves with true when time has passed and nothing else happened. */
  #wait(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.#onQuiet && setTimeout(resolve, QUIET_MS, true);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(false);
      };
    });
  }
}
