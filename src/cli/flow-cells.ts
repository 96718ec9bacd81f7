import { formatIp } from '../model/address.ts';
import { DictColumn, type EventBatch, IpColumn, TextColumn } from '../model/batch.ts';
import { COLUMNS, type Column } from '../model/columns.ts';
import type { LineBuffer } from './line-buffer.ts';

/** How texts are written: as JSON strings, or as CSV has them. */
export type Quoting = (text: string) => string;

/** One value of a line, taken from the columns of a batch. */
export interface Cell {
  readonly name: string;
  /** There is nothing to say: zero, the empty string, no address. */
  isEmpty(row: number): boolean;
  write(row: number, out: LineBuffer): void;
}

/** What only the steps of the server fill (places, networks, threats, risk): no flow has it before. */
const LATER = /^(id|direction|(src|dst)_(scope|country|city|lat|lon|asn|org)|threat_.*|risk.*|tags)$/;

/** The order in which people read; all other columns follow as they stand in the table of events. */
const FIRST = ['ts', 'start', 'end', 'duration', 'src_ip', 'dst_ip', 'src_port', 'dst_port', 'proto'];
const SECOND = ['bytes', 'packets', 'bytes_raw', 'packets_raw', 'exporter'];

/** Printed even where they are zero: a flow without them would look as if it had been cut. */
const ALWAYS: ReadonlySet<string> = new Set([...FIRST, 'bytes', 'packets', 'exporter']);

/** Whether a cell is printed of every flow. Addresses are not: a flow of layer 2 has none. */
export function isAlways(name: string): boolean {
  return ALWAYS.has(name) && !name.endsWith('_ip');
}

/** Names of everything that can be printed of a flow, in their order. */
export const FLOW_FIELDS: readonly string[] = order(
  (COLUMNS as readonly Column[]).map((column) => column.name).filter((name) => !LATER.test(name)),
);

function order(names: readonly string[]): string[] {
  const ahead = [...FIRST, ...SECOND];
  return [...ahead, ...names.filter((name) => !ahead.includes(name) && name !== 'attrs'), 'attrs'];
}

/**
 * The cell of a name of {@link FLOW_FIELDS}, reading from `batch` for as long as that is used.
 * @param raw quotes JSON as a whole; undefined writes it as the JSON it is.
 */
export function cellOf(name: string, batch: EventBatch, quote: Quoting, raw: Quoting | undefined): Cell {
  const { columns } = batch;
  switch (name) {
    case 'ts':
    case 'start':
      return new TimeCell(name, columns.ts, undefined, quote);
    case 'end':
      return new TimeCell(name, columns.ts, columns.duration, quote);
    case 'received':
      return new TimeCell(name, columns.received, undefined, quote);
    case 'duration':
      return new SecondsCell(name, columns.duration);
    case 'bytes_raw':
      return new RawCell(name, columns.bytes, columns.sampling);
    case 'packets_raw':
      return new RawCell(name, columns.packets, columns.sampling);
  }
  const values = columns[name as keyof typeof columns] as unknown;
  const column = (COLUMNS as readonly Column[]).find((one) => one.name === name);
  if (values instanceof IpColumn) return new IpCell(name, values, quote);
  if (values instanceof DictColumn) return new DictCell(name, values, quote);
  if (values instanceof TextColumn) return new TextCell(name, values, column?.type === 'json' ? raw : quote);
  if (column?.type === 'enum') return new WordCell(name, values as Uint8Array, column.values ?? {}, quote);
  return new NumberCell(name, values as Uint32Array | Float64Array);
}

class NumberCell implements Cell {
  readonly name: string;
  readonly #values: ArrayLike<number>;

  constructor(name: string, values: ArrayLike<number>) {
    this.name = name;
    this.#values = values;
  }

