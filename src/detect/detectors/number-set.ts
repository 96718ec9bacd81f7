/** A set of numbers from 0 on. Very many have one element, for which no Set is made. */
export class NumberSet {
  #only = -1;
  #all: Set<number> | undefined;

  get size(): number {
    return this.#all?.size ?? (this.#only < 0 ? 0 : 1);
  }

  has(number: number): boolean {
    return this.#all ? this.#all.has(number) : this.#only === number;
  }

  add(number: number): this {
    if (this.#all) this.#all.add(number);
    else if (this.#only < 0) this.#only = number;
    else if (this.#only !== number) this.#all = new Set([this.#only, number]);
    return this;
  }
}
