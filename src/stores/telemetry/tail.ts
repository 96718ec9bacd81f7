import { AppError } from '../../kit/errors.ts';
import { COLUMNS, type Column } from '../../model/columns.ts';
import { ID_STEP, MAX_ID } from './ids.ts';
import { NativeReader } from './native-reader.ts';
import { NativeRows } from './native-rows.ts';
import { columnsOf } from './queries.ts';
import type { QueryRunner } from './query-runner.ts';
import type { ReceiptFloor } from './receipt-floor.ts';
import type { EventRow, QueryOptions, TailPage, TailQuery } from './store.ts';
import { aheadStatement, boundaryStatement, byIdStatement, highestStatement, tailStatement } from './tail-sql.ts';
import { type TailWidth, TailWidths } from './tail-width.ts';

/** A page that is not full is given out after this long, milliseconds, if it is any further than the one before. */
const PAGE_MS = 500;
const IDS_AT_ONCE = 2000;
/** Sets of columns that readers ask for, of which what reads them is kept. */
const SHAPES = 64;

/**
 * Reads the events of one node in the order of their ids. The table is in the order of their own times, so a page is
 * found in two steps: from ids alone, over a stretch that adapts to how dense they are, how far a page reaches; then
 * the rows of exactly that stretch. Late events are where the index on ids says, whatever their time.
 */
export class TailReader {
  readonly #queries: QueryRunner;
  readonly #node: number;
  readonly #receipts: ReceiptFloor;
  readonly #widths = new TailWidths();
  /** By the names of their columns: each holds generated code. */
  readonly #shapes = new Map<string, NativeRows>();
  #open = false;

  constructor(queries: QueryRunner, node: number, receipts: ReceiptFloor) {
    this.#queries = queries;
    this.#node = node;
    this.#receipts = receipts;
  }

  /** Answers from now on. */
  open(): void {
    this.#open = true;
  }

  /** Begins no further query: one that the ending store stopped is not tried again. */
  close(): void {
    this.#open = false;
  }

  /** @param head id up to which may be read. @throws AppError INVALID_PARAMETER when `after` is no id. */
  async page(query: TailQuery, head: bigint, options?: QueryOptions): Promise<TailPage> {
    const after = idOf(query.after);
    const limit = Math.max(1, Math.floor(query.limit));
    const rows: EventRow[] = [];
    const width = this.#widths.at(query.after);
    const until = performance.now() + PAGE_MS;
    let at = after;
    // Without a filter an empty stretch is a matter of a few steps, so that an empty page means that there is nothing.
    const mayBeEmpty = query.filter !== undefined;
    const inTime = () => (rows.length === 0 && !mayBeEmpty) || at === after || performance.now() < until;
    while (at < head && rows.length < limit && inTime()) {
      try {
        at = await this.#step({ query, at, head, limit, rows, width, options });
      } catch (error) {
        if (!isTooMuch(error) || !width.narrow()) throw error;
      }
    }
    const upTo = String(at);
    this.#widths.remember(upTo, width);
    return { rows, upTo, end: at >= head };
  }

  /** Appends what the next stretch has to `rows` and returns where it ends. */
  async #step(page: {
    query: TailQuery;
    at: bigint;
    head: bigint;
    limit: number;
    rows: EventRow[];
    width: TailWidth;
    options?: QueryOptions;
  }): Promise<bigint> {
    if (!this.#open) throw new AppError('UNAVAILABLE', 'The store is stopping.');
    const { query, at, head, rows, width, options } = page;
    const began = performance.now();
    const wanted = page.limit - rows.length;
    const far = at + BigInt(width.value) * ID_STEP;
    const firstDay = this.#receipts.dayAfter(at);
    const range = { node: this.#node, after: at, upTo: far < head ? far : head, firstDay };
    const [[count, highest]] = await this.#queries.rows(boundaryStatement(range, query.filter, wanted), options);
    const found = Number(count);
    const upTo = found >= wanted ? BigInt(String(highest)) : range.upTo;
    if (found > 0) {
      const columns = columnsOf(query);
      const last = { ...range, upTo: BigInt(String(highest)) };
      const answer = await this.#queries.native(tailStatement(last, query.filter, columns), options);
      this.#shapeOf(columns).read(new NativeReader(answer), rows);
    }
    // Nothing found without a filter is nothing looked at: however long it took, a longer stretch takes no longer.
    const ms = found === 0 && !query.filter ? 0 : performance.now() - began;
    width.adapt(Number((upTo - at) / ID_STEP), found, wanted, ms);
    return upTo;
  }

  /** Events between a bookmark and `head` by day of receipt, ascending. @throws AppError INVALID_PARAMETER. */
  async ahead(after: string, head: bigint, options?: QueryOptions): Promise<{ day: string; events: number }[]> {
    const from = idOf(after);
    if (from >= head) return [];
    const range = { node: this.#node, after: from, upTo: head, firstDay: this.#receipts.dayAfter(from) };
    const rows = await this.#queries.rows(aheadStatement(range), options);
    return rows.map(([day, events]) => ({ day: String(day), events: Number(events) }));
  }

  /** Those that there are, ascending by id. What is no id is nobody's. */
  async byId(ids: readonly string[], options?: QueryOptions): Promise<EventRow[]> {
    const known = [...new Set(ids.filter(isId).map(BigInt))].sort((a, b) => (a < b ? -1 : 1)).map(String);
    const rows: EventRow[] = [];
    for (let i = 0; i < known.length; i += IDS_AT_ONCE) {
      const some = byIdStatement(this.#node, known.slice(i, i + IDS_AT_ONCE));
      this.#shapeOf(COLUMNS).read(new NativeReader(await this.#queries.native(some, options)), rows);
    }
    return rows;
  }

  #shapeOf(columns: readonly Column[]): NativeRows {
    const names = columns.map(({ name }) => name).join();
    const known = this.#shapes.get(names);
    if (known) return known;
    if (this.#shapes.size >= SHAPES) this.#shapes.clear();
    const shape = new NativeRows(columns);
    this.#shapes.set(names, shape);
    return shape;
  }

  /**
   * The highest id of this node up to `top`, looked for from the top down: it is near in nearly all cases. 0 when there
   * is none, or when finding it takes too long.
   */
  async highest(top: bigint): Promise<bigint> {
    let upTo = top;
    for (let width = ID_STEP << 32n; upTo > 0n; width <<= 8n) {
      const after = upTo > width ? upTo - width : 0n;
      const id = await this.#highestIn(after, upTo);
      if (id === undefined || id > 0n) return id ?? 0n;
      upTo = after;
    }
    return 0n;
  }

  async #highestIn(after: bigint, upTo: bigint): Promise<bigint | undefined> {
    try {
      const [[id]] = await this.#queries.rows(highestStatement({ node: this.#node, after, upTo }));
      return BigInt(String(id));
    } catch (error) {
      if (isTooMuch(error)) return undefined;
      throw error;
    }
  }
}

/** Whether the text is an id: decimal digits of a 64-bit number. */
export function isId(text: string): boolean {
  return /^\d{1,20}$/.test(text) && BigInt(text) <= MAX_ID;
}

function idOf(text: string): bigint {
  if (!isId(text)) throw new AppError('INVALID_PARAMETER', 'A bookmark is the id of an event: decimal digits.');
  return BigInt(text);
}

/** Ended by a limit of time or memory: a shorter stretch may pass. */
function isTooMuch(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'QUERY_TIMEOUT' || error.code === 'QUERY_TOO_LARGE');
}
