import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Splitter } from './split.ts';

interface Cut {
  readonly records: string[];
  readonly tooLong: number;
  readonly unfinished: boolean;
}

/** The input, given in pieces of `step` bytes. */
function split(input: string | Uint8Array, step = 7, limit = 1000): Cut {
  const bytes = typeof input === 'string' ? Buffer.from(input) : input;
  const records: string[] = [];
  let tooLong = 0;
  const splitter = new Splitter(
    {
      record: (from, start, end) => records.push(Buffer.from(from.subarray(start, end)).toString()),
      tooLong: () => {
        tooLong++;
      },
    },
    limit,
  );
  for (let at = 0; at < bytes.length; at += step) splitter.push(bytes.subarray(at, at + step));
  splitter.end();
  return { records, tooLong, unfinished: splitter.unfinished };
}

describe('lines', () => {
  it('are records, with or without a last line break, with a byte order mark and CRLF', () => {
    expect(split('{"a":1}\n{"a":2}\n').records).toEqual(['{"a":1}', '{"a":2}']);
    expect(split('\ufeff{"a":1}\r\n\r\n{"a":2}').records).toEqual(['{"a":1}', '{"a":2}']);
  });

  it('that are broken harm no other', () => {
    const input = '{"a":1}\n{"a":"x\n}}}\nnonsense\n{"a":2}\n';
    expect(split(input).records).toEqual(['{"a":1}', '{"a":"x', '}}}', 'nonsense', '{"a":2}']);
  });

  it('that are too long are passed over', () => {
    const cut = split(`{"a":1}\n{"a":"${'x'.repeat(50)}"}\n{"a":2}\n`, 7, 20);
    expect(cut).toMatchObject({ records: ['{"a":1}', '{"a":2}'], tooLong: 1 });
  });
});

describe('arrays', () => {
  it('give their elements, nfdump with its trailing comma too', () => {
    const nfdump = '[\n{\n  "type" : "FLOW",\n  "in_bytes" : 5\n},\n{ "a": "]},{[" },\n]\n';
    expect(split(nfdump).records).toEqual(['{\n  "type" : "FLOW",\n  "in_bytes" : 5\n}', '{ "a": "]},{[" }']);
  });

  it('may be empty, on one line, hold escaped quotes', () => {
    expect(split('[]').records).toEqual([]);
    expect(split(' [ ] \n').records).toEqual([]);
    expect(split('[{"a":"\\"},{\\\\"},{"b":[1,[2]]},3]').records).toEqual(['{"a":"\\"},{\\\\"}', '{"b":[1,[2]]}', '3']);
  });

  it('that end too early are told from whole ones', () => {
    expect(split('[{"a":1},{"a"')).toMatchObject({ records: ['{"a":1}', '{"a"'], unfinished: true });
    expect(split('[{"a":1}]').unfinished).toBe(false);
  });
});

describe('values over several lines', () => {
  it('are records when the first one is', () => {
    const input = '{\n  "a": 1\n}\n{\n  "a": "}\\n{"\n}\n';
    expect(split(input).records).toEqual(['{\n  "a": 1\n}', '{\n  "a": "}\\n{"\n}']);
  });
});

describe('any records', () => {
  const record = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.array(fc.string())));

  it('come out as they went in, however they are written and cut', () => {
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 60 }),
        (records, step) => {
          const shapes = [
            records.map((one) => `${JSON.stringify(one)}\n`).join(''),
            JSON.stringify(records),
            JSON.stringify(records, null, 2),
            `[\n${records.map((one) => `${JSON.stringify(one, null, 1)},\n`).join('')}]`,
          ];
          for (const shape of shapes) {
            const cut = split(shape, step, 1e6);
            expect(cut.records.map((text) => JSON.parse(text))).toEqual(records);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
