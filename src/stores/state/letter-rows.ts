import type { NewOutputDeadLetter, OutputDeadLetter } from '../../model/output.ts';
import { timeOrderedId } from './ids.ts';

/** Bytes of UTF-8 that are kept of each text. */
const ORIGINAL_BYTES = 64 << 10;
const CODE_BYTES = 128;
const REASON_BYTES = 4 << 10;
/** Characters of originals in one statement. */
const CHUNK_CHARACTERS = 16 << 20;

/** A dead letter as the table has it; 64-bit ids as text. */
export interface LetterRow {
  id: string;
  output: string;
  event_id: string;
  original: string;
  code: string;
  reason: string;
  attempts: number;
  first_at: Date;
  last_at: Date;
}

/** The values of one statement, a list for each column. */
export interface LetterColumns {
  readonly ids: string[];
  readonly events: string[];
  readonly originals: string[];
  readonly codes: string[];
  readonly reasons: string[];
}

export const NO_LETTERS: LetterColumns = { ids: [], events: [], originals: [], codes: [], reasons: [] };

/**
 * New letters as the columns of one or several statements, their texts such as PostgreSQL can hold. An event comes once
 * in all of them, as its last letter has it: a statement cannot update a row twice. They are in the order of events, so
 * that two who write letters of the same ones wait for each other and do not lock each other out.
 */
export function columnsOf(letters: readonly NewOutputDeadLetter[]): LetterColumns[] {
  const chunks: LetterColumns[] = [];
  let characters = 0;
  const byEvent = new Map(letters.map((each) => [each.eventId.padStart(20, '0'), each]));
  for (const [, letter] of [...byEvent].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const original = holdable(letter.original, ORIGINAL_BYTES);
    characters += original.length;
    let chunk = chunks.at(-1);
    if (!chunk || characters > CHUNK_CHARACTERS) {
      chunk = { ids: [], events: [], originals: [], codes: [], reasons: [] };
      chunks.push(chunk);
      characters = original.length;
    }
    chunk.ids.push(timeOrderedId());
    chunk.events.push(letter.eventId);
    chunk.originals.push(original);
    chunk.codes.push(holdable(letter.code, CODE_BYTES));
    chunk.reasons.push(holdable(letter.reason, REASON_BYTES));
  }
  return chunks;
}

/** At most `bytes` of UTF-8, whole characters; NUL, which PostgreSQL refuses, as the escape that JSON has for it. */
function holdable(text: string, bytes: number): string {
  const escaped = text.replaceAll('\0', '\\u0000');
  // No character has more than three bytes a UTF-16 unit.
  if (escaped.length * 3 <= bytes) return escaped;
  const encoded = Buffer.from(escaped);
  if (encoded.length <= bytes) return escaped;
  let end = bytes;
  while (end > 0 && (encoded[end] & 0xc0) === 0x80) end--;
  return encoded.toString('utf8', 0, end);
}

export function toLetter(row: LetterRow): OutputDeadLetter {
  return {
    id: row.id,
    output: row.output,
    eventId: row.event_id,
    original: row.original,
    code: row.code,
    reason: row.reason,
    attempts: row.attempts,
    firstAt: row.first_at.toISOString(),
    lastAt: row.last_at.toISOString(),
  };
}
