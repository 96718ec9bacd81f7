import { COLUMNS, type Column, type ColumnName, type ColumnType } from './columns.ts';
import { Dictionary } from './dictionary.ts';

/** A dictionary a decoder writes into is thrown away (with the codes of an empty batch) past this many strings. */
const DICTIONARY_LIMIT = 65_536;

/**
 * Where a batch gets its memory: `bytes` zeroed bytes. A batch asks for the same amounts in the same order whenever it is
 * made with the same capacity, so that two batches in two threads can lie on the same shared buffers.
 */
export type Allocator = (bytes: number) => ArrayBufferLike;

const ownMemory: Allocator = (bytes) => new ArrayBuffer(bytes);

/** Addresses: 16 network-order bytes a row, and the IPv4 number beside them for the fast path. */
export class IpColumn {
  readonly bytes: Uint8Array;
  /** The same memory as four 32-bit words a row (machine order of network-order bytes: compare, hash, copy only). */
  readonly words: Uint32Array;
  /** IPv4 address as a number, 0 unless `family` is 4. */
  readonly v4: Uint32Array;
  /** 0 none, 4 or 6. */
  readonly family: Uint8Array;

  constructor(capacity: number, allocate: Allocator = ownMemory) {
    this.bytes = new Uint8Array(allocate(capacity * 16));
    this.words = new Uint32Array(this.bytes.buffer);
    this.v4 = new Uint32Array(allocate(capacity * 4));
    this.family = new Uint8Array(allocate(capacity));
  }

  /** Puts the IPv4 address `address` (192.0.2.1 is 0xc0000201), mapped, into `row`. */
  setV4(row: number, address: number): void {
    const at = row * 4;
    this.words[at] = 0;
    this.words[at + 1] = 0;
    this.words[at + 2] = 0xffff0000;
    this.words[at + 3] =
      ((address & 0xff) << 24) | ((address & 0xff00) << 8) | ((address >>> 8) & 0xff00) | (address >>> 24);
    this.v4[row] = address;
    this.family[row] = 4;
  }

  /** Puts the 16 network-order bytes at `from[offset]` into `row`; an IPv4-mapped address becomes IPv4. */
  setBytes(row: number, from: Uint8Array, offset: number): void {
    const at = row * 16;
    for (let i = 0; i < 16; i++) this.bytes[at + i] = from[offset + i];
    const word = row * 4;
    if (this.words[word] === 0 && this.words[word + 1] === 0 && this.words[word + 2] === 0xffff0000) {
      this.v4[row] =
        ((from[offset + 12] << 24) | (from[offset + 13] << 16) | (from[offset + 14] << 8) | from[offset + 15]) >>> 0;
      this.family[row] = 4;
    } else {
      this.v4[row] = 0;
      this.family[row] = 6;
    }
  }

  clear(row: number): void {
    this.words.fill(0, row * 4, row * 4 + 4);
    this.v4[row] = 0;
    this.family[row] = 0;
  }

  /** Empties the first `rows` rows. */
  reset(rows: number): void {
    this.words.fill(0, 0, rows * 4);
    this.v4.fill(0, 0, rows);
    this.family.fill(0, 0, rows);
  }
}

/** Dictionary-coded strings. `dictionary` may be replaced as a whole by a step that fills every row (locate). */
export class DictColumn {
  readonly codes: Uint32Array;
  dictionary = new Dictionary();

  constructor(capacity: number, allocate: Allocator = ownMemory) {
    this.codes = new Uint32Array(allocate(capacity * 4));
  }

  set(row: number, text: string): void {
    this.codes[row] = this.dictionary.intern(text);
  }

  get(row: number): string {
    return this.dictionary.strings[this.codes[row]];
  }

