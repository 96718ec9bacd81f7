import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../src/kit/log.ts';
import { Metrics } from '../../src/kit/metrics.ts';
import { columnAt, columnNamed } from '../../src/model/columns.ts';
import type { FilterField, FilterNode } from '../../src/model/filter/ast.ts';
import type { DeadLetter } from '../../src/model/outcome.ts';
import { ColumnStore, type ColumnStoreOptions } from '../../src/stores/telemetry/column-store.ts';
import type { EventRow, TimeRange } from '../../src/stores/telemetry/store.ts';
import { batchOf, type Row } from '../support/event-rows.ts';

const MINUTE = 60_000_000;
/** A recent whole hour, so that retention leaves the events alone. */
const T0 = Math.floor(Date.now() / 3_600_000 - 5) * 60 * MINUTE;
const ALL: TimeRange = { from: 0, to: T0 + 1000 * MINUTE };

const field = (path: string): FilterField => {
  const column = columnAt(path);
  if (!column) throw new RangeError(path);
  return { column };
};
const text = (path: string, value: string): FilterNode => ({
  op: '=',
  field: field(path),
  value: { type: 'text', text: value },
});
const number = (path: string, op: '=' | '>=' | '<', value: number): FilterNode => ({
  op,
  field: field(path),
  value: { type: 'number', number: value },
});

/** Two hours of deterministic events, one every 10 s and some microseconds, with two kinds and five exporters. */
function traffic(count: number): Row[] {
  return Array.from({ length: count }, (_, i) => ({
    ts: T0 + i * 10_000_007,
    received: T0 + i * 10_000_007,
    kind: i % 3 === 0 ? 'dns' : 'flow',
    direction: i % 2 === 0 ? 'outbound' : 'inbound',
    proto: i % 3 === 0 ? 17 : 6,
    exporter: `198.51.100.${i % 5}`,
    source: 'udp:2055',
    src_ip: `192.0.2.${i % 7}`,
    dst_ip: i % 4 === 0 ? '2001:db8::7' : '203.0.113.9',
    dst_port: [443, 53, 22][i % 3],
    bytes: 100 + i,
    packets: 1 + (i % 4),
    risk: i % 10 === 0 ? 80 : 5,
    threat_count: i % 10 === 0 ? 1 : 0,
    tags: i % 2 === 0 ? 'edge,office' : '',
    domain: i % 3 === 0 ? `host-${i % 4}.example` : '',
  }));
}

const letter = (reason: string, at = T0): DeadLetter => ({
  at,
  source: 'http',
  encoding: 'zeek.conn',
  peer: '192.0.2.1',
  reason,
  detail: "It's not an \\address\\ — 世界",
  bytes: Uint8Array.from([0, 255, 39, 92, 10, 13, 9, 128]),
  size: 8,
});

