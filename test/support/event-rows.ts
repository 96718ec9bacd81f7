import { parseIp } from '../../src/model/address.ts';
import { type BatchColumns, DictColumn, EventBatch, IpColumn, TextColumn } from '../../src/model/batch.ts';
import { COLUMNS, type Column, type ColumnName } from '../../src/model/columns.ts';

/** Values under column names: texts, addresses as text, enum words, times in microseconds. */
export type Row = Partial<Record<Exclude<ColumnName, 'id'>, string | number>>;

/** A batch that holds `rows`, for tests that want to say in words what is in it. */
export function batchOf(rows: readonly Row[], capacity = Math.max(1, rows.length)): EventBatch {
  const batch = new EventBatch(capacity);
  const address = new Uint8Array(16);
  for (const [r, row] of rows.entries()) {
    for (const column of COLUMNS as readonly Column[]) {
      const value = row[column.name as keyof Row];
      if (value === undefined) continue;
      const values = batch.columns[column.name as keyof BatchColumns];
      if (values instanceof DictColumn || values instanceof TextColumn) values.set(r, String(value));
      else if (values instanceof IpColumn) {
        if (parseIp(String(value), address) === 0) throw new RangeError(`no address: ${value}`);
        values.setBytes(r, address, 0);
      } else values[r] = typeof value === 'number' ? value : (column.values?.[value] ?? Number.NaN);
    }
    batch.length = r + 1;
  }
  return batch;
}
