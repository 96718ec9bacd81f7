import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { SPLUNK_ANSWERS } from '../../demo/receivers/splunk-answers.ts';
import { type HecClass, hecAnswer } from './hec-codes.ts';

/** A table made by others, for cross-checks only; skipped where it is not at hand. */
const FILE = join(
  process.env.VEDETTE_SHARED ?? resolve(import.meta.dirname, '../../../shared'),
  'data/siem/hec-codes.csv',
);

interface Row {
  readonly code: string;
  readonly http: string;
  readonly text: string;
  readonly our_action: string;
}

/** What the action of the table says, in our classes. */
function classOf({ code, our_action: action }: Row): HecClass {
  if (code === '0') return 'taken';
  if (code === '17') return 'healthy';
  if (code === '7') return 'index';
  if (/^delivered/.test(action)) return 'warning';
  if (/dead-letter/.test(action)) return 'event';
  if (/pause|config/.test(action)) return 'blocked';
  return 'retry';
}

describe.skipIf(!existsSync(FILE))('the codes of the collector', () => {
  const rows: Row[] = existsSync(FILE) ? parse(readFileSync(FILE), { columns: true }) : [];

  it('are all there', () => {
    expect(rows.map(({ code }) => Number(code))).toEqual(Array.from({ length: 29 }, (_, i) => i));
  });

  it.each(rows)('$code, $text, has its class and the text of the receiver', (row) => {
    const [status, text] = SPLUNK_ANSWERS[Number(row.code)];
    expect([status, row.text.startsWith(text)]).toEqual([Number(row.http), true]);
    const answer = {
      status,
      headers: {},
      cookies: [],
      cut: false,
      text: JSON.stringify({ text, code: Number(row.code) }),
    };
    expect(hecAnswer(answer)?.class).toBe(classOf(row));
  });
});
