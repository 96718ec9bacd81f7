import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { batchOf, type Row } from '../../../test/support/event-rows.ts';
import { silentLog } from '../../kit/log.ts';
import { Metrics } from '../../kit/metrics.ts';
import { parseNetwork } from '../../model/address.ts';
import { columnAt, columnNamed } from '../../model/columns.ts';
import type { FilterField, FilterNode, FilterValue } from '../../model/filter/ast.ts';
import { KINDS } from '../../model/kinds.ts';
import { ColumnStore } from './column-store.ts';

const rows: (Row & { uid: string })[] = [
  {
    uid: 'a',
    ts: 1_000_000,
    kind: 'dns',
    src_ip: '10.1.2.3',
    dst_ip: '2001:db8::5',
    dst_port: 53,
    proto: 17,
    bytes: 2 ** 53 - 1,
    duration: 1.5,
    domain: 'Straße.Example',
    app: 'dns',
    tags: 'edge,office',
    src_lat: 0,
    attrs: '{"rcode":"NOERROR","ttl":300,"id.orig_h":"10.1.2.3","deep":{"er":{"x":1.5}},"ok":true,"s":"7"}',
  },
  { uid: 'b', ts: 2_000_000, kind: 'flow', src_ip: '10.1.3.0', dst_port: 443, proto: 6, tags: 'office', app: "o'b\\n" },
  { uid: 'c', ts: 3_000_000, kind: 'conn', src_ip: '::ffff:9.255.255.255', domain: 'a\nb\tc\0d', attrs: '{"n":null}' },
];

let folder: string;
let store: ColumnStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-filter-'));
  store = new ColumnStore({ dataDir: folder, log: silentLog, metrics: new Metrics(), retentionDays: 0, queries: 1 });
  await store.start();
  await store.commit(batchOf(rows));
  await store.flush();
});
afterAll(async () => {
  await store.stop();
  await rm(folder, { recursive: true, force: true });
});

async function matching(filter: FilterNode): Promise<string> {
  const range = { from: 0, to: 10_000_000 };
  const found = await store.events({ range, filter, limit: 10, order: 'oldest', columns: [columnNamed('uid')] });
  return found.map((row) => row.uid).join('');
}

function field(path: string): FilterField {
  const column = columnAt(path.startsWith('attrs.') ? 'attrs' : path);
  if (!column) throw new RangeError(path);
  return path.startsWith('attrs.') ? { column, attr: path.slice(6) } : { column };
}
const text = (value: string): FilterValue => ({ type: 'text', text: value });
const number = (value: number): FilterValue => ({ type: 'number', number: value });
function network(value: string): FilterValue {
  const parsed = parseNetwork(value);
  if (!parsed) throw new RangeError(value);
  return { type: 'network', bytes: parsed.bytes, prefix: parsed.prefix, text: value };
}

test.each([
  ['uid', '=', text('a'), 'a'],
  ['uid', '!=', text('a'), 'bc'],
  ['uid', '>', text('a'), 'bc'],
  ['app', '=', text("o'b\\n"), 'b'],
  ['domain', '=', text('a\nb\tc\0d'), 'c'],
  ['kind', '=', number(KINDS.dns), 'a'],
  ['kind', '!=', number(KINDS.dns), 'bc'],
  ['kind', '<=', number(KINDS.conn), 'bc'],
  ['dst.port', '<', number(100), 'ac'],
  ['bytes', '=', number(2 ** 53 - 1), 'a'],
  ['bytes', '<', number(2 ** 53 - 1), 'bc'],
  ['bytes', '>', number(0.5), 'a'],
  ['bytes', '>=', number(-1), 'abc'],
  ['duration', '=', number(1.5), 'a'],
  ['src.lat', '=', number(0), 'a'],
  ['ts', '>=', number(2_000_000), 'bc'],
  ['ts', '=', number(3_000_000), 'c'],
  ['src.ip', '=', network('10.1.2.3'), 'a'],
  ['src.ip', '=', network('10.1.2.0/23'), 'ab'],
  ['src.ip', '=', network('10.0.0.0/8'), 'ab'],
  ['src.ip', '!=', network('10.0.0.0/8'), 'c'],
  ['src.ip', '<', network('10.0.0.0/8'), 'c'],
  ['src.ip', '<=', network('10.1.2.0/24'), 'ac'],
  ['src.ip', '>', network('10.1.2.0/24'), 'b'],
  ['src.ip', '>=', network('10.1.2.0/24'), 'ab'],
  ['dst.ip', '=', network('2001:db8::/33'), 'a'],
  ['dst.ip', '=', network('::/0'), 'abc'],
  ['tags', '=', text('office'), 'ab'],
  ['tags', '=', text('edge,office'), ''],
  ['tags', '!=', text('edge'), 'bc'],
  ['attrs.rcode', '=', text('NOERROR'), 'a'],
  ['attrs.rcode', '!=', text('NOERROR'), 'bc'],
  ['attrs.ttl', '>', number(299), 'a'],
  ['attrs.ttl', '<', number(300), ''],
  ['attrs.s', '=', number(7), 'a'],
  ['attrs.ok', '=', text('true'), 'a'],
  ['attrs.id.orig_h', '=', text('10.1.2.3'), 'a'],
  ['attrs.deep.er.x', '=', number(1.5), 'a'],
] as const)('%s %s %o', async (path, op, value, want) => {
  expect(await matching({ op, field: field(path), value })).toBe(want);
});

