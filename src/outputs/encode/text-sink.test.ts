import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FIRST_TIME, IsoWriter, LAST_TIME } from './iso-writer.ts';
import { ReadyText } from './ready-text.ts';
import { SinkPool } from './sink-pool.ts';
import { TextSink } from './text-sink.ts';

/** What work appends to a sink with something in it. */
function appended(work: (sink: TextSink) => void): string {
  const sink = new TextSink();
  sink.text('before');
  work(sink);
  expect(sink.toString(0, 6)).toBe('before');
  return sink.toString(6);
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'binary-ascii', minLength: 40, maxLength: 120 }),
);

it('takes texts as UTF-8, whatever their length', () => {
  fc.assert(
    fc.property(fc.array(anyText), (texts) => {
      const sink = new TextSink();
      for (const [i, text] of texts.entries()) {
        if (i % 2 === 0) sink.text(text);
        else sink.ready(new ReadyText(text));
      }
      expect(sink.view().equals(Buffer.from(texts.join('')))).toBe(true);
    }),
  );
  const long = 'ä'.repeat(100_000);
  expect(appended((sink) => sink.text(long))).toBe(long);
});

it('writes JSON strings as JSON.stringify does', () => {
  fc.assert(
    fc.property(
      fc.oneof(anyText, fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', 'ä', '\ud800') })),
      (text) => {
        const bytes = Buffer.from(`x${text}y`);
        const wellFormed = Buffer.from(text).toString();
        expect(appended((sink) => sink.quotedBytes(bytes, 1, bytes.length - 1))).toBe(JSON.stringify(wellFormed));
      },
    ),
  );
});

it('is valid JSON for bytes that are no UTF-8', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const from = Buffer.from(bytes);
      expect(JSON.parse(appended((sink) => sink.quotedBytes(from, 0, from.length)))).toBe(from.toString());
    }),
  );
});

it('writes numbers as JSON.stringify does', () => {
  const edges = [
    0,
    -0,
    9,
    10,
    99,
    100,
    999,
    1000,
    999_999_999,
    1e9,
    1e9 + 1,
    2 ** 53 - 1,
    2 ** 53,
    1e21,
    1e300,
    0.1,
    -1.5,
  ];
  const any = fc.oneof(
    fc.constantFrom(...edges),
    fc.maxSafeNat(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  fc.assert(
    fc.property(any, (value) => {
      expect(appended((sink) => sink.number(value))).toBe(JSON.stringify(value));
    }),
  );
});

it('writes 64-bit identities, addresses and padded numbers', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.nat(999_999_999),
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      (id, number, octets) => {
        expect(appended((sink) => sink.digits64(Number(id >> 32n), Number(id & 0xffff_ffffn)))).toBe(String(id));
        expect(appended((sink) => sink.padded(number, 9))).toBe(String(number).padStart(9, '0'));
        expect(appended((sink) => sink.dotted(octets, 0))).toBe(octets.join('.'));
      },
    ),
  );
  for (const id of [
    0n,
    1n,
    999_999_999n,
    10n ** 9n,
    2n ** 32n - 1n,
    2n ** 32n,
    4_000_000_000n * 2n ** 32n,
    2n ** 64n - 1n,
  ])
    expect(appended((sink) => sink.digits64(Number(id >> 32n), Number(id & 0xffff_ffffn)))).toBe(String(id));
});

/** A time by the means of the language: milliseconds from Date, and the three digits behind them. */
function reference(time: number): string {
  const micros = Math.floor(time);
  if (!(micros >= FIRST_TIME && micros <= LAST_TIME)) return '';
  const whole = Math.floor(micros / 1000);
  const iso = new Date(whole).toISOString();
  return micros === whole * 1000 ? iso : iso.replace('Z', `${String(micros - whole * 1000).padStart(3, '0')}Z`);
}

it('writes times as ISO 8601, and nothing for what is none', () => {
  const writer = new IsoWriter();
  const any = fc.oneof(
    fc.integer({ min: 1_763_740_000_000_000, max: 1_763_840_000_000_000 }),
    fc.maxSafeInteger(),
    fc.double(),
    fc.constantFrom(0, -1, -62_167_219_200_000_000, 253_402_300_799_000_000, 253_402_300_800_000_000, Number.NaN),
  );
  fc.assert(
    fc.property(any, (at) => {
      let isTime = false;
      const text = appended((sink) => {
        isTime = writer.append(at, sink);
      });
      expect(text).toBe(reference(at));
      expect(isTime).toBe(text !== '');
    }),
    { numRuns: 500 },
  );
});

it('gives sinks out empty, and keeps none that has grown out of all measure', () => {
  const pool = new SinkPool();
  const sink = pool.take();
  sink.text('something');
  pool.give(sink);
  expect(pool.take()).toBe(sink);
  expect(sink.length).toBe(0);
  const large = new TextSink(9 * 2 ** 20);
  pool.give(large);
  expect(pool.take()).not.toBe(large);
});
