import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventBatch } from '../../model/batch.ts';
import { rowOf } from '../fixtures/collecting-sink.ts';
import { NOW, runOver } from '../fixtures/decode-records.ts';
import { type CompileOptions, compileTemplate } from './compile-template.ts';
import { elementNamed } from './elements.ts';
import { type DecodeRun, type TemplateField, VARIABLE } from './template.ts';

const ENTERPRISES = [0, 0, 0, 0, 0, 29_305, 9, 35_632, 25_461, 6871, 15_397, 64_000];
const MAC = 6;

/** A length that the element usually has, or one that it should not have. */
function lengthOf(pen: number, id: number): fc.Arbitrary<number> {
  const type = elementNamed(pen, id, 'ipfix')?.type ?? 'octetArray';
  const bits = /\d+$/.exec(type);
  const usual =
    type === 'ipv4Address'
      ? 4
      : type === 'ipv6Address'
        ? 16
        : type === 'macAddress'
          ? MAC
          : bits
            ? Number(bits[0]) / 8
            : 8;
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant(usual) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 18 }) },
    { weight: 1, arbitrary: fc.constant(VARIABLE) },
  );
}

const field: fc.Arbitrary<TemplateField> = fc
  .tuple(
    fc.constantFrom(...ENTERPRISES),
    fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 66 }) },
      { weight: 6, arbitrary: fc.integer({ min: 67, max: 533 }) },
      { weight: 2, arbitrary: fc.constantFrom(1, 2, 231, 232, 298, 299, 32, 139, 176, 177, 315, 410, 95, 371, 460) },
      { weight: 1, arbitrary: fc.constantFrom(33_002, 40_000, 40_001, 40_005, 56_701, 57_590, 57_677, 45_004) },
    ),
  )
  .chain(([pen, id]) => lengthOf(pen, id).map((length) => ({ pen, id, length })));

const addresses: fc.Arbitrary<TemplateField[]> = fc.constantFrom(
  [],
  [{ pen: 0, id: 56, length: MAC }],
  [
    { pen: 0, id: 8, length: 4 },
    { pen: 0, id: 12, length: 4 },
  ],
  [
    { pen: 0, id: 27, length: 16 },
    { pen: 0, id: 28, length: 16 },
  ],
);

const LIKELY = [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 58];

/** Mostly small numbers and zeros, so that lengths, protocols, directions and events are often right. */
const bytes = fc.tuple(fc.integer(), fc.integer({ min: 0, max: 900 })).map(([seed, length]) => {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 30 === 0 ? (state >>> 16) & 255 : LIKELY[(state >>> 16) % LIKELY.length];
  });
});

