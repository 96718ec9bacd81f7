import type { EventRow } from '../model/event-row.ts';

const DAY = 86_400_000_000;

/** Events by day of receipt (YYYYMMDD, UTC): the store's retention removes them by that day. */
export type DayCounts = ReadonlyMap<string, number>;

let lastNumber = Number.NaN;
let lastName = '';

/** Day of a time in microseconds since 1970. */
export function dayOf(at: number): string {
  const number = Math.floor(at / DAY);
  if (number !== lastNumber) {
    lastName = new Date(number * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
    lastNumber = number;
  }
  return lastName;
}

/** Start of a day in microseconds since 1970. */
export function startOfDay(day: string): number {
  return Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6, 8))) * 1000;
}

/** How many of the rows were received on which day, by their column `received`. */
export function countDays(rows: readonly EventRow[]): DayCounts {
  const counts = new Map<string, number>();
  let day = '';
  let run = 0;
  for (const row of rows) {
    const of = dayOf(Number(row.received));
    if (of !== day) {
      if (run > 0) counts.set(day, (counts.get(day) ?? 0) + run);
      day = of;
      run = 0;
    }
    run++;
  }
  if (run > 0) counts.set(day, (counts.get(day) ?? 0) + run);
  return counts;
}
