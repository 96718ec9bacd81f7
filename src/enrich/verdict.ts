import type { BatchColumns } from '../model/batch.ts';
import type { Found } from './indicator-set.ts';

/** Matches that one event lists; `threat_count` counts the others too. */
const LISTED_MATCHES = 16;
const MAX_COUNT = 255;
/** Verdicts kept per field; then all are forgotten, which is cheaper than choosing. */
const KEPT = 8_192;

/** What the threat columns of a row say, ready to be copied. */
export interface Verdict {
  readonly count: number;
  readonly indicator: Uint8Array;
  readonly category: string;
  readonly confidence: number;
  readonly matches: Uint8Array;
}

const encoder = new TextEncoder();

/** The verdict over everything that covers a row, at least one. Sorts `found`: the best first. */
export function verdictOf(found: Found[]): Verdict {
  if (found.length > 1) found.sort((a, b) => b.confidence - a.confidence || b.specificity - a.specificity);
  const best = found[0];
  return {
    count: Math.min(MAX_COUNT, found.length),
    indicator: encoder.encode(best.value),
    category: best.label.category,
    confidence: best.confidence,
    matches: encoder.encode(listText(found)),
  };
}

/** The JSON of `threat_matches`, put together from pieces: three times as fast as building objects for it. */
function listText(found: readonly Found[]): string {
  let text = '';
  for (let i = 0; i < found.length && i < LISTED_MATCHES; i++) {
    const { value, label, confidence, field } = found[i];
    text += `${i === 0 ? '[' : ','}{"indicator":"${value}",${label.categoryJson},"confidence":${confidence},`;
    text += `${label.sourceJson},"field":"${field}"}`;
  }
  return `${text}]`;
}

export function writeVerdict(columns: BatchColumns, row: number, verdict: Verdict): void {
  columns.threat_count[row] = verdict.count;
  columns.threat_indicator.setBytes(row, verdict.indicator, 0, verdict.indicator.length);
  columns.threat_category.set(row, verdict.category);
  columns.threat_confidence[row] = verdict.confidence;
  columns.threat_matches.setBytes(row, verdict.matches, 0, verdict.matches.length);
}

/**
 * Verdicts over IPv4 addresses of one field that matched lately: a sweep from a listed host, or a beacon to one, is
 * many rows with one verdict. Holds for one snapshot only.
 */
export class VerdictCache {
  readonly #verdicts = new Map<number, Verdict>();

  get(address: number): Verdict | undefined {
    return this.#verdicts.get(address);
  }

  put(address: number, verdict: Verdict): void {
    if (this.#verdicts.size === KEPT) this.#verdicts.clear();
    this.#verdicts.set(address, verdict);
  }
}