/** What every driver behind the telemetry store has to do. */
export function telemetryStoreContract(name: string, options: () => Promise<Partial<ColumnStoreOptions>>): void {
  describe(`telemetry store: ${name}`, () => {
    let dataDir: string;
    let extra: Partial<ColumnStoreOptions>;
    let store: ColumnStore;
    const rows = traffic(720);
    const make = (more: Partial<ColumnStoreOptions> = {}) =>
      new ColumnStore({ dataDir, log: silentLog, metrics: new Metrics(), queries: 2, ...extra, ...more });

    beforeAll(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'vedette-store-'));
      extra = await options();
      store = make();
      await store.start();
      await Promise.all([
        store.commit(batchOf(rows.slice(0, 300))),
        store.commit(batchOf(rows.slice(300, 301)), [letter('FIRST'), letter('SECOND', T0 + 1)]),
        store.commit(batchOf(rows.slice(301))),
      ]);
      await store.flush();
    });
    afterAll(async () => {
      await store.stop();
      await rm(dataDir, { recursive: true, force: true });
    });

    test('an empty store answers with nothing, an empty batch is no event', async () => {
      await store.commit(batchOf([]));
      await store.flush();
      const before = { from: 0, to: T0 };
      expect(await store.events({ range: before, limit: 10 })).toEqual([]);
      const top = await store.top({ range: before, column: columnNamed('src_ip'), by: 'events', limit: 5 });
      expect(top).toEqual({ items: [], distinct: 0, total: { events: 0, bytes: 0, packets: 0 } });
      expect(await store.series({ range: before, bucket: MINUTE, measures: ['events'] })).toEqual([]);
    });

    test('events come newest first, page by page, without gap or repetition', async () => {
      const seen: EventRow[] = [];
      let after: { ts: number; id: string } | undefined;
      for (;;) {
        const page = await store.events({ range: ALL, limit: 97, after });
        seen.push(...page);
        const last = page.at(-1);
        if (!last || page.length < 97) break;
        after = { ts: Number(last.ts), id: String(last.id) };
      }
      expect(seen.map((row) => row.ts)).toEqual(rows.map((row) => row.ts).reverse());
      expect(new Set(seen.map((row) => row.id)).size).toBe(rows.length);
      const first = seen.at(-1);
      expect(first).toMatchObject({
        ts: T0,
        kind: 'dns',
        src_ip: '192.0.2.0',
        dst_ip: '2001:db8::7',
        src_lat: null,
        risk: 80,
        tags: 'edge,office',
        user: '',
      });
      const oldest = await store.events({ range: ALL, limit: 3, order: 'oldest', columns: [columnNamed('bytes')] });
      expect(oldest.map((row) => Object.keys(row))).toEqual(Array(3).fill(['id', 'ts', 'bytes']));
      expect(oldest.map((row) => row.bytes)).toEqual([100, 101, 102]);
      expect(await store.event(String(first?.id))).toEqual(first);
      expect(await store.event('1')).toBeUndefined();
      expect(await store.event("1' OR 1")).toBeUndefined();
    });

    test('ids increase in the order of commits and carry the node', async () => {
      const { events } = await store.stats();
      const low = (await store.events({ range: ALL, limit: 1, order: 'oldest' }))[0];
      await store.commit(batchOf([{ ts: T0 - MINUTE, received: T0 }]));
      await store.flush();
      const range = { from: T0 - MINUTE, to: T0 };
      const [added] = await store.events({ range, limit: 1 });
      expect(BigInt(String(added.id)) > BigInt(String(low.id))).toBe(true);
      expect(BigInt(String(added.id)) % 256n).toBe(0n);
      expect((await store.stats()).events).toBe(events + 1);
    });

    test('filters reach the store and hostile text stays text', async () => {
      const count = async (filter: FilterNode) =>
        (await store.events({ range: { from: T0, to: ALL.to }, filter, limit: 1000, columns: [] })).length;
      expect(await count(text('exporter', '198.51.100.3'))).toBe(144);
      expect(await count(text('tags', 'office'))).toBe(360);
      expect(await count({ op: 'and', nodes: [number('risk', '>=', 70), text('domain', 'host-0.example')] })).toBe(
        rows.filter((row) => row.risk === 80 && row.domain === 'host-0.example').length,
      );
      for (const hostile of ["'", "' OR 1 --", '\\', "\\' OR 1", '{p0:String}', '\0', '\n\t', "'); DROP TABLE x; --"])
        expect(await count(text('domain', hostile))).toBe(0);
      const bad: FilterNode = { op: 'matches', field: field('domain'), value: '([' };
      await expect(count(bad)).rejects.toMatchObject({ code: 'INVALID_FILTER' });
    });

    test('top answers the largest, the number of values and the sums of all', async () => {
      const range = { from: T0, to: ALL.to };
      const sum = (of: 'bytes' | 'packets', some: Row[]) => some.reduce((all, row) => all + Number(row[of]), 0);
      const total = { events: 720, bytes: sum('bytes', rows), packets: sum('packets', rows) };
      for (const by of ['events', 'bytes', 'packets', 'risk'] as const) {
        const top = await store.top({ range, column: columnNamed('src_ip'), by, limit: 3 });
        expect(top).toMatchObject({ distinct: 7, total });
        expect(top.items).toHaveLength(3);
        for (const item of top.items) {
          const own = rows.filter((row) => row.src_ip === item.value);
          expect(item).toMatchObject({
            events: own.length,
            bytes: sum('bytes', own),
            packets: sum('packets', own),
            risk: 80,
          });
        }
        const order = top.items.map((item) => item[by]);
        expect(order).toEqual([...order].sort((a, b) => b - a));
      }
      const kinds = await store.top({ range, column: columnNamed('kind'), by: 'events', limit: 9 });
      expect(kinds.items.map((item) => [item.value, item.events])).toEqual([
        ['flow', 480],
        ['dns', 240],
      ]);
      const tags = await store.top({ range, column: columnNamed('tags'), by: 'events', limit: 9 });
      expect(tags.items.map((item) => [item.value, item.events])).toEqual([
        ['', 360],
        ['edge', 360],
        ['office', 360],
      ]);
    });

    test.each([
      ['whole minutes', { from: T0, to: T0 + 120 * MINUTE }],
      ['ragged ends', { from: T0 + 1_234_567, to: T0 + 61 * MINUTE + 7 }],
      ['all', ALL],
    ])('series and top from the roll-up equal those from the events: %s', async (_, range) => {
      const within = (await store.events({ range, limit: 1000 })) as Record<string, number | string>[];
      const cases: [FilterNode | undefined, (row: Record<string, number | string>) => boolean][] = [
        [undefined, () => true],
        [text('exporter', '198.51.100.1'), (row) => row.exporter === '198.51.100.1'],
        [{ op: 'not', node: text('source', 'x') }, () => true],
        [number('risk', '>=', 70), (row) => Number(row.risk) >= 70],
        [number('dst.port', '=', 53), (row) => row.dst_port === 53],
      ];
      for (const [filter, passes] of cases) {
        const own = within.filter(passes);
        for (const bucket of [MINUTE, 5 * MINUTE, 10_000_000]) {
          const measures = ['events', 'bytes', 'packets', 'risk', 'risk_avg', 'threats', 'high_risk'] as const;
          const [series] = await store.series({ range, filter, bucket, measures });
          const at = [...new Set(own.map((row) => Math.floor(Number(row.ts) / bucket) * bucket))].sort((a, b) => a - b);
          expect(series.at).toEqual(at);
          for (const [i, start] of at.entries()) {
            const there = own.filter((row) => Math.floor(Number(row.ts) / bucket) * bucket === start);
            const add = (of: string) => there.reduce((sum, row) => sum + Number(row[of]), 0);
            expect(measures.map((measure) => series.values[measure]?.[i])).toEqual([
              there.length,
              add('bytes'),
              add('packets'),
              Math.max(...there.map((row) => Number(row.risk))),
              add('risk') / there.length,
              there.filter((row) => Number(row.threat_count) > 0).length,
              there.filter((row) => Number(row.risk) >= 70).length,
            ]);
          }
        }
        for (const name of ['exporter', 'src_ip', 'dst_port', 'bytes', 'risk', 'tags'] as const) {
          const { items, total } = await store.top({
            range,
            filter,
            column: columnNamed(name),
            by: 'bytes',
            limit: 2000,
          });
          const expected = new Map<string, number[]>();
          for (const row of own)
            for (const value of name === 'tags' ? String(row.tags).split(',') : [String(row[name])]) {
              const [events, bytes, packets, risk] = expected.get(value) ?? [0, 0, 0, 0];
              const sums = [events + 1, bytes + Number(row.bytes), packets + Number(row.packets)];
              expected.set(value, [...sums, Math.max(risk, Number(row.risk))]);
            }
          const answered = items.map((one) => [String(one.value), [one.events, one.bytes, one.packets, one.risk]]);
          expect(Object.fromEntries(answered)).toEqual(Object.fromEntries(expected));
          expect(total.events).toBe([...expected.values()].reduce((sum, [events]) => sum + events, 0));
        }
      }
    });

    test('series by a column of events on either side of 1970 and of whole minutes', async () => {
      const bucket = 5 * MINUTE;
      const old = Array.from({ length: 40 }, (_, i) => ({
        ts: (i - 20) * 61_000_001,
        received: T0,
        dst_port: [53, 80, 443, 53, 53][i % 5],
      }));
      await store.commit(batchOf(old));
      await store.flush();
      const range = { from: -19 * MINUTE - 12_345, to: 18 * MINUTE + 54_321 };
      const own = old.filter((row) => row.ts >= range.from && row.ts < range.to);
      const by = columnNamed('dst_port');
      const series = await store.series({ range, bucket, measures: ['events'], by, top: 1 });
      for (const [index, one] of [
        own.filter((row) => row.dst_port === 53),
        own.filter((row) => row.dst_port !== 53),
      ].entries()) {
        const counts = new Map<number, number>();
        for (const { ts } of one) {
          const start = Math.floor(ts / bucket) * bucket;
          counts.set(start, (counts.get(start) ?? 0) + 1);
        }
        expect(series[index].at).toEqual([...counts.keys()]);
        expect(series[index].values.events).toEqual([...counts.values()]);
      }
    });

    test.each([
      ['exporter', 'events'],
      ['src.ip', 'bytes'],
      ['dst.port', 'packets'],
      ['kind', 'events'],
      ['tags', 'bytes'],
      ['risk', 'events'],
      ['domain', 'events'],
    ] as const)('series by %s: one each of the most frequent, and one of all others', async (path, measure) => {
      const range = { from: T0, to: ALL.to };
      const by = field(path).column;
      const series = await store.series({ range, bucket: 30 * MINUTE, measures: [measure], by, top: 2 });
      const top = await store.top({ range, column: by, by: 'events', limit: 2 });
      const sum = (values: readonly number[] = []) => values.reduce((all, value) => all + value, 0);
      expect(series.slice(0, 2).map((one) => [one.key, sum(one.values[measure])])).toEqual(
        top.items.map((item) => [item.value, item[measure]]),
      );
      const others = series.filter((one) => one.other);
      const rest = top.total[measure] - top.items.reduce((all, item) => all + item[measure], 0);
      expect(sum(others[0]?.values[measure])).toBe(rest);
      expect(others.map((one) => one.key)).toEqual(rest > 0 ? [null] : []);
    });

    test('scan gives every event once, and stops at its limit', async () => {
      const ids: unknown[] = [];
      for await (const page of store.scan({ range: { from: T0, to: ALL.to }, columns: [], order: 'oldest' }))
        ids.push(...page.map((row) => row.id));
      expect(new Set(ids).size).toBe(720);
      let some = 0;
      for await (const page of store.scan({ range: ALL, columns: [], limit: 500 })) some += page.length;
      expect(some).toBe(500);
    });

    test('parquet is a file of its own with a footer', async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of await store.parquet({ range: ALL, limit: 10 })) chunks.push(Buffer.from(chunk));
      const bytes = Buffer.concat(chunks);
      expect(bytes.subarray(0, 4).toString()).toBe('PAR1');
      expect(bytes.subarray(-4).toString()).toBe('PAR1');
      expect(bytes.includes('threat.confidence')).toBe(true);
    });

    test('dead letters keep their bytes, are listed newest first and can be purged', async () => {
      const [second, first] = await store.deadLetters({ limit: 10 });
      expect([second.reason, first.reason]).toEqual(['SECOND', 'FIRST']);
      expect(first).toEqual({ ...letter('FIRST'), id: first.id });
      expect(await store.deadLetter(first.id)).toEqual(first);
      expect(await store.deadLetters({ limit: 10, before: second.id })).toEqual([first]);
      expect(await store.deadLetters({ limit: 10, reason: 'SECOND', source: 'http' })).toEqual([second]);
      expect(await store.deadLetters({ limit: 10, source: "' OR 1" })).toEqual([]);
      expect(await store.purgeDeadLetters([first.id, 'x'])).toBe(1);
      expect(await store.purgeDeadLetters([first.id])).toBe(0);
      expect((await store.stats()).deadLetters).toBe(1);
      await store.commit(batchOf([]), [letter('THIRD')]);
      expect(await store.purgeDeadLetters()).toBe(2);
      expect(await store.deadLetters({ limit: 10 })).toEqual([]);
    });

    test('a query that was aborted before it began does not begin', async () => {
      const query = { range: ALL, limit: 1 };
      await expect(store.events(query, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    });

    test('a full spool refuses and takes nothing; what was acknowledged outlives a restart', async () => {
      const { events } = await store.stats();
      await store.stop();
      await expect(store.commit(batchOf([{ ts: T0 }]))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      store = make({ spoolMaxBytes: 1 });
      await store.start();
      const results = await Promise.allSettled([
        store.commit(batchOf([{ ts: T0, received: T0 }])),
        store.commit(batchOf([{ ts: T0, received: T0 }])),
      ]);
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected']);
      expect(results[1]).toMatchObject({ reason: { code: 'STORAGE_FULL' } });
      await store.stop();
      store = make();
      await store.start();
      expect(await store.stats()).toMatchObject({ events: events + 1, spooledRows: 0, spooledBytes: 0 });
      expect(store.health().state).toBe('ok');
    });

    test('a shorter retention takes effect at the next start', async () => {
      const old = Date.now() * 1000 - 3 * 86_400_000_000;
      await store.commit(batchOf([{ ts: old, received: old }]));
      await store.flush();
      const { events } = await store.stats();
      await store.stop();
      await store.stop();
      await store.start();
      expect(await store.stats()).toMatchObject({ events, spooledRows: 0 });
      await store.stop();
      store = make({ retentionDays: 1 });
      await store.start();
      const deadline = Date.now() + 20_000;
      while ((await store.stats()).events !== events - 1 && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 200));
      expect((await store.stats()).events).toBe(events - 1);
    });
  });
}
