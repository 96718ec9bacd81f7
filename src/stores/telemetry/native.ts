import { type BatchColumns, type DictColumn, type EventBatch, IpColumn, type TextColumn } from '../../model/batch.ts';
import { COLUMNS, type Column } from '../../model/columns.ts';
import type { DeadLetter } from '../../model/outcome.ts';
import type { LowCardinalityEncoder } from './low-cardinality.ts';
import { NativeWriter, putVarint } from './native-writer.ts';
import { DEAD_LETTER_COLUMNS, storeType } from './schema.ts';

/*
 * ClickHouse `Native` blocks as a client of revision 0 writes them (a file): number of columns, number of rows, then
 * each column as its name, its type and its values. Several blocks may follow one another in a file.
 */

const WORD = 0x1_0000_0000;

function headerOf(name: string, type: string): Uint8Array {
  const writer = new NativeWriter(128);
  writer.text(name);
  writer.text(type);
  return writer.view();
}

/** Each code that the vocabulary knows as itself, every other as 0: the engine could store but never read it. */
function legalCodes(column: Column): Uint8Array {
  const legal = new Uint8Array(256);
  for (const code of Object.values(column.values ?? {})) legal[code] = code;
  return legal;
}

const columns: readonly { column: Column; header: Uint8Array; legal: Uint8Array }[] = (
  COLUMNS as readonly Column[]
).map((column) => ({ column, header: headerOf(column.name, storeType(column)), legal: legalCodes(column) }));

/** Appends the rows of `batch` to `writer` as one block, straight from the columns; nothing for an empty batch. */
export function writeEvents(writer: NativeWriter, encoder: LowCardinalityEncoder, batch: EventBatch): void {
  if (batch.length === 0) return;
  writer.varint(columns.length);
  writer.varint(batch.length);
  for (const { column, header, legal } of columns) {
    writer.raw(header);
    if (column.type === 'id') writeIds(writer, batch.firstId, batch.idStep, batch.length);
    else if (column.type === 'enum')
      writeCodes(writer, batch.columns[column.name as keyof BatchColumns] as Uint8Array, legal, batch.length);
    else writeColumn(writer, encoder, column, batch.columns[column.name as keyof BatchColumns], batch.length);
  }
}

function writeColumn(
  writer: NativeWriter,
  encoder: LowCardinalityEncoder,
  column: Column,
  values: BatchColumns[keyof BatchColumns],
  rows: number,
): void {
  switch (column.type) {
    case 'time':
      writeTimes(writer, values as Float64Array, rows);
      break;
    case 'u64':
      writeCounters(writer, values as Float64Array, rows);
      break;
    case 'dict':
    case 'set':
      encoder.write(writer, values as DictColumn, rows);
      break;
    case 'text':
    case 'json':
      writeTexts(writer, values as TextColumn, rows);
      break;
    default:
      if (values instanceof IpColumn) writer.raw(values.bytes.subarray(0, rows * 16));
      else writer.raw((values as Float64Array).subarray(0, rows));
  }
}

/** Ids are consecutive multiples of a small step: two 32-bit halves with a carry, no BigInt per row. */
function writeIds(writer: NativeWriter, first: bigint, step: bigint, rows: number): void {
  const words = writer.words(rows * 2);
  const by = Number(step);
  let low = Number(first & 0xffff_ffffn);
  let high = Number(first >> 32n);
  for (let r = 0; r < rows; r++) {
    words[2 * r] = low;
    words[2 * r + 1] = high;
    low += by;
    if (low >= WORD) {
      low -= WORD;
      high++;
    }
  }
  writer.raw(words.subarray(0, rows * 2));
}

function writeCodes(writer: NativeWriter, codes: Uint8Array, legal: Uint8Array, rows: number): void {
  const at = writer.reserve(rows);
  const to = writer.bytes;
  for (let r = 0; r < rows; r++) to[at + r] = legal[codes[r]];
  writer.length = at + rows;
}

/** DateTime64(6) is a signed 64-bit count; floor division keeps the halves of times before 1970 right. */
function writeTimes(writer: NativeWriter, times: Float64Array, rows: number): void {
  const words = writer.words(rows * 2);
  for (let r = 0; r < rows; r++) {
    const time = times[r];
    const high = Math.floor(time / WORD);
    words[2 * r] = time - high * WORD;
    words[2 * r + 1] = high;
  }
  writer.raw(words.subarray(0, rows * 2));
}

/** A counter that is negative or not a number (a broken sender) is stored as 0, never as a huge number. */
function writeCounters(writer: NativeWriter, counters: Float64Array, rows: number): void {
  const words = writer.words(rows * 2);
  for (let r = 0; r < rows; r++) {
    const counter = counters[r];
    if (counter < WORD) {
      words[2 * r] = counter > 0 ? counter : 0;
      words[2 * r + 1] = 0;
    } else {
      const high = Math.floor(counter / WORD);
      words[2 * r] = counter - high * WORD;
      words[2 * r + 1] = high;
    }
  }
  writer.raw(words.subarray(0, rows * 2));
}

function writeTexts(writer: NativeWriter, column: TextColumn, rows: number): void {
  const filled = Math.min(rows, column.rows);
  const { offsets, bytes: from } = column;
  let at = writer.reserve(rows * 5 + (filled > 0 ? offsets[filled] - offsets[0] : 0));
  const to = writer.bytes;
  for (let r = 0; r < filled; r++) {
    const start = offsets[r];
    const end = offsets[r + 1];
    const size = end - start;
    if (size < 128) to[at++] = size;
    else at = putVarint(to, at, size);
    if (size < 48) for (let i = start; i < end; i++) to[at++] = from[i];
    else {
      to.set(from.subarray(start, end), at);
      at += size;
    }
  }
  to.fill(0, at, at + (rows - filled));
  writer.length = at + (rows - filled);
}

const deadHeaders = DEAD_LETTER_COLUMNS.map(([name, type]) => headerOf(name, type));

/** Appends dead letters as one block; letter i has the id `firstId + i * idStep`. Few and rare: plain code. */
export function writeDeadLetters(
  writer: NativeWriter,
  letters: readonly DeadLetter[],
  firstId: bigint,
  idStep: bigint,
): void {
  if (letters.length === 0) return;
  const rows = letters.length;
  writer.varint(deadHeaders.length);
  writer.varint(rows);
  const texts = (of: (letter: DeadLetter) => string) => () => {
    for (const letter of letters) writer.text(of(letter));
  };
  const bodies: Record<string, () => void> = {
    id: () => writeIds(writer, firstId, idStep, rows),
    at: () =>
      writeTimes(
        writer,
        Float64Array.from(letters, (letter) => letter.at),
        rows,
      ),
    source: texts((letter) => letter.source),
    encoding: texts((letter) => letter.encoding),
    peer: texts((letter) => letter.peer),
    reason: texts((letter) => letter.reason),
    detail: texts((letter) => letter.detail),
    bytes: () => {
      for (const letter of letters) writer.blob(letter.bytes);
    },
    size: () =>
      writeCounters(
        writer,
        Float64Array.from(letters, (letter) => letter.size),
        rows,
      ),
  };
  DEAD_LETTER_COLUMNS.forEach(([name], index) => {
    writer.raw(deadHeaders[index]);
    bodies[name]();
  });
}