const scenario = fc.record({
  fields: fc
    .tuple(addresses, fc.array(field, { maxLength: 14, size: 'max' }))
    .map(([first, rest]) => [...first, ...rest]),
  bytes,
  protocol: fc.constantFrom('netflow9' as const, 'ipfix' as const),
  wanted: fc.constantFrom('usual' as const, 'all' as const),
  samplingRate: fc.constantFrom(1, 0, 100, 1.5, 2 ** 31),
  recordRates: fc.boolean(),
  hasFrame: fc.boolean(),
  bootTime: fc.constantFrom(Number.NaN, NOW / 1000 - 5e6),
  exportTime: fc.constantFrom(NOW, NOW - 1e6, 0, Number.NaN),
  uptime: fc.constantFrom(0, 5_000_000, 2 ** 32 - 1),
  capacity: fc.integer({ min: 1, max: 9 }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

const frame: DecodeRun['frame'] = (from, start, _end, frameLength, { columns }, row) => {
  if (from[start] % 2 === 0) return false;
  columns.dst_ip.setV4(row, from[start]);
  columns.bytes[row] = frameLength;
  columns.packets[row] = 1;
  return true;
};

interface Decoded {
  readonly rows: unknown[];
  readonly answers: number[];
  readonly at: number;
}

/** Decodes a set to its end, batch by batch, and checks what must hold for any template and any bytes. */
function decodeAll(given: Scenario, interpret: boolean | undefined, around: number): Decoded {
  const { fields, protocol, wanted, capacity } = given;
  const options: CompileOptions = { protocol, fields: wanted, maxTimeDifference: 86_400, interpret };
  const decoder = compileTemplate(fields, options);
  const run = runOver(given.bytes, {
    samplingRate: given.samplingRate,
    recordRates: given.recordRates,
    bootTime: given.bootTime,
    exportTime: given.exportTime,
    uptime: given.uptime,
    samplerRate: (id) => (id % 2 === 0 ? 0 : id + 1),
    applicationName: (from, start) => (from[start] === 3 ? 'known' : ''),
    ...(given.hasFrame && { frame }),
  });
  run.bytes.fill(around, 0, run.at).fill(around, run.end);
  const rows: unknown[] = [];
  const answers: number[] = [];
  for (;;) {
    const batch = new EventBatch(capacity);
    const before = run.at;
    const answer = decoder.decode(run, batch);
    answers.push(answer);
    expect(run.at).toBeGreaterThanOrEqual(before);
    expect(run.at).toBeLessThanOrEqual(run.end);
    expect(batch.length).toBeLessThanOrEqual(answer < 0 ? -1 - answer : answer);
    for (let row = 0; row < batch.length; row++) rows.push(checked(rowOf(batch, row)));
    for (let row = batch.length; row < capacity; row++) expect(rowOf(batch, row)).toEqual({});
    if (answer <= 0 || batch.length < capacity) break;
  }
  const left = run.end - run.at;
  if ((answers.at(-1) as number) >= 0) expect(left).toBeLessThan(decoder.minLength);
  return { rows, answers, at: run.at };
}

function checked(row: ReturnType<typeof rowOf>): ReturnType<typeof rowOf> {
  if (row.attrs !== undefined) expect(Object.keys(JSON.parse(String(row.attrs))).length).toBeGreaterThan(0);
  expect(Math.abs(Number(row.ts) - NOW)).toBeLessThanOrEqual(86_400e6 * 2);
  for (const name of ['bytes', 'packets', 'src_bytes', 'dst_bytes', 'src_packets', 'dst_packets', 'duration'])
    expect(Number(row[name] ?? 0)).toBeGreaterThanOrEqual(0);
  for (const name of ['bytes', 'packets']) expect(Number.isSafeInteger(row[name] ?? 0)).toBe(true);
  return row;
}

describe('random templates over random bytes', () => {
  it('are decoded the same by code, by walking, and by one after the other', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const compiled = decodeAll(given, false, 0xee);
        expect(decodeAll(given, true, 0xee)).toEqual(compiled);
        expect(decodeAll(given, undefined, 0xee)).toEqual(compiled);
      }),
      { numRuns: 400 },
    );
  });

  it('are decoded without looking at the bytes around the set', () => {
    fc.assert(
      fc.property(scenario, fc.boolean(), (given, interpret) => {
        expect(decodeAll(given, interpret, 0xff)).toEqual(decodeAll(given, interpret, 0));
      }),
      { numRuns: 200 },
    );
  });

  it('are decoded by walking until there were enough records, and the same after', () => {
    const fields = [
      { pen: 0, id: 8, length: 4 },
      { pen: 0, id: 371, length: VARIABLE },
      { pen: 0, id: 192, length: 1 },
    ];
    const set = Array.from({ length: 500 }, (_, i) => [10, 0, i >> 8, i & 255, 1, 65 + (i % 26), i & 63]).flat();
    const given = { fields, bytes: Uint8Array.from(set), wanted: 'usual', protocol: 'ipfix', capacity: 7 } as const;
    const rest = { samplingRate: 1, recordRates: true, hasFrame: false, bootTime: 0, exportTime: NOW, uptime: 0 };
    const rows = decodeAll({ ...given, ...rest }, undefined, 0).rows;
    expect(rows).toHaveLength(500);
    expect(rows).toEqual(decodeAll({ ...given, ...rest }, false, 0).rows);
  });
});
