import type { Io } from './io.ts';

/** On a terminal at most ten times a second. */
const TERMINAL_MS = 100;
/** Without one, a line now and then for the log. */
const LOG_MS = 10_000;

/** One line of progress on stderr: replaced in place on a terminal, else written every ten seconds. */
export class Progress {
  readonly #io: Io;
  readonly #now: () => number;
  #last: number;

  constructor(io: Io, now: () => number = Date.now) {
    this.#io = io;
    this.#now = now;
    this.#last = now();
  }

  /** `line` is only called when there is something to write. */
  show(line: () => string): void {
    const now = this.#now();
    if (now - this.#last < (this.#io.errIsTerminal ? TERMINAL_MS : LOG_MS)) return;
    this.#last = now;
    if (this.#io.errIsTerminal) this.#io.status(line());
    else this.#io.say(line());
  }

  end(): void {
    this.#io.status('');
  }
}
