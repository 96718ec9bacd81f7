import type { Column } from '../../model/columns.ts';
import { seriesSums } from './aggregates.ts';
import { decodeCell } from './cells.ts';
import type { Answer, Cell } from './driver.ts';
import type { Series, SeriesQuery, StoredDeadLetter, TopItem, TopResult } from './store.ts';

/** A cell as a value; one that is not a number (an unknown coordinate) stays NaN. */
const keyOf = (column: Column, cell: Cell): string | number => decodeCell(column, cell) ?? Number.NaN;

/** Rows that begin with a value of `column` → those values. */
export function valuesOf(column: Column, rows: Answer['rows']): (string | number)[] {
  return rows.map(([value]) => keyOf(column, value));
}

/** Rows of topStatement → the result. */
export function topOf(column: Column, answer: Answer): TopResult {
  const items = answer.rows.map(
    ([value, events, bytes, packets, risk]): TopItem => ({
      value: keyOf(column, value),
      events: Number(events),
      bytes: Number(bytes),
      packets: Number(packets),
      risk: Number(risk),
    }),
  );
  const [, events = 0, bytes = 0, packets = 0] = answer.totals ?? [];
  return {
    items,
    distinct: answer.before,
    total: { events: Number(events), bytes: Number(bytes), packets: Number(packets) },
  };
}

/** Rows of seriesStatement → one series a key in the order of `keys`, then that of all others; empty ones left out. */
export function seriesOf(query: SeriesQuery, keys: readonly (string | number)[], rows: Answer['rows']): Series[] {
  const sums: readonly string[] = seriesSums(query.measures);
  const series: Series[] = [];
  for (let place = 1; place <= keys.length + 1; place++) {
    const index = place > keys.length ? 0 : place;
    const own = rows.filter((row) => row[1] === index);
    if (own.length === 0) continue;
    const at = own.map(([start]) => Number(start));
    const sum = (name: string, row: readonly Cell[]) => Number(row[2 + sums.indexOf(name)]);
    const values: Record<string, number[]> = {};
    for (const measure of query.measures)
      values[measure] = own.map((row) =>
        measure === 'risk_avg' ? sum('risk_sum', row) / sum('events', row) : sum(measure, row),
      );
    series.push({
      key: index === 0 ? null : keys[index - 1],
      other: index === 0 && query.by !== undefined,
      at,
      values,
    });
  }
  return series;
}

export function deadLetterOf(cells: readonly Cell[]): StoredDeadLetter {
  const [id, at, source, encoding, peer, reason, detail, bytes, size] = cells;
  return {
    id: String(id),
    at: Number(at),
    source: String(source),
    encoding: String(encoding),
    peer: String(peer),
    reason: String(reason),
    detail: String(detail),
    bytes: new Uint8Array(Buffer.from(String(bytes), 'base64')),
    size: Number(size),
  };
}
