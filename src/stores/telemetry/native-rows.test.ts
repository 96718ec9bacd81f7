import { expect, test } from 'vitest';
import { batchOf, type Row } from '../../../test/support/event-rows.ts';
import { COLUMNS, type Column, columnNamed } from '../../model/columns.ts';
import { plainRow } from '../../model/event-page.ts';
import { KINDS } from '../../model/kinds.ts';
import { LowCardinalityEncoder } from './low-cardinality.ts';
import { writeEvents } from './native.ts';
import { NativeReader } from './native-reader.ts';
import { NativeRows } from './native-rows.ts';
import { NativeWriter } from './native-writer.ts';
import type { EventRow } from './store.ts';

function blockOf(rows: readonly Row[], firstId = 4711n): Uint8Array {
  const batch = batchOf(rows);
  batch.firstId = firstId;
  batch.idStep = 256n;
  const writer = new NativeWriter();
  writeEvents(writer, new LowCardinalityEncoder(), batch);
  return Uint8Array.from(writer.view());
}

function read(bytes: Uint8Array, columns: readonly Column[] = COLUMNS): EventRow[] {
  const rows: EventRow[] = [];
  new NativeRows(columns).read(new NativeReader(bytes), rows);
  return rows.map(plainRow);
}

const full: Row = {
  ts: 1_763_640_000_123_456,
  received: -1,
  kind: 'dns',
  source: 'http',
  src_ip: '192.0.2.255',
  dst_ip: '2001:db8::7',
  src_port: 65_535,
  bytes: 2 ** 53 - 1,
  packets: 4_294_967_297,
  duration: 0.1,
  domain: 'köln.example',
  src_lat: 13.4,
  src_lon: -0.000012345678,
  dst_lat: 16_777_216,
  dst_lon: 179.99998,
  src_asn: 4_294_967_295,
  tags: 'edge,office',
  attrs: `{"long":"${'x'.repeat(300)}"}`,
};

test('rows are what was written, in all columns', () => {
  const [row, other] = read(blockOf([full, {}], 2n ** 64n - 512n));
  expect(Object.keys(row)).toEqual(COLUMNS.map(({ name }) => name));
  expect(row).toMatchObject({ ...full, id: '18446744073709551104', src_lon: Number('-0.000012345678'), user: '' });
  expect(other).toMatchObject({
    id: '18446744073709551360',
    ts: 0,
    kind: '',
    src_ip: '',
    src_lat: null,
    domain: '',
  });
});

test('many rows with many words, over several blocks', () => {
  const rows = Array.from({ length: 70_000 }, (_, i) => ({
    ts: i,
    kind: Object.keys(KINDS)[i % Object.keys(KINDS).length],
    exporter: `exporter ${i % 300}`,
    domain: i % 3 === 0 ? '' : `host-${i}.example`,
    user: i % 2 === 0 ? `user ${i}` : '',
    src_ip: `10.${i & 255}.${(i >> 8) & 255}.${i % 7}`,
    src_lat: Number(((i % 18_000) / 100 - 90).toFixed(2)),
  }));
  const blocks = [rows.slice(0, 1), rows.slice(1, 300), rows.slice(300)].map((some) => blockOf(some));
  const found = read(Buffer.concat(blocks));
  expect(found).toHaveLength(rows.length);
  for (const [i, row] of found.entries())
    for (const [name, value] of Object.entries(rows[i])) if (row[name] !== value) expect(row).toMatchObject(rows[i]);
});

test('an answer that is cut off anywhere, or of another shape, is refused', () => {
  const bytes = blockOf([full, {}]);
  for (let length = 1; length < bytes.length; length++)
    expect(() => read(bytes.subarray(0, length)), `${length} bytes`).toThrow('The store of events answered with');
  expect(() => read(bytes, [columnNamed('id')])).toThrow('columns');
  expect(() => read(bytes, [...COLUMNS].reverse())).toThrow('a column id UInt64, not attrs String');
  for (let i = 0; i < 400; i++) {
    const damaged = Uint8Array.from(bytes);
    damaged[(i * 7) % 40] ^= 1 << (i % 8);
    try {
      read(damaged);
    } catch (error) {
      expect(error).toMatchObject({ code: 'INTERNAL' });
    }
  }
});
