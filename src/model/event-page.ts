import { formatIp } from './address.ts';
import type { EventRow } from './event-row.ts';

/** Values of one column for the rows of a page. */
export type PageColumn = NumberColumn | WordColumn | TextColumn | AddressColumn | IdColumn;

type Cell = EventRow[string];

/** Numbers; NaN is "not known". */
export class NumberColumn {
  readonly values: Float64Array;
  #single: boolean | undefined;

  constructor(values: Float64Array) {
    this.values = values;
  }

  at(place: number): Cell {
    const value = this.values[place];
    return value - value === 0 ? value : null;
  }

  /** Whether all rows have the same value. */
  get single(): boolean {
    this.#single ??= isSingle(this.values);
    return this.#single;
  }
}

/** Texts out of a list that is shorter than the page. */
export class WordColumn {
  readonly words: readonly string[];
  /** Of each row: the place of its text in `words`. */
  readonly codes: ArrayLike<number>;
  #single: boolean | undefined;

  constructor(words: readonly string[], codes: ArrayLike<number>) {
    this.words = words;
    this.codes = codes;
  }

  at(place: number): Cell {
    return this.words[this.codes[place]];
  }

  get single(): boolean {
    this.#single ??= this.words.length <= 1 || isSingle(this.codes);
    return this.#single;
  }
}

/** UTF-8 texts, each `bytes[starts[place]..ends[place]]`. */
export class TextColumn {
  readonly bytes: Buffer;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  #single: boolean | undefined;

  constructor(bytes: Buffer, starts: Uint32Array, ends: Uint32Array) {
    this.bytes = bytes;
    this.starts = starts;
    this.ends = ends;
  }

  at(place: number): Cell {
    const [start, end] = [this.starts[place], this.ends[place]];
    return start === end ? '' : this.bytes.toString('utf8', start, end);
  }

  /** Whether all are empty. */
  get single(): boolean {
    this.#single ??= areSame(this.starts, this.ends);
    return this.#single;
  }
}

const OCTETS = Array.from({ length: 256 }, (_, octet) => String(octet));
const DOTTED = OCTETS.map((octet) => `${octet}.`);

/** IP addresses, 16 bytes each; IPv4 is mapped (::ffff:a.b.c.d), all zero is "none". */
export class AddressColumn {
  readonly bytes: Uint8Array;
  #single: boolean | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  at(place: number): Cell {
    const { bytes } = this;
    const at = place * 16;
    if (!this.isIPv4(place)) return formatIp(bytes, at);
    return DOTTED[bytes[at + 12]] + DOTTED[bytes[at + 13]] + DOTTED[bytes[at + 14]] + OCTETS[bytes[at + 15]];
  }

  isIPv4(place: number): boolean {
    const { bytes } = this;
    const at = place * 16;
    if (bytes[at + 10] !== 0xff || bytes[at + 11] !== 0xff) return false;
    for (let i = at; i < at + 10; i++) if (bytes[i] !== 0) return false;
    return true;
  }

  /** Whether none of the rows has an address. */
  get single(): boolean {
    this.#single ??= isZero(this.bytes);
    return this.#single;
  }
}

/** 64-bit identities, low word first. */
export class IdColumn {
  readonly words: Uint32Array;
  readonly single = false;

  constructor(words: Uint32Array) {
    this.words = words;
  }

  at(place: number): Cell {
    return String((BigInt(this.words[2 * place + 1]) << 32n) | BigInt(this.words[2 * place]));
  }
}

function isZero(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

function areSame(some: Uint32Array, others: Uint32Array): boolean {
  for (let i = 0; i < some.length; i++) if (some[i] !== others[i]) return false;
  return true;
}

function isSingle(values: ArrayLike<number>): boolean {
  const first = values[0];
  for (let i = 1; i < values.length; i++) if (!Object.is(values[i], first)) return false;
  return true;
}

/** Rows as they are read from the store: column by column, in the bytes they came in. */
export class EventPage {
  readonly names: readonly string[];
  /** In the order of the names. */
  readonly columns: readonly PageColumn[];
  readonly count: number;

  constructor(names: readonly string[], columns: readonly PageColumn[], count: number) {
    this.names = names;
    this.columns = columns;
    this.count = count;
  }

  /** Undefined when the column was not read. */
  column(name: string): PageColumn | undefined {
    return this.columns[this.names.indexOf(name)];
  }
}

/**
 * A row of a page, whose columns are read when they are asked for: a page of 16,000 rows with 60 columns would be a
 * million values for the garbage collector, of which a document needs a third. It has no properties of its own:
 * {@link plainRow} makes an object that can be spread and compared.
 */
export class PageRow {
  readonly #page: EventPage;
  readonly #place: number;

  constructor(page: EventPage, place: number) {
    this.#page = page;
    this.#place = place;
  }

  /** The page of a row; undefined for a plain object. */
  static pageOf(row: EventRow): EventPage | undefined {
    return #page in row ? row.#page : undefined;
  }

  /** The place of a row in its page, 0 for a plain object. */
  static placeOf(row: EventRow): number {
    return #place in row ? row.#place : 0;
  }

  /** Value of the c-th column. */
  cell(c: number): Cell {
    return this.#page.columns[c].at(this.#place);
  }

  /** For `JSON.stringify`. */
  toJSON(): EventRow {
    const { names, columns } = this.#page;
    return Object.fromEntries(names.map((name, c) => [name, columns[c].at(this.#place)]));
  }
}

/** Makes rows of pages that have columns with these names, in this order. */
export function rowsOfPages(names: readonly string[]): (page: EventPage) => EventRow[] {
  class Row extends PageRow {}
  for (const [c, name] of names.entries())
    Object.defineProperty(Row.prototype, name, {
      enumerable: true,
      get(this: PageRow): Cell {
        return this.cell(c);
      },
    });
  return (page) => Array.from({ length: page.count }, (_, place) => new Row(page, place) as unknown as EventRow);
}

/** A row as an object of its own. */
export function plainRow(row: EventRow): EventRow {
  return row instanceof PageRow ? row.toJSON() : row;
}

/** A page of rows that came as objects. A column with texts has the empty text where a row has none. */
export function pageOfRows(rows: readonly EventRow[]): EventPage {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => columnOf(rows.map((row) => row[name])));
  return new EventPage(names, columns, rows.length);
}

function columnOf(values: readonly (Cell | undefined)[]): PageColumn {
  if (!values.some((value) => typeof value === 'string'))
    return new NumberColumn(Float64Array.from(values, (value) => (typeof value === 'number' ? value : Number.NaN)));
  const texts = values.map((value) => (typeof value === 'string' ? value : ''));
  const words = [...new Set(texts)];
  return new WordColumn(
    words,
    texts.map((text) => words.indexOf(text)),
  );
}
