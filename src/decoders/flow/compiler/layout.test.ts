import { describe, expect, it } from 'vitest';
import { decodeRecords, type Field, ip, OPTIONS, text, uint, variable } from '../../fixtures/decode-records.ts';
import { compileTemplate } from '../compile-template.ts';
import { VARIABLE } from '../template.ts';

const PAIR: readonly Field[] = [
  [8, 4],
  [12, 4],
];
const PAIR_BYTES = [...ip('192.0.2.1'), ...ip('198.51.100.7')];
const ENDS = { src_ip: '192.0.2.1', dst_ip: '198.51.100.7' };

describe('the records of a set', () => {
  it('ends where less than a record is left, and leaves it', () => {
    const { rows, answer, at } = decodeRecords(PAIR, [...PAIR_BYTES, ...PAIR_BYTES, 0, 0, 0, 0, 0, 0, 0]);
    expect(rows).toHaveLength(2);
    expect({ answer, at }).toEqual({ answer: 2, at: 16 });
  });

  it('stops when the batch is full, to be called again', () => {
    const three = [...PAIR_BYTES, ...PAIR_BYTES, ...PAIR_BYTES];
    expect(decodeRecords(PAIR, three, {}, 2)).toMatchObject({ answer: 2, at: 16 });
  });

  it('does not loop over records of no bytes', () => {
    const decoder = compileTemplate([{ pen: 0, id: 8, length: 0 }], OPTIONS);
    expect(decoder.minLength).toBe(1);
    expect(decodeRecords([[8, 0]], uint(16, 0))).toMatchObject({ answer: 0, at: 16, rows: [] });
    expect(decodeRecords([], uint(16, 0))).toMatchObject({ answer: 0, at: 16, rows: [] });
  });

  it('reads fields of variable length in both forms, and what follows them', () => {
    const fields: readonly Field[] = [
      [371, VARIABLE],
      [8, 4],
      [96, VARIABLE],
      [12, 4],
      [1, VARIABLE],
      [4, 1],
    ];
    const decoder = compileTemplate(
      [
        { pen: 0, id: 371, length: VARIABLE },
        { pen: 0, id: 8, length: 4 },
      ],
      OPTIONS,
    );
    expect([decoder.minLength, decoder.variable]).toEqual([5, true]);
    const record = (user: string, app: string, long: boolean) => [
      ...variable(text(user), long),
      ...ip('192.0.2.1'),
      ...variable(text(app), long),
      ...ip('198.51.100.7'),
      ...variable(uint(3, 70_000)),
      6,
    ];
    const { rows, answer } = decodeRecords(fields, [...record('alice', 'ssh', false), ...record('bob', '', true)]);
    expect(answer).toBe(2);
    expect(rows[0]).toMatchObject({ ...ENDS, user: 'alice', app: 'ssh', bytes: 70_000, proto: 6 });
    expect(rows[1]).toMatchObject({ ...ENDS, user: 'bob', bytes: 70_000, proto: 6 });
    expect(rows[1].app).toBeUndefined();
  });

  it.each([
    ['its length byte', []],
    ['its long length', [255, 0]],
    ['its value', [9, 1, 2]],
    ['what follows', [1, 65, 192, 0, 2]],
  ])('ends at a record that is cut off in %s', (_, rest) => {
    const fields: readonly Field[] = [
      [12, 4],
      [371, VARIABLE],
      [8, 4],
    ];
    const whole = [...ip('198.51.100.7'), ...variable(text('a')), ...ip('192.0.2.1')];
    const cut = [...ip('198.51.100.7'), ...rest];
    // Below the least length it is padding; from there on it is a record that lies about its length.
    const answer = cut.length < 9 ? 1 : -2;
    expect(decodeRecords(fields, [...whole, ...cut])).toMatchObject({ answer, at: whole.length });
  });

  it('ends at a value that points past the end of the set', () => {
    const fields: readonly Field[] = [
      [371, VARIABLE],
      [8, 4],
      [12, 4],
    ];
    const bad = [255, 255, 255, ...PAIR_BYTES];
    const { rows, answer, at } = decodeRecords(fields, [...variable(text('a')), ...PAIR_BYTES, ...bad]);
    expect(rows).toHaveLength(1);
    expect({ answer, at }).toEqual({ answer: -2, at: 10 });
  });
});
