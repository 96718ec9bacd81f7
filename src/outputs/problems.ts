import type { OutputProblem } from '../model/output.ts';

/** The last thing that went wrong, for the status. */
export class Problems {
  readonly #now: () => number;
  #last: OutputProblem | null = null;

  /** @param now milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get last(): OutputProblem | null {
    return this.#last;
  }

  note(code: string, detail: string): void {
    this.#last = { at: Math.round(this.#now() * 1000), code, detail };
  }
}
