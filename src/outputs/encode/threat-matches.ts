import type { EventRow } from '../../model/event-row.ts';
import { type Derived, derived, type Write } from './json-field.ts';
import { asNumber, asText } from './row-values.ts';

/** One match with threat intelligence, as the column `threat_matches` has it. */
export interface StoredMatch {
  readonly indicator: string;
  readonly category: string;
  /** Percent. */
  readonly confidence: number;
  /** The list it came from. */
  readonly source: string;
  /** Column whose value matched: `src_ip`, `dst_ip`, `domain`. */
  readonly field: string;
}

/**
 * The matches of an event: few have any, so they are parsed. Where the list is damaged, what remains is the surest match,
 * which stands in columns of its own.
 */
export function threatMatches(row: EventRow): StoredMatch[] {
  const indicator = asText(row.threat_indicator);
  if (indicator === '') return [];
  const matches = parsed(asText(row.threat_matches));
  if (matches.length > 0) return matches;
  const confidence = asNumber(row.threat_confidence) || 0;
  return [{ indicator, category: asText(row.threat_category), confidence, source: '', field: '' }];
}

/** A value that is made of matches. @param more columns that it reads beside those. */
export function ofMatches(write: Write, more: Derived['of'] = []): Derived {
  const columns = ['threat_indicator', 'threat_matches', 'threat_category', 'threat_confidence'] as const;
  return derived([...columns, ...more], write, 'threat_indicator');
}

function parsed(stored: string): StoredMatch[] {
  if (stored === '') return [];
  try {
    const list: unknown = JSON.parse(stored);
    return Array.isArray(list) ? list.flatMap(matchOf) : [];
  } catch {
    return [];
  }
}

function matchOf(value: unknown): StoredMatch[] {
  if (typeof value !== 'object' || value === null) return [];
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const word = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
  const indicator = word('indicator');
  if (indicator === '') return [];
  const confidence = typeof fields.confidence === 'number' ? fields.confidence : 0;
  return [{ indicator, category: word('category'), confidence, source: word('source'), field: word('field') }];
}
