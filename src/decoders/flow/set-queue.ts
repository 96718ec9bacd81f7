import type { KnownTemplate } from './known-template.ts';

/** A data set of the message in hand. Reused. */
export interface QueuedSet {
  id: number;
  /** Where its records begin and end. */
  start: number;
  end: number;
  /** The template that was in force where the set stands, or came after it; undefined while there is none. */
  template: KnownTemplate | undefined;
}

/** The data sets of a message in their order, kept back until all its templates are known. */
export class SetQueue {
  readonly #sets: QueuedSet[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  at(index: number): QueuedSet {
    return this.#sets[index];
  }

  add(id: number, start: number, end: number, template: KnownTemplate | undefined): void {
    const set = this.#sets[this.#length++];
    if (set === undefined) this.#sets.push({ id, start, end, template });
    else {
      set.id = id;
      set.start = start;
      set.end = end;
      set.template = template;
    }
  }

  clear(): void {
    for (let i = 0; i < this.#length; i++) this.#sets[i].template = undefined;
    this.#length = 0;
  }
}
