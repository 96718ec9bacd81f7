import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../src/kit/log.ts';
import { Metrics } from '../../src/kit/metrics.ts';
import { columnNamed } from '../../src/model/columns.ts';
import { plainRow } from '../../src/model/event-page.ts';
import type { FilterNode } from '../../src/model/filter/ast.ts';
import { ColumnStore, type ColumnStoreOptions } from '../../src/stores/telemetry/column-store.ts';
import { LowCardinalityEncoder } from '../../src/stores/telemetry/low-cardinality.ts';
import { writeEvents } from '../../src/stores/telemetry/native.ts';
import { NativeWriter } from '../../src/stores/telemetry/native-writer.ts';
import type { EventRow, TailQuery } from '../../src/stores/telemetry/store.ts';
import { batchOf, type Row } from '../support/event-rows.ts';

const HOUR = 3_600_000_000;
const now = () => Date.now() * 1000;
const filterOf = (risk: number): FilterNode => ({
  op: '=',
  field: { column: columnNamed('risk') },
  value: { type: 'number', number: risk },
});

/** Events numbered from `first` in `bytes`, received now. */
const numbered = (first: number, count: number, more: Row = {}): Row[] =>
  Array.from({ length: count }, (_, i) => ({ ts: now(), received: now(), bytes: first + i, ...more }));
const numbers = (rows: readonly EventRow[]) => rows.map((row) => Number(row.bytes));
const upFrom = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