  isEmpty(row: number): boolean {
    return !(this.#values[row] > 0);
  }

  write(row: number, out: LineBuffer): void {
    out.whole(this.#values[row]);
  }
}

class SecondsCell implements Cell {
  readonly name: string;
  readonly #values: Float64Array;

  constructor(name: string, values: Float64Array) {
    this.name = name;
    this.#values = values;
  }

  isEmpty(row: number): boolean {
    return !(this.#values[row] > 0);
  }

  write(row: number, out: LineBuffer): void {
    const value = this.#values[row];
    out.seconds(value > 0 ? value : 0);
  }
}

/** What the exporter counted, where that differs because it sampled. */
class RawCell implements Cell {
  readonly name: string;
  readonly #values: Float64Array;
  readonly #rates: Uint32Array;

  constructor(name: string, values: Float64Array, rates: Uint32Array) {
    this.name = name;
    this.#values = values;
    this.#rates = rates;
  }

  isEmpty(row: number): boolean {
    return this.#rates[row] < 2;
  }

  write(row: number, out: LineBuffer): void {
    out.whole(Math.round(this.#values[row] / this.#rates[row]));
  }
}

class TimeCell implements Cell {
  readonly name: string;
  readonly #values: Float64Array;
  readonly #duration: Float64Array | undefined;
  readonly #mark: Uint8Array;

  constructor(name: string, values: Float64Array, duration: Float64Array | undefined, quote: Quoting) {
    this.name = name;
    this.#values = values;
    this.#duration = duration;
    // Whatever is put around a text without anything special in it.
    this.#mark = Buffer.from(quote('Z')).subarray(0, quote('Z').indexOf('Z'));
  }

  isEmpty(row: number): boolean {
    return this.#values[row] === 0;
  }

  write(row: number, out: LineBuffer): void {
    const time = this.#values[row];
    const duration = this.#duration ? this.#duration[row] : 0;
    out.raw(this.#mark);
    out.time(duration > 0 ? time + Math.round(duration * 1e6) : time);
    out.raw(this.#mark);
  }
}

class IpCell implements Cell {
  readonly name: string;
  readonly #values: IpColumn;
  readonly #mark: Uint8Array;

  constructor(name: string, values: IpColumn, quote: Quoting) {
    this.name = name;
    this.#values = values;
    this.#mark = Buffer.from(quote(':')).subarray(0, quote(':').indexOf(':'));
  }

  isEmpty(row: number): boolean {
    return this.#values.family[row] === 0;
  }

  write(row: number, out: LineBuffer): void {
    out.raw(this.#mark);
    if (this.#values.family[row] === 4) out.v4(this.#values.v4[row]);
    else out.text(formatIp(this.#values.bytes, row * 16));
    out.raw(this.#mark);
  }
}

/** Strings of a dictionary are quoted once. */
class DictCell implements Cell {
  readonly name: string;
  readonly #values: DictColumn;
  readonly #quote: Quoting;
  #dictionary: unknown;
  #quoted: (Uint8Array | undefined)[] = [];

  constructor(name: string, values: DictColumn, quote: Quoting) {
    this.name = name;
    this.#values = values;
    this.#quote = quote;
  }

  isEmpty(row: number): boolean {
    return this.#values.codes[row] === 0;
  }

  write(row: number, out: LineBuffer): void {
    const { dictionary, codes } = this.#values;
    if (dictionary !== this.#dictionary) {
      this.#dictionary = dictionary;
      this.#quoted = [];
    }
    const code = codes[row];
    let bytes = this.#quoted[code];
    if (!bytes) {
      bytes = Buffer.from(this.#quote(dictionary.strings[code]));
      this.#quoted[code] = bytes;
    }
    out.raw(bytes);
  }
}

class TextCell implements Cell {
  readonly name: string;
  readonly #values: TextColumn;
  readonly #quote: Quoting | undefined;

  constructor(name: string, values: TextColumn, quote: Quoting | undefined) {
    this.name = name;
    this.#values = values;
    this.#quote = quote;
  }

  isEmpty(row: number): boolean {
    return this.#values.isEmpty(row);
  }

  write(row: number, out: LineBuffer): void {
    const { bytes, offsets } = this.#values;
    if (this.#quote) out.text(this.#quote(this.#values.get(row)));
    else out.raw(bytes, offsets[row], offsets[row + 1]);
  }
}

/** A word of a closed vocabulary. */
class WordCell implements Cell {
  readonly name: string;
  readonly #values: Uint8Array;
  readonly #words: Uint8Array[] = [];

  constructor(name: string, values: Uint8Array, words: Readonly<Record<string, number>>, quote: Quoting) {
    this.name = name;
    this.#values = values;
    for (const [word, code] of Object.entries(words)) this.#words[code] = Buffer.from(quote(word));
  }

  isEmpty(row: number): boolean {
    return this.#values[row] === 0;
  }

  write(row: number, out: LineBuffer): void {
    const word = this.#words[this.#values[row]];
    if (word) out.raw(word);
  }
}
