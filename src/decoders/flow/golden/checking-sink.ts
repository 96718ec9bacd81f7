import { EventBatch } from '../../../model/batch.ts';
import { KINDS } from '../../../model/kinds.ts';
import { rowOf } from '../../fixtures/collecting-sink.ts';
import type { FlowSink } from '../flow-sink.ts';

const CAPACITY = 256;
/** `attrs` are read in one batch of this many, for that takes longer than all the rest. */
const READ_ATTRS = 16;

/** A sink that keeps nothing, but throws where a row is not what a row may be. */
export class CheckingSink implements FlowSink {
  readonly batch = new EventBatch(CAPACITY);
  rows = 0;
  rejects = 0;
  #batches = 0;

  full(): void {
    if (this.batch.length < CAPACITY) throw new Error('full() was called with room left');
    this.take();
  }

  reject(_reason: string, _detail: string, bytes: Uint8Array, start: number, end: number): void {
    if (!(start >= 0 && start <= end && end <= bytes.length)) throw new Error(`bytes ${start} to ${end}`);
    this.rejects++;
  }

  /** Looks at all rows, and whether the ones past the length are empty; begins anew. */
  take(): void {
    const { batch } = this;
    if (batch.length > CAPACITY) throw new Error(`${batch.length} rows of ${CAPACITY}`);
    const readAttrs = this.#batches++ % READ_ATTRS === 0;
    for (let row = 0; row < batch.length; row++) checkRow(batch, row, readAttrs);
    for (let row = batch.length; row < CAPACITY; row++)
      if (Object.keys(rowOf(batch, row)).length > 0) throw new Error(`row ${row} past the length is not empty`);
    this.rows += batch.length;
    batch.reset();
  }
}

function checkRow({ columns }: EventBatch, row: number, readAttrs: boolean): void {
  if (columns.kind[row] !== KINDS.flow) throw new Error(`kind is ${columns.kind[row]}`);
  if (!Number.isFinite(columns.ts[row])) throw new Error(`ts is ${columns.ts[row]}`);
  const duration = columns.duration[row];
  if (!(duration >= 0 && duration < Number.POSITIVE_INFINITY)) throw new Error(`duration is ${duration}`);
  for (const name of ['bytes', 'packets', 'src_bytes', 'dst_bytes', 'src_packets', 'dst_packets'] as const) {
    const value = columns[name][row];
    if (!(Number.isSafeInteger(value) && value >= 0)) throw new Error(`${name} is ${value}`);
  }
  for (const name of ['source', 'exporter', 'app', 'state', 'user'] as const)
    if (columns[name].get(row) === undefined) throw new Error(`${name} has no such code`);
  if (readAttrs && !columns.attrs.isEmpty(row)) JSON.parse(columns.attrs.get(row));
}