/** What every driver has to do for those who read forward. @param node a number that nothing else in the table has. */
export function telemetryTailContract(
  name: string,
  node: number,
  options: () => Promise<Partial<ColumnStoreOptions>>,
): void {
  describe(`reading forward: ${name}`, () => {
    let dataDir: string;
    let extra: Partial<ColumnStoreOptions>;
    let store: ColumnStore;
    const make = (more: Partial<ColumnStoreOptions> = {}) =>
      new ColumnStore({ dataDir, log: silentLog, metrics: new Metrics(), queries: 2, nodeId: node, ...extra, ...more });

    /** Every page from `after` to the head; checks that ids increase and bookmarks fit around them. */
    async function readAll(query: Partial<TailQuery> = {}, from = store): Promise<EventRow[]> {
      const all: EventRow[] = [];
      let after = query.after ?? '0';
      for (;;) {
        const page = await from.tail({ limit: 100, ...query, after });
        expect(page.rows.length).toBeLessThanOrEqual(query.limit ?? 100);
        const ids = [after, ...page.rows.map((row) => String(row.id))].map(BigInt);
        for (let i = 1; i < ids.length; i++) expect(ids[i] > ids[i - 1]).toBe(true);
        expect(BigInt(page.upTo) >= ids[ids.length - 1]).toBe(true);
        all.push(...page.rows.map(plainRow));
        if (page.end) return all;
        expect(BigInt(page.upTo) > BigInt(after)).toBe(true);
        after = page.upTo;
      }
    }

    async function commit(rows: readonly Row[]): Promise<void> {
      await store.commit(batchOf(rows));
    }

    /** A spool file as an earlier process left it: ids from counter `first` on. */
    async function leave(first: number, rows: readonly Row[], damage?: (bytes: Buffer) => Buffer): Promise<void> {
      const batch = batchOf(rows);
      batch.firstId = BigInt(first) * 256n + BigInt(node);
      batch.idStep = 256n;
      const writer = new NativeWriter();
      writeEvents(writer, new LowCardinalityEncoder(), batch);
      const file = `${String(first + rows.length - 1).padStart(16, '0')}-${rows.length}.events`;
      const bytes = Buffer.from(writer.view());
      await mkdir(join(dataDir, 'spool'), { recursive: true });
      await writeFile(join(dataDir, 'spool', file), damage?.(bytes) ?? bytes);
    }

    beforeAll(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'vedette-tail-'));
      extra = await options();
      store = make();
      await store.start();
    });
    afterAll(async () => {
      await store.stop();
      await rm(dataDir, { recursive: true, force: true });
    });

    test('before the first event there is nothing', async () => {
      expect(store.head()).toBe('0');
      expect(await store.tail({ after: '0', limit: 10 })).toEqual({ rows: [], upTo: '0', end: true });
      expect(await store.ahead('0')).toEqual([]);
      expect(await store.eventsById(['1', 'x'])).toEqual([]);
      await expect(store.tail({ after: 'x', limit: 10 })).rejects.toMatchObject({ code: 'INVALID_PARAMETER' });
      await expect(store.ahead('-1')).rejects.toMatchObject({ code: 'INVALID_PARAMETER' });
    });

    test('pages join to every event in the order of commits while commits go on', async () => {
      const seen: EventRow[] = [];
      let after = '0';
      let moved = 0;
      const end = store.onHead(() => {
        moved++;
      });
      let committing = true;
      const reading = (async () => {
        for (;;) {
          const last = !committing;
          const page = await store.tail({ after, limit: 333 });
          seen.push(...page.rows);
          after = page.upTo;
          expect(BigInt(after) <= BigInt(store.head())).toBe(true);
          if (page.end && last) return;
          if (page.end) await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })();
      for (let round = 0; round < 12; round++) {
        const first = round * 400;
        await Promise.all([
          commit(numbered(first, 100)),
          store.commit(batchOf(numbered(first + 100, 150)), [
            {
              at: now(),
              source: '',
              encoding: '',
              peer: '',
              reason: 'R',
              detail: '',
              bytes: new Uint8Array(1),
              size: 1,
            },
          ]),
          commit(numbered(first + 250, 150, { ts: now() - 30 * HOUR })),
        ]);
        if (round % 3 === 0) await store.flush();
      }
      await store.flush();
      committing = false;
      await reading;
      end();
      expect(numbers(seen)).toEqual(upFrom(0, 4800));
      expect(moved).toBeGreaterThan(0);
      expect(after).toBe(store.head());
      expect(numbers(await readAll({ limit: 1000 }))).toEqual(upFrom(0, 4800));
    });

    test('rows have what events have, columns are chosen, the limit may be 1', async () => {
      const { rows, upTo, end } = await store.tail({ after: '0', limit: 1 });
      expect([rows.length, upTo, end]).toEqual([1, rows[0].id, false]);
      expect(plainRow(rows[0])).toEqual(await store.event(String(rows[0].id)));
      const next = await store.tail({ after: upTo, limit: 2, columns: [columnNamed('bytes')] });
      expect(next.rows.map((row) => Object.keys(plainRow(row)))).toEqual(Array(2).fill(['id', 'ts', 'bytes']));
      expect(numbers(next.rows)).toEqual([1, 2]);
    });

    test('events by id, ascending, as many as there are', async () => {
      const { rows } = await store.tail({ after: '0', limit: 3000 });
      const ids = rows.map((row) => String(row.id)).reverse();
      const found = await store.eventsById([...ids, ids[0], '1', "1' OR 1", '99999999999999999999999']);
      expect(found.map(plainRow)).toEqual(rows.map(plainRow));
    });

    test('late events and events of another day come in their turn', async () => {
      const after = store.head();
      await commit(numbered(0, 3, { ts: 0 }));
      await commit(numbered(3, 3, { ts: now() + 24 * HOUR }));
      await commit(numbered(6, 3, { ts: now() - 100 * HOUR, received: now() - 30 * HOUR }));
      await store.flush();
      expect(numbers(await readAll({ after, limit: 2 }))).toEqual(upFrom(0, 9));
      const days = await store.ahead(after);
      expect(days.map(({ events }) => events)).toEqual([3, 6]);
      expect(days.map(({ day }) => day)).toEqual(
        [30 * HOUR, 0].map((ago) => new Date((now() - ago) / 1000).toISOString().slice(0, 10).replaceAll('-', '')),
      );
      expect(await store.ahead(store.head())).toEqual([]);
    });

    test('a filter that few pass: pages move on, and find them all', async () => {
      const after = store.head();
      for (let i = 0; i < 5; i++) await commit(numbered(i * 2000, 2000, { risk: 3 }));
      await commit(numbered(50_000, 2, { risk: 77 }));
      await commit(numbered(0, 100, { risk: 4 }));
      await store.flush();
      const page = await store.tail({ after, limit: 50, filter: filterOf(77) });
      expect(numbers(await readAll({ after, limit: 50, filter: filterOf(77) }))).toEqual([50_000, 50_001]);
      expect(await readAll({ after, filter: filterOf(78) })).toEqual([]);
      expect(numbers(page.rows).every((bytes) => bytes >= 50_000)).toBe(true);
      const some = await readAll({ after, limit: 700, filter: { op: 'or', nodes: [filterOf(3), filterOf(77)] } });
      expect(some).toHaveLength(10_002);
    });

    test('times and bookmarks', async () => {
      const before = now();
      await new Promise((resolve) => setTimeout(resolve, 5));
      const after = store.head();
      await commit(numbered(0, 10));
      await store.flush();
      const rows = await readAll({ after });
      const [first] = rows;
      const committed = store.commitTime(String(first.id));
      expect(committed).toBeGreaterThanOrEqual(before);
      expect(committed).toBeLessThanOrEqual(now());
      expect(await readAll({ after: store.bookmarkAt(committed) })).toEqual(rows);
      expect(await readAll({ after: store.bookmarkAt(before) })).toEqual(rows);
      expect(await readAll({ after: store.bookmarkAt(now() + HOUR) })).toEqual([]);
      expect([store.bookmarkAt(0), store.bookmarkAt(-1), store.bookmarkAt(Number.NaN)]).toEqual(['0', '0', '0']);
      expect(await readAll({ after: store.bookmarkAt(1e30) })).toEqual([]);
    });

    test('empty stretches of months are left behind at once', async () => {
      const far = now() / 1000 + 200 * 86_400_000;
      const after = store.head();
      await store.stop();
      store = make({ now: () => far });
      await store.start();
      expect(store.head()).toBe(after);
      await commit(numbered(0, 5));
      await store.flush();
      // Found within the first page: the stretch before them is passed in a few steps of one call.
      expect(numbers((await store.tail({ after, limit: 5 })).rows)).toEqual(upFrom(0, 5));
    });

    test('after a restart, with the clock set back, ids and bookmarks go on', async () => {
      const head = store.head();
      const all = await readAll({ limit: 5000 });
      await store.stop();
      store = make();
      await store.start();
      expect(store.head()).toBe(head);
      await commit(numbered(0, 7));
      await store.flush();
      expect(numbers(await readAll({ after: head }))).toEqual(upFrom(0, 7));
      expect(await readAll({ limit: 5000 })).toHaveLength(all.length + 7);
    });

    test('what a crash left in the spool below what is in the table is waited for', async () => {
      const base = 5000;
      const after = store.head();
      const counter = Number(BigInt(after) / 256n) + base;
      await store.stop();
      await leave(counter + 100, numbered(100, 50));
      store = make();
      await store.start();
      await store.flush();
      await store.stop();
      await leave(counter, numbered(0, 100));
      store = make();
      await store.start();
      const early = await store.tail({ after, limit: 1000 });
      expect(early.rows.length === 0 || numbers(early.rows).join() === upFrom(0, 150).join()).toBe(true);
      expect(BigInt(early.upTo) <= BigInt(store.head())).toBe(true);
      await store.flush();
      expect(numbers([...early.rows, ...(await readAll({ after: early.upTo }))])).toEqual(upFrom(0, 150));
    });

    test('a file in quarantine holds nobody up', async () => {
      const after = store.head();
      const counter = Number(BigInt(after) / 256n) + 5000;
      await store.stop();
      await leave(counter, numbered(0, 50), (bytes) => bytes.subarray(0, bytes.length - 100));
      await leave(counter + 50, numbered(50, 50));
      await leave(counter + 100, numbered(100, 50), () => Buffer.alloc(3000, 0xff));
      store = make();
      await store.start();
      await store.flush();
      expect(store.health()).toMatchObject({ figures: { quarantined_groups: 2 } });
      expect(numbers(await readAll({ after }))).toEqual(upFrom(50, 50));
      expect(store.head()).toBe(String(BigInt(counter + 149) * 256n + BigInt(node)));
    });

    test('another node on the same table reads its own events only', async () => {
      const mine = await readAll({ limit: 5000 });
      await store.stop();
      store = make({ nodeId: node + 1 });
      await store.start();
      expect(store.head()).toBe('0');
      await commit(numbered(0, 20));
      await store.flush();
      expect(numbers(await readAll())).toEqual(upFrom(0, 20));
      expect(await store.eventsById(mine.slice(0, 3).map((row) => String(row.id)))).toEqual([]);
      expect((await store.ahead('0')).reduce((sum, { events }) => sum + events, 0)).toBe(20);
      await store.stop();
      store = make();
      await store.start();
      expect(await readAll({ limit: 5000 })).toEqual(mine);
    });

    test('days that retention removed are passed over', async () => {
      const old = now() - 5 * 24 * HOUR;
      const after = store.head();
      await commit(numbered(0, 500, { ts: old, received: old }));
      await commit(numbered(500, 5));
      await store.flush();
      expect(await store.ahead(after)).toHaveLength(2);
      await store.stop();
      store = make({ retentionDays: 3 });
      await store.start();
      const deadline = Date.now() + 20_000;
      while ((await store.ahead(after)).length > 1 && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 200));
      expect(numbers(await readAll({ after }))).toEqual(upFrom(500, 5));
    });

    test('a reader is told that the store is stopping; a listener that fails stops nothing', async () => {
      store.onHead(() => {
        throw new Error('of a test');
      });
      const after = store.head();
      await commit(numbered(0, 1));
      await store.flush();
      expect(numbers(await readAll({ after }))).toEqual([0]);
      await expect(store.tail({ after: '0', limit: 1 }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
        name: 'AbortError',
      });
      await store.stop();
      await expect(store.tail({ after: '0', limit: 1 })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
  });
}
