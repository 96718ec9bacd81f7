import type { Io } from './io.ts';
import { count, printable } from './table.ts';

const SHOWN = 10;

/** Says the first few things that are wrong with the input, and counts the rest. */
export class Problems {
  readonly #io: Io;
  count = 0;

  constructor(io: Io) {
    this.#io = io;
  }

  add(text: string): void {
    this.count++;
    if (this.count <= SHOWN) this.#io.say(`${this.#io.colors.yellow('warning')} ${printable(text)}`);
  }

  end(): void {
    if (this.count > SHOWN) this.#io.say(`${this.#io.colors.yellow('warning')} and ${count(this.count - SHOWN)} more`);
  }
}
