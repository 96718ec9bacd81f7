import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from 'chdb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batchOf, type Row } from '../../../test/support/event-rows.ts';
import { EventBatch } from '../../model/batch.ts';
import { COLUMNS, type Column } from '../../model/columns.ts';
import { rowOf, selectOf } from './cells.ts';
import { LowCardinalityEncoder } from './low-cardinality.ts';
import { writeDeadLetters, writeEvents } from './native.ts';
import { NativeWriter } from './native-writer.ts';
import { DEAD_LETTER_COLUMNS, EVENT_COLUMNS } from './schema.ts';
import { quote } from './sql.ts';
import type { EventRow } from './store.ts';

let folder: string;
let session: Session;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-native-'));
  session = new Session(join(folder, 'db'));
});
afterAll(async () => {
  session.close();
  await rm(folder, { recursive: true, force: true });
});

/** What the engine itself reads in a file of these bytes. */
async function read(
  bytes: Uint8Array,
  columns: readonly (readonly [string, string])[],
  select: string,
): Promise<(string | number | null)[][]> {
  const path = join(folder, 'block.native');
  await writeFile(path, bytes);
  const structure = columns.map(([name, type]) => `\`${name}\` ${type}`).join(', ');
  const sql = `SELECT ${select} FROM file(${quote(path)}, 'Native', ${quote(structure)}) SETTINGS output_format_json_quote_64bit_integers = 0, max_threads = 1`;
  return (await session.queryAsync(sql, { format: 'JSONCompact' })).json<{ data: (string | number | null)[][] }>().data;
}

async function decode(...batches: EventBatch[]): Promise<EventRow[]> {
  const writer = new NativeWriter();
  const encoder = new LowCardinalityEncoder();
  for (const batch of batches) writeEvents(writer, encoder, batch);
  const select = (COLUMNS as readonly Column[]).map(selectOf).join(', ');
  return (await read(writer.view(), EVENT_COLUMNS, select)).map((cells) => rowOf(COLUMNS, cells));
}

describe('native blocks of events', () => {
  test('every type of column, at its edges', async () => {
    const full: Row = {
      ts: 1_767_225_600_123_456,
      received: 0,
      kind: 'file',
      direction: 'external',
      src_scope: 'shared-nat',
      source: 'udp:2055',
      src_ip: '255.255.255.255',
      dst_ip: '2001:db8::ffff:1',
      src_port: 65_535,
      proto: 255,
      bytes: 2 ** 53 - 1,
      packets: 2 ** 32,
      src_bytes: 2 ** 32 - 1,
      duration: 0.1,
      src_lat: -89.5,
      src_asn: 4_294_967_295,
      domain: 'bücher.example 世界 🛡',
      uid: 'a\0b',
      attrs: JSON.stringify({ text: `${'x'.repeat(200)}"\\\n` }),
      threat_matches: '[]',
      tags: 'a,b',
      sampling: 4_294_967_295,
      risk: 100,
    };
    const batch = batchOf([{}, full, {}]);
    batch.firstId = 2n ** 63n - 1n;
    batch.idStep = 256n;
    const [empty, row, last] = await decode(batch);
    expect(row).toEqual({ ...empty, ...full, id: String(2n ** 63n - 1n + 256n) });
    expect({ ...last, id: '' }).toEqual({ ...empty, id: '' });
    expect(empty).toMatchObject({
      ts: 0,
      kind: '',
      direction: 'unknown',
      src_ip: '',
      bytes: 0,
      domain: '',
      src_lat: null,
    });
  });

  test('ids carry from the lower to the upper half', async () => {
    const batch = batchOf([{}, {}, {}]);
    batch.firstId = 2n ** 40n - 256n;
    batch.idStep = 256n;
    expect((await decode(batch)).map((row) => row.id)).toEqual(
      [2n ** 40n - 256n, 2n ** 40n, 2n ** 40n + 256n].map(String),
    );
  });

  test('an empty batch writes nothing, several batches are several blocks', async () => {
    expect(
      await decode(new EventBatch(4), batchOf([{ bytes: 1 }]), new EventBatch(4), batchOf([{ bytes: 2 }])),
    ).toMatchObject([{ bytes: 1 }, { bytes: 2 }]);
  });

  test('a code outside its vocabulary becomes 0, a broken counter 0, and both stay readable', async () => {
    const batch = batchOf([{ bytes: -5, packets: Number.NaN, duration: Number.POSITIVE_INFINITY }]);
    batch.columns.kind[0] = 200;
    batch.columns.app.codes[0] = 99;
    expect(await decode(batch)).toMatchObject([{ kind: '', bytes: 0, packets: 0, app: '' }]);
  });

  test('only the keys that rows use are written, with wide codes where there are many', async () => {
    const shared = batchOf([{}]);
    for (let i = 0; i < 70_000; i++) shared.columns.exporter.dictionary.intern(`unused-${i}`);
    shared.columns.exporter.set(0, 'used');
    const writer = new NativeWriter();
    writeEvents(writer, new LowCardinalityEncoder(), shared);
    expect(Buffer.from(writer.view()).includes('unused')).toBe(false);
    for (const distinct of [256, 257, 65_536, 65_537]) {
      const batch = new EventBatch(distinct);
      for (let r = 0; r < distinct; r++) batch.columns.exporter.set(r, `key ${r}`);
      batch.length = distinct;
      const rows = await decode(batch);
      expect([rows.length, rows[0].exporter, rows[distinct - 1].exporter]).toEqual([
        distinct,
        'key 0',
        `key ${distinct - 1}`,
      ]);
    }
  });

  test('a dictionary that grows between batches keeps its texts apart', async () => {
    const encoder = new LowCardinalityEncoder();
    const writer = new NativeWriter();
    const batch = new EventBatch(2);
    for (const words of [
      ['one', 'two'],
      ['two', 'three'],
      ['ünï', 'one'],
    ]) {
      for (const [r, word] of words.entries()) batch.columns.app.set(r, word);
      batch.length = 2;
      writeEvents(writer, encoder, batch);
      batch.reset();
    }
    const rows = await read(writer.view(), EVENT_COLUMNS, 'app');
    expect(rows.flat()).toEqual(['one', 'two', 'two', 'three', 'ünï', 'one']);
  });

  test('any texts and numbers come back as they were', async () => {
    const anyRow = fc.record({
      domain: fc.string({ unit: 'binary', maxLength: 300 }),
      app: fc.string({ unit: 'grapheme' }),
      bytes: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      ts: fc.integer({ min: 0, max: 9_000_000_000_000_000 }),
      duration: fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 40 }), async (rows) => {
        expect(await decode(batchOf(rows))).toMatchObject(rows);
      }),
      { numRuns: 30 },
    );
  });
});

test('dead letters keep every byte', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const letters = [
    {
      at: 1_767_225_600_000_001,
      source: 's',
      encoding: 'é',
      peer: '',
      reason: 'BAD',
      detail: "it's\0",
      bytes,
      size: 2 ** 33,
    },
    { at: 0, source: '', encoding: '', peer: '', reason: '', detail: '', bytes: new Uint8Array(0), size: 0 },
  ];
  const writer = new NativeWriter();
  writeDeadLetters(writer, letters, 512n, 256n);
  const rows = await read(
    writer.view(),
    DEAD_LETTER_COLUMNS,
    'id, toUnixTimestamp64Micro(at), encoding, detail, hex(bytes), size',
  );
  expect(rows).toEqual([
    [512, 1_767_225_600_000_001, 'é', "it's\0", Buffer.from(bytes).toString('hex').toUpperCase(), 2 ** 33],
    [768, 0, '', '', '', 0],
  ]);
});