test('an id is compared as the 64-bit number it is', async () => {
  const [first] = await store.events({ range: { from: 0, to: 1_500_000 }, limit: 1 });
  const value: FilterValue = { type: 'id', text: String(first.id) };
  expect(await matching({ op: '=', field: field('id'), value })).toBe('a');
  expect(await matching({ op: '>', field: field('id'), value })).toBe('bc');
});

test.each([
  ['contains', 'domain', 'SSE.ex', ''],
  ['contains', 'domain', 'ẞE.EX', 'a'],
  ['startswith', 'domain', 'STRA', 'a'],
  ['endswith', 'domain', '.EXAMPLE', 'a'],
  ['matches', 'domain', '^Stra.e\\.', 'a'],
  ['contains', 'src.ip', '10.1', 'ab'],
  ['startswith', 'src.ip', '9.', 'c'],
  ['startswith', 'dst.ip', '2001:', 'a'],
  ['contains', 'tags', 'OFF', 'ab'],
  ['endswith', 'tags', 'edge', 'a'],
  ['matches', 'tags', '^office$', 'ab'],
  ['contains', 'kind', 'on', 'c'],
  ['contains', 'dst.port', '4', 'b'],
  ['contains', 'attrs', 'rcode', 'a'],
  ['contains', 'attrs.rcode', 'noerr', 'a'],
] as const)('%s on %s with %j', async (op, path, value, want) => {
  expect(await matching({ op, field: field(path), value })).toBe(want);
});

test.each([
  ['domain', 'ac'],
  ['dst.ip', 'a'],
  ['dst.port', 'ab'],
  ['src.lat', 'a'],
  ['duration', 'a'],
  ['kind', 'abc'],
  ['direction', ''],
  ['tags', 'ab'],
  ['ts', 'abc'],
  ['attrs', 'ac'],
  ['attrs.n', ''],
  ['attrs.deep', 'a'],
])('exists %s', async (path, want) => {
  expect(await matching({ op: 'exists', field: field(path) })).toBe(want);
});

test('and, or, not and in, also empty', async () => {
  const uid = (value: string): FilterNode => ({ op: '=', field: field('uid'), value: text(value) });
  expect(
    await matching({ op: 'or', nodes: [uid('a'), { op: 'and', nodes: [uid('b'), { op: 'not', node: uid('c') }] }] }),
  ).toBe('ab');
  expect(await matching({ op: 'in', field: field('uid'), values: [text('a'), text('c')] })).toBe('ac');
  expect(await matching({ op: 'in', field: field('tags'), values: [text('edge'), text('x')] })).toBe('a');
  expect(
    await matching({ op: 'in', field: field('src.ip'), values: [network('9.0.0.0/8'), network('10.1.3.0/24')] }),
  ).toBe('bc');
  expect(await matching({ op: 'in', field: field('uid'), values: [] })).toBe('');
  expect(await matching({ op: 'and', nodes: [] })).toBe('abc');
  expect(await matching({ op: 'or', nodes: [] })).toBe('');
});

test('no text whatever leaves its parameter', async () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc
      .array(fc.constantFrom("'", '\\', '"', '`', '\0', '\n', '\t', '\r', '{', '}', ':', ';', '--', '/*', 'OR 1'), {
        maxLength: 12,
      })
      .map((parts) => parts.join('')),
  );
  await fc.assert(
    fc.asyncProperty(nasty, async (value) => {
      fc.pre(value !== '');
      // Matches no row, and not: the value must come out of the parameter exactly as it went in.
      expect(await matching({ op: '=', field: field('domain'), value: text(value) })).toBe('');
      expect(
        await matching({ op: 'and', nodes: [{ op: '=', field: field(`attrs.${value}`), value: text(value) }] }),
      ).toBe('');
    }),
    { numRuns: 60 },
  );
});