  /** Empties the first `rows` rows. */
  reset(rows: number): void {
    this.codes.fill(0, 0, rows);
    if (this.dictionary.size > DICTIONARY_LIMIT) this.dictionary = new Dictionary();
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Encoder and decoder refuse memory that another thread could change under them. */
function isShared(bytes: Uint8Array): boolean {
  return bytes.buffer instanceof SharedArrayBuffer;
}

/**
 * Strings of any length as one run of UTF-8 bytes with offsets. Rows are written in ascending order; a row may be
 * written again only while it is the last one written (a record that turned out bad).
 */
export class TextColumn {
  /** Row r is `bytes[offsets[r]]` up to `bytes[offsets[r + 1]]`, for r below {@link rows}. */
  readonly offsets: Uint32Array;
  bytes: Uint8Array;
  /** Rows whose offsets are final; later rows are empty. */
  rows = 0;

  readonly #allocate: Allocator;

  constructor(capacity: number, bytes = 1024, allocate: Allocator = ownMemory) {
    this.#allocate = allocate;
    this.offsets = new Uint32Array(allocate((capacity + 1) * 4));
    this.bytes = new Uint8Array(allocate(bytes));
  }

  set(row: number, text: string): void {
    if (isShared(this.bytes)) {
      const encoded = encoder.encode(text);
      this.setBytes(row, encoded, 0, encoded.length);
      return;
    }
    const at = this.begin(row, text.length * 3);
    this.end(row, at + encoder.encodeInto(text, this.bytes.subarray(at)).written);
  }

  setBytes(row: number, from: Uint8Array, start: number, end: number): void {
    const at = this.begin(row, end - start);
    if (end - start < 32) for (let i = start, to = at; i < end; i++, to++) this.bytes[to] = from[i];
    else this.bytes.set(from.subarray(start, end), at);
    this.end(row, at + (end - start));
  }

  /** Makes room for `room` bytes in `row` and returns where to write them into {@link bytes}; {@link end} finishes. */
  begin(row: number, room: number): number {
    for (let r = this.rows; r < row; r++) this.offsets[r + 1] = this.offsets[r];
    this.rows = row;
    const at = this.offsets[row];
    if (at + room > this.bytes.length) {
      const larger = new Uint8Array(this.#allocate(Math.max(this.bytes.length * 2, at + room)));
      larger.set(this.bytes.subarray(0, at));
      this.bytes = larger;
    }
    return at;
  }

  end(row: number, at: number): void {
    this.offsets[row + 1] = at;
    this.rows = row + 1;
  }

  /** Fills the offsets up to `length` rows, or forgets the rows from `length` on. */
  seal(length: number): void {
    for (let r = this.rows; r < length; r++) this.offsets[r + 1] = this.offsets[r];
    this.rows = length;
  }

  get(row: number): string {
    if (row >= this.rows) return '';
    const [start, end] = [this.offsets[row], this.offsets[row + 1]];
    return decoder.decode(isShared(this.bytes) ? this.bytes.slice(start, end) : this.bytes.subarray(start, end));
  }

  isEmpty(row: number): boolean {
    return row >= this.rows || this.offsets[row] === this.offsets[row + 1];
  }

  reset(): void {
    this.rows = 0;
    // A batch that once held huge texts does not keep their memory for ever.
    if (this.bytes.length > 16 << 20) this.bytes = new Uint8Array(this.#allocate(1024));
  }
}

interface Physical {
  id: never;
  time: Float64Array;
  u8: Uint8Array;
  u16: Uint16Array;
  u32: Uint32Array;
  u64: Float64Array;
  f32: Float32Array;
  f64: Float64Array;
  ip: IpColumn;
  enum: Uint8Array;
  dict: DictColumn;
  set: DictColumn;
  text: TextColumn;
  json: TextColumn;
}

type TypeOf<N extends ColumnName> = Extract<(typeof COLUMNS)[number], { name: N }>['type'];
/** The typed arrays of a batch under their column names. */
export type BatchColumns = { readonly [N in Exclude<ColumnName, 'id'>]: Physical[TypeOf<N>] };

function allocateColumn(type: ColumnType, capacity: number, allocate: Allocator): unknown {
  switch (type) {
    case 'u8':
    case 'enum':
      return new Uint8Array(allocate(capacity));
    case 'u16':
      return new Uint16Array(allocate(capacity * 2));
    case 'u32':
      return new Uint32Array(allocate(capacity * 4));
    case 'f32':
      return new Float32Array(allocate(capacity * 4)).fill(Number.NaN);
    case 'time':
    case 'u64':
    case 'f64':
      return new Float64Array(allocate(capacity * 8));
    case 'ip':
      return new IpColumn(capacity, allocate);
    case 'dict':
    case 'set':
      return new DictColumn(capacity, allocate);
    case 'text':
    case 'json':
      return new TextColumn(capacity, 1024, allocate);
    case 'id':
      return undefined;
  }
}

type NumberColumn = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;

/**
 * Events as a struct of arrays, fixed at birth: the unit of work from the decoder to the store. A decoder fills row
 * `length` and then raises `length`; a record that turns out bad is taken back with {@link discard}.
 */
export class EventBatch {
  readonly capacity: number;
  readonly columns: BatchColumns;
  /** Rows that hold an event. */
  length = 0;
  /** Id of row 0, given at commit; row r has `firstId + r * idStep`. */
  firstId = 0n;
  idStep = 1n;

  constructor(capacity: number, allocate: Allocator = ownMemory) {
    this.capacity = capacity;
    const columns: Record<string, unknown> = {};
    for (const column of COLUMNS)
      if (column.type !== 'id') columns[column.name] = allocateColumn(column.type, capacity, allocate);
    // Copied, because V8 keeps an object that was filled by computed keys as a hash table; the copy has fixed slots.
    this.columns = { ...columns } as unknown as BatchColumns;
  }

  /** Empties row `row` (the one after the last) again, after a record was found bad half-way. */
  discard(row: number): void {
    for (const column of COLUMNS as readonly Column[]) {
      if (column.type === 'id') continue;
      const values = this.columns[column.name as keyof BatchColumns];
      if (values instanceof TextColumn) {
        if (values.rows > row) values.rows = row;
      } else if (values instanceof DictColumn) values.codes[row] = 0;
      else if (values instanceof IpColumn) values.clear(row);
      else (values as NumberColumn)[row] = column.type === 'f32' ? Number.NaN : 0;
    }
  }

  /** Empties the batch for the next use; dictionaries that stayed small are kept. Rows past `length` are empty already. */
  reset(): void {
    const rows = this.length;
    this.length = 0;
    this.firstId = 0n;
    for (const column of COLUMNS as readonly Column[]) {
      if (column.type === 'id') continue;
      const values = this.columns[column.name as keyof BatchColumns];
      if (values instanceof TextColumn) values.reset();
      else if (values instanceof DictColumn || values instanceof IpColumn) values.reset(rows);
      else (values as NumberColumn).fill(column.type === 'f32' ? Number.NaN : 0, 0, rows);
    }
  }
}
