import { formatIp } from '../../model/address.ts';
import type { Column } from '../../model/columns.ts';
import type { Cell } from './driver.ts';
import { type NativeReader, unreadable } from './native-reader.ts';
import { type JoinRows, rowJoiner } from './row-joiner.ts';
import { enumWords, storeType } from './schema.ts';
import type { EventRow } from './store.ts';

const WORD = 0x1_0000_0000;
const OCTETS = Array.from({ length: 256 }, (_, octet) => String(octet));
const DOTTED = OCTETS.map((octet) => `${octet}.`);
/** Coordinates that were seen: there are as many as cities. */
const KNOWN_FLOATS = 65_536;

/** Reads `Native` answers with the stored columns `columns`, as they are stored, into the same rows as cells.ts makes. */
export class NativeRows {
  readonly #columns: readonly { readonly name: string; readonly type: string; readonly read: Reader }[];
  readonly #join: JoinRows;

  constructor(columns: readonly Column[]) {
    this.#columns = columns.map((column) => ({ name: column.name, type: storeType(column), read: readerOf(column) }));
    this.#join = rowJoiner(columns.map(({ name }) => name));
  }

  /** Appends the rows of all blocks to `rows`. @throws AppError INTERNAL when the answer is not of this shape. */
  read(answer: NativeReader, rows: EventRow[]): void {
    while (!answer.done) {
      const columns = answer.varint();
      const count = answer.varint();
      if (columns === 0 && count === 0) continue;
      if (columns !== this.#columns.length) throw unreadable(`${columns} columns, not ${this.#columns.length}`);
      const values = this.#columns.map(({ name, type, read }) => {
        const found = `${answer.text()} ${answer.text()}`;
        if (found !== `${name} ${type}` && !(type.startsWith('Enum8') && found.startsWith(`${name} Enum8(`)))
          throw unreadable(`a column ${found}, not ${name} ${type}`);
        return read(answer, count);
      });
      this.#join(values, count, rows);
    }
  }
}

type Reader = (answer: NativeReader, count: number) => ArrayLike<Cell>;

function readerOf(column: Column): Reader {
  switch (column.type) {
    case 'id':
      return readIds;
    case 'time':
      return readTimes;
    case 'u64':
      return readCounters;
    case 'u8':
      return (answer, count) => answer.bytes(count);
    case 'u16':
      return (answer, count) => new Uint16Array(answer.aligned(count, 2));
    case 'u32':
      return (answer, count) => new Uint32Array(answer.aligned(count, 4));
    case 'f32':
      return readFloats;
    case 'f64':
      return (answer, count) => Array.from(new Float64Array(answer.aligned(count, 8)), finite);
    case 'ip':
      return readAddresses;
    case 'enum':
      return readerOfWords(column);
    case 'dict':
    case 'set':
      return (answer, count) => answer.words(count);
    case 'text':
    case 'json':
      return (answer, count) => answer.texts(count);
  }
}

function readIds(answer: NativeReader, count: number): string[] {
  const ids = new BigUint64Array(answer.aligned(count, 8));
  const texts = new Array<string>(count);
  for (let r = 0; r < count; r++) texts[r] = ids[r].toString();
  return texts;
}

function readTimes(answer: NativeReader, count: number): Float64Array {
  const buffer = answer.aligned(count, 8);
  const low = new Uint32Array(buffer);
  const high = new Int32Array(buffer);
  const times = new Float64Array(count);
  for (let r = 0; r < count; r++) times[r] = high[2 * r + 1] * WORD + low[2 * r];
  return times;
}

function readCounters(answer: NativeReader, count: number): Float64Array {
  const words = new Uint32Array(answer.aligned(count, 8));
  const counters = new Float64Array(count);
  for (let r = 0; r < count; r++) counters[r] = words[2 * r + 1] * WORD + words[2 * r];
  return counters;
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);

const knownFloats = new Map<number, number>();

/** Numbers of 32 bits as people write them: 13.4, not 13.399999618530273. */
function readFloats(answer: NativeReader, count: number): (number | null)[] {
  const floats = new Float32Array(answer.aligned(count, 4));
  const values = new Array<number | null>(count);
  for (let r = 0; r < count; r++) {
    const float = floats[r];
    values[r] = Number.isInteger(float) ? float : Number.isFinite(float) ? shortest(float) : null;
  }
  return values;
}

/** The shortest decimal number that is this 32-bit one. */
function shortest(float: number): number {
  const known = knownFloats.get(float);
  if (known !== undefined) return known;
  let value = float;
  for (let digits = 6; digits <= 9; digits++) {
    value = Number(float.toPrecision(digits));
    if (Math.fround(value) === float) break;
  }
  if (knownFloats.size >= KNOWN_FLOATS) knownFloats.clear();
  knownFloats.set(float, value);
  return value;
}

function readAddresses(answer: NativeReader, count: number): string[] {
  const bytes = answer.bytes(count * 16);
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts = new Array<string>(count);
  for (let r = 0, at = 0; r < count; r++, at += 16) {
    const third = words.getUint32(at + 8);
    if (third === 0xffff && words.getUint32(at) === 0 && words.getUint32(at + 4) === 0)
      texts[r] = DOTTED[bytes[at + 12]] + DOTTED[bytes[at + 13]] + DOTTED[bytes[at + 14]] + OCTETS[bytes[at + 15]];
    else texts[r] = formatIp(bytes, at);
  }
  return texts;
}

function readerOfWords(column: Column): Reader {
  const words: string[] = [];
  for (const [word, code] of Object.entries(enumWords(column))) words[code] = word;
  return (answer, count) => {
    const codes = answer.bytes(count);
    const texts = new Array<string>(count);
    for (let r = 0; r < count; r++) texts[r] = words[codes[r]];
    return texts;
  };
}
