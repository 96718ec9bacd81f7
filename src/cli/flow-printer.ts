import type { EventBatch } from '../model/batch.ts';
import { type Cell, cellOf, FLOW_FIELDS, isAlways } from './flow-cells.ts';
import type { LineBuffer } from './line-buffer.ts';
import { csvCell } from './output.ts';

/** Writes flows, row by row of a batch, in one format. */
export interface FlowPrinter {
  /** What stands before the first line. */
  begin(): void;
  /** Rows `from` up to `to` of the batch. */
  rows(from: number, to: number): void;
  /** A line that is no flow; only where several kinds are printed. */
  record(record: Readonly<Record<string, unknown>>): void;
  /** What stands behind the last line. */
  end(): void;
}

interface KeyedCell {
  readonly cell: Cell;
  /** `"name":` with what stands before it, as the first of a line and as a later one. */
  readonly first: Uint8Array;
  readonly later: Uint8Array;
  /** Written even where it is empty, and whether as null then. */
  readonly always: boolean;
  readonly orNull: boolean;
}

const NULL = Buffer.from('null');
const LINE_FEED = 0x0a;

/** One JSON object a flow: on lines of their own (NDJSON), or as the elements of one array. */
export class JsonPrinter implements FlowPrinter {
  readonly #out: LineBuffer;
  readonly #array: boolean;
  readonly #cells: readonly KeyedCell[];
  /** What every flow begins with. */
  readonly #open: Uint8Array;
  readonly #openKeys: boolean;
  #lines = 0;

  /**
   * @param fields these only, null where they are empty; undefined is everything that is not empty.
   * @param tagged each line says what it is: `"record": "flow"`.
   */
  constructor(
    batch: EventBatch,
    out: LineBuffer,
    fields: readonly string[] | undefined,
    array: boolean,
    tagged: boolean,
  ) {
    this.#out = out;
    this.#array = array;
    this.#open = Buffer.from(tagged ? '{"record":"flow"' : '{');
    this.#openKeys = tagged;
    this.#cells = (fields ?? FLOW_FIELDS).map((name) => ({
      cell: cellOf(name, batch, JSON.stringify, undefined),
      first: Buffer.from(`${JSON.stringify(name)}:`),
      later: Buffer.from(`,${JSON.stringify(name)}:`),
      always: fields !== undefined || isAlways(name),
      orNull: !isAlways(name),
    }));
  }

  begin(): void {
    if (this.#array) this.#out.text('[');
  }

  rows(from: number, to: number): void {
    const used = this.#cells.filter(({ cell, always }) => always || !emptyIn(cell, from, to));
    for (let row = from; row < to; row++) this.#row(used, row);
  }

  record(record: Readonly<Record<string, unknown>>): void {
    this.#separate();
    this.#out.text(JSON.stringify(record));
    if (!this.#array) this.#out.byte(LINE_FEED);
  }

  end(): void {
    if (this.#array) this.#out.text(this.#lines === 0 ? ']\n' : '\n]\n');
  }

  #row(cells: readonly KeyedCell[], row: number): void {
    const out = this.#out;
    this.#separate();
    out.raw(this.#open);
    let keys = this.#openKeys;
    for (let i = 0; i < cells.length; i++) {
      const { cell, first, later, always, orNull } = cells[i];
      const empty = cell.isEmpty(row);
      if (empty && !always) continue;
      out.raw(keys ? later : first);
      keys = true;
      if (empty && orNull) out.raw(NULL);
      else cell.write(row, out);
    }
    out.byte(0x7d);
    if (!this.#array) out.byte(LINE_FEED);
  }

  #separate(): void {
    this.#lines++;
    if (this.#array) this.#out.text(this.#lines === 1 ? '\n' : ',\n');
  }
}

function emptyIn(cell: Cell, from: number, to: number): boolean {
  for (let row = from; row < to; row++) if (!cell.isEmpty(row)) return false;
  return true;
}

/** RFC 4180, with the same columns whatever the flows are. */
export class CsvPrinter implements FlowPrinter {
  readonly #out: LineBuffer;
  readonly #fields: readonly string[];
  readonly #cells: readonly Cell[];
  readonly #always: readonly boolean[];

  constructor(batch: EventBatch, out: LineBuffer, fields: readonly string[] = FLOW_FIELDS) {
    this.#out = out;
    this.#fields = fields;
    this.#cells = fields.map((name) => cellOf(name, batch, csvCell, csvCell));
    this.#always = fields.map(isAlways);
  }

  begin(): void {
    this.#out.text(`${this.#fields.join(',')}\r\n`);
  }

  rows(from: number, to: number): void {
    const out = this.#out;
    const cells = this.#cells;
    const always = this.#always;
    for (let row = from; row < to; row++) {
      for (let i = 0; i < cells.length; i++) {
        const cell = cells[i];
        if (i > 0) out.byte(0x2c);
        if (always[i] || !cell.isEmpty(row)) cell.write(row, out);
      }
      out.byte(0x0d);
      out.byte(LINE_FEED);
    }
  }

  record(): void {
    throw new RangeError('CSV holds one kind of record');
  }

  end(): void {}
}
