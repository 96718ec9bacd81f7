import type { Column } from '../../model/columns.ts';
import {
  AddressColumn,
  EventPage,
  IdColumn,
  NumberColumn,
  type PageColumn,
  rowsOfPages,
  WordColumn,
} from '../../model/event-page.ts';
import { type NativeReader, unreadable } from './native-reader.ts';
import { enumWords, storeType } from './schema.ts';
import type { EventRow } from './store.ts';

const WORD = 0x1_0000_0000;
/** Coordinates that were seen: there are as many as cities. */
const KNOWN_FLOATS = 65_536;

/** Reads `Native` answers with the stored columns `columns`, as they are stored, into the same values as cells.ts makes. */
export class NativeRows {
  readonly #names: readonly string[];
  readonly #columns: readonly { readonly name: string; readonly type: string; readonly read: Reader }[];
  readonly #rowsOf: (page: EventPage) => EventRow[];

  constructor(columns: readonly Column[]) {
    this.#names = columns.map(({ name }) => name);
    this.#columns = columns.map((column) => ({ name: column.name, type: storeType(column), read: readerOf(column) }));
    this.#rowsOf = rowsOfPages(this.#names);
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
      for (const row of this.#rowsOf(new EventPage(this.#names, values, count))) rows.push(row);
    }
  }
}

type Reader = (answer: NativeReader, count: number) => PageColumn;

function readerOf(column: Column): Reader {
  switch (column.type) {
    case 'id':
      return (answer, count) => new IdColumn(new Uint32Array(answer.aligned(count, 8)));
    case 'time':
      return readTimes;
    case 'u64':
      return readCounters;
    case 'u8':
      return (answer, count) => new NumberColumn(Float64Array.from(answer.bytes(count)));
    case 'u16':
      return (answer, count) => new NumberColumn(Float64Array.from(new Uint16Array(answer.aligned(count, 2))));
    case 'u32':
      return (answer, count) => new NumberColumn(Float64Array.from(new Uint32Array(answer.aligned(count, 4))));
    case 'f32':
      return readFloats;
    case 'f64':
      return (answer, count) => new NumberColumn(new Float64Array(answer.aligned(count, 8)));
    case 'ip':
      return (answer, count) => new AddressColumn(answer.bytes(count * 16));
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

function readTimes(answer: NativeReader, count: number): NumberColumn {
  const buffer = answer.aligned(count, 8);
  const low = new Uint32Array(buffer);
  const high = new Int32Array(buffer);
  const times = new Float64Array(count);
  for (let r = 0; r < count; r++) times[r] = high[2 * r + 1] * WORD + low[2 * r];
  return new NumberColumn(times);
}

function readCounters(answer: NativeReader, count: number): NumberColumn {
  const words = new Uint32Array(answer.aligned(count, 8));
  const counters = new Float64Array(count);
  for (let r = 0; r < count; r++) counters[r] = words[2 * r + 1] * WORD + words[2 * r];
  return new NumberColumn(counters);
}

const knownFloats = new Map<number, number>();

/** Numbers of 32 bits as people write them: 13.4, not 13.399999618530273. */
function readFloats(answer: NativeReader, count: number): NumberColumn {
  const floats = new Float32Array(answer.aligned(count, 4));
  const values = new Float64Array(count);
  for (let r = 0; r < count; r++) {
    const float = floats[r];
    values[r] = Number.isInteger(float) || !Number.isFinite(float) ? float : shortest(float);
  }
  return new NumberColumn(values);
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

function readerOfWords(column: Column): Reader {
  const words: string[] = [];
  for (const [word, code] of Object.entries(enumWords(column))) words[code] = word;
  return (answer, count) => new WordColumn(words, answer.bytes(count));
}
