import type { EventRow } from '../../src/model/event-row.ts';
import type { EventTail } from '../../src/stores/telemetry/store.ts';

/**
 * Reads `events` forward by id. Ids are small numbers here: an event is committed so many microseconds after `epoch`.
 */
export function tailOf(events: () => readonly EventRow[], epoch: number): EventTail {
  const ascending = () => [...events()].sort((a, b) => Number(a.id) - Number(b.id));
  const later = (after: string) => ascending().filter((row) => Number(row.id) > Number(after));
  return {
    tail: async ({ after, limit }) => {
      const left = later(after);
      const rows = left.slice(0, limit);
      return { rows, upTo: String(rows.at(-1)?.id ?? after), end: rows.length === left.length };
    },
    head: () => String(ascending().at(-1)?.id ?? 0),
    onHead: () => () => {},
    ahead: async (after) => {
      const days = new Map<string, number>();
      for (const row of later(after)) {
        const day = new Date(Number(row.received) / 1000).toISOString().slice(0, 10).replaceAll('-', '');
        days.set(day, (days.get(day) ?? 0) + 1);
      }
      return [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, count]) => ({ day, events: count }));
    },
    bookmarkAt: (time) => String(Math.max(0, time - epoch - 1)),
    commitTime: (id) => epoch + Number(id),
    eventsById: async (ids) => ascending().filter((row) => ids.includes(String(row.id))),
  };
}
