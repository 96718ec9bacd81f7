import { COLUMNS } from '../../src/model/columns.ts';
import type { EventRow } from '../../src/model/event-row.ts';
import { LowCardinalityEncoder } from '../../src/stores/telemetry/low-cardinality.ts';
import { writeEvents } from '../../src/stores/telemetry/native.ts';
import { NativeReader } from '../../src/stores/telemetry/native-reader.ts';
import { NativeRows } from '../../src/stores/telemetry/native-rows.ts';
import { NativeWriter } from '../../src/stores/telemetry/native-writer.ts';
import { batchOf, type Row } from './event-rows.ts';

/** Between the ids of two rows. */
const ID_STEP = 256n;

/**
 * Rows as a reader of the store gets them: through the block that is inserted, and back. Ids count up from that of the
 * first row; what is null there, or has no value of its type, is not set.
 */
export function storedRows(rows: readonly EventRow[]): EventRow[] {
  const batch = batchOf(
    rows.map(({ id: _, ...row }) => Object.fromEntries(Object.entries(row).filter(([, value]) => isSet(value))) as Row),
  );
  batch.firstId = BigInt(String(rows[0]?.id ?? 0));
  batch.idStep = ID_STEP;
  const writer = new NativeWriter();
  writeEvents(writer, new LowCardinalityEncoder(), batch);
  const stored: EventRow[] = [];
  new NativeRows(COLUMNS).read(new NativeReader(Uint8Array.from(writer.view())), stored);
  return stored;
}

function isSet(value: EventRow[string]): boolean {
  return value !== null && value !== '';
}
