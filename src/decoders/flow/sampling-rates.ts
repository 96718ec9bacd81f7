/** Selectors that are kept for one domain: more are nothing that a device has. */
const LIMIT = 1024;
/** The column `sampling` has 32 bits. */
const MOST = 2 ** 32 - 1;

export interface ToldRate {
  readonly rate: number;
  /** Microseconds since 1970. */
  readonly at: number;
}

/** Sampling rates as options data tell them: one for all records, and one for each sampler (48) or selector (302). */
export class SamplingRates {
  #all: ToldRate | undefined;
  readonly #selectors = new Map<number, ToldRate>();

  /**
   * The newest word counts. Answers whether the rate is another one than before.
   * @param selector null for all records.
   * @param rate a whole number from 1 on, see {@link wholeRate}.
   */
  tell(selector: number | null, rate: number, at: number): boolean {
    const before = selector === null ? this.#all : this.#selectors.get(selector);
    const told = { rate, at };
    if (selector === null) this.#all = told;
    else if (before !== undefined || this.#selectors.size < LIMIT) this.#selectors.set(selector, told);
    else return false;
    return before?.rate !== rate;
  }

  /**
   * Rate of records that name no selector, 0 when it is not known. Devices with one sampler describe it by its number
   * and leave the number out of their records, so one selector alone counts for all; several do not.
   */
  general(): number {
    if (this.#all) return this.#all.rate;
    if (this.#selectors.size !== 1) return 0;
    for (const { rate } of this.#selectors.values()) return rate;
    return 0;
  }

  /** Rate of a selector, 0 when it is not known. */
  of(selector: number): number {
    return this.#selectors.get(selector)?.rate ?? 0;
  }

  /** Everything told, the word about all records (selector null) first. */
  *all(): Generator<readonly [selector: number | null, told: ToldRate]> {
    if (this.#all) yield [null, this.#all];
    yield* this.#selectors;
  }
}

/** A rate as it is applied: rounded, at least 1; 0 means "none", which is 1. NaN for what cannot be one. */
export function wholeRate(rate: number): number {
  if (!(rate >= 0 && rate <= MOST)) return Number.NaN;
  return Math.max(1, Math.round(rate));
}
