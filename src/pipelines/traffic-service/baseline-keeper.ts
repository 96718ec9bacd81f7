import type { Baseline, BaselineType } from '../../model/window.ts';
import { learnBaselines } from './learn-baselines.ts';
import type { TrafficResults } from './results.ts';

/** The baselines that were generated last, and from which windows. */
export class BaselineKeeper {
  #list: readonly Baseline[] = [];
  #at: number | null = null;
  #key = '';

  get list(): readonly Baseline[] {
    return this.#list;
  }

  /** When they were generated, milliseconds since 1970; null before. */
  get at(): number | null {
    return this.#at;
  }

  /**
   * Learns those of `types` anew, unless they are of the same windows already; the others stay.
   * @param run which run made the results. @returns those that were learned; undefined when there was nothing to do.
   */
  generate(
    results: TrafficResults,
    run: string | undefined,
    types: readonly BaselineType[],
    force: boolean,
  ): readonly Baseline[] | undefined {
    const key = `${run} ${results.windows.length} ${results.dropped} ${[...types].sort()}`;
    if (!force && this.#key === key) return undefined;
    const learned = learnBaselines(results.windows, results.visible, types);
    this.#list = [...this.#list.filter(({ type }) => !types.includes(type)), ...learned];
    this.#at = Date.now();
    this.#key = key;
    return learned;
  }
}
