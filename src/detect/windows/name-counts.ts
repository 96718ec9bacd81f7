/** Sums by name, with a limit to the names: what comes after it is summed up as `other`. */
export class NameCounts {
  readonly #capacity: number;
  #sums = new Map<string, number>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(name: string, value: number): void {
    const sum = this.#sums.get(name);
    if (sum !== undefined) this.#sums.set(name, sum + value);
    else if (this.#sums.size < this.#capacity) this.#sums.set(name, value);
    else this.#sums.set('other', (this.#sums.get('other') ?? 0) + value);
  }

  clear(): void {
    this.#sums.clear();
  }

  /** Largest first; equal ones by name. Names such as `__proto__` are names like all others. */
  toRecord(): Readonly<Record<string, number>> {
    const sorted = [...this.#sums].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    return Object.fromEntries(sorted);
  }
}
