import type { EventRow } from '../model/event-row.ts';
import type { NewDeadLetter } from './forwarder-parts.ts';

/** Longest original and reason, characters. */
const ORIGINAL = 65_536;
const REASON = 500;

/** A dead letter of an event that was refused for good. NUL, which PostgreSQL cannot keep in a text, is replaced. */
export function deadLetterOf(
  row: EventRow,
  refused: { readonly code: string; readonly reason: string; readonly original: string },
  attempts: number,
  firstAt: number,
  lastAt: number,
): NewDeadLetter {
  return {
    eventId: String(row.id),
    original: clean(refused.original, ORIGINAL),
    code: clean(refused.code, REASON),
    reason: clean(refused.reason, REASON),
    attempts,
    firstAt: new Date(firstAt).toISOString(),
    lastAt: new Date(lastAt).toISOString(),
  };
}

function clean(text: string, limit: number): string {
  return text.slice(0, limit).replaceAll('\0', '\uFFFD');
}
