import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Value, writeMmdb } from '../../test/support/mmdb-writer.ts';
import { formatIp, parseIp } from '../model/address.ts';
import { wordAt } from './locate-rows.ts';
import { MmdbFile } from './mmdb-file.ts';
import { addV4Ranges, addV6Ranges } from './mmdb-ranges.ts';
import { findV4, V4TableBuilder } from './v4-table.ts';
import { findV6, V6TableBuilder } from './v6-table.ts';

/** What the tree says, by walking it bit by bit. */
function walk(file: MmdbFile, address: Uint8Array, bits: 32 | 128): Value | undefined {
  let record = 0;
  if (bits === 32 && file.ipVersion === 6)
    for (let i = 0; i < 96 && record < file.nodeCount; i++) record = file.child(record, 0);
  for (let bit = 128 - bits; bit < 128 && record < file.nodeCount; bit++)
    record = file.child(record, (address[bit >> 3] >> (7 - (bit & 7))) & 1);
  return record > file.nodeCount ? (file.data(record) as Value) : undefined;
}

function tablesOf(file: MmdbFile) {
  const v4 = new V4TableBuilder();
  const v6 = new V6TableBuilder();
  const values: (Value | undefined)[] = [undefined];
  const numbers = new Map<number, number>();
  const numberOf = (record: number) => {
    let number = numbers.get(record);
    if (number === undefined) {
      number = values.push(file.data(record) as Value) - 1;
      numbers.set(record, number);
    }
    return number;
  };
  addV4Ranges(file, v4, numberOf);
  addV6Ranges(file, v6, numberOf);
  const [four, six] = [v4.finish(), v6.finish()];
  return (address: Uint8Array, bits: 32 | 128) => {
    const [a, b, c, d] = [0, 4, 8, 12].map((at) => wordAt(address, at));
    return values[bits === 32 ? findV4(four, d) : findV6(six, a, b, c, d)];
  };
}

const v4Network = fc
  .tuple(fc.nat({ max: 3 }), fc.nat({ max: 0xffff }), fc.nat({ max: 255 }), fc.integer({ min: 1, max: 32 }))
  .map(([first, middle, last, prefix]) => `${first * 85}.${middle >> 8}.${middle & 255}.${last}/${prefix}`);
const word = fc.oneof(fc.constantFrom(0, 1, 0xffff, 0x8000), fc.nat({ max: 0xffff }));
const v6Network = fc
  .tuple(
    fc.constantFrom(0x2000, 0x2001, 0x2a00, 0x3fff),
    fc.array(word, { minLength: 7, maxLength: 7 }),
    fc.integer({ min: 4, max: 128 }),
  )
  .map(([first, rest, prefix]) => `${[first, ...rest].map((one) => one.toString(16)).join(':')}/${prefix}`);
const content = fc.record({
  recordSize: fc.constantFrom(24 as const, 28 as const, 32 as const),
  v4: fc.array(fc.tuple(v4Network, fc.nat({ max: 5 })), { maxLength: 24 }),
  v6: fc.array(fc.tuple(v6Network, fc.nat({ max: 5 })), { maxLength: 24 }),
});

/** The first and last address of every network, their neighbours, and any others. */
function probes(networks: readonly string[], others: readonly Uint8Array[]): Uint8Array[] {
  const found = [...others];
  for (const text of networks) {
    const [address, prefix] = text.split('/');
    const first = new Uint8Array(16);
    const family = parseIp(address, first);
    const length = Number(prefix) + (family === 4 ? 96 : 0);
    const last = first.slice();
    for (let bit = length; bit < 128; bit++) {
      first[bit >> 3] &= ~(0x80 >> (bit & 7));
      last[bit >> 3] |= 0x80 >> (bit & 7);
    }
    found.push(first, last, moved(first, -1), moved(last, 1));
  }
  return found;
}

function moved(address: Uint8Array, by: 1 | -1): Uint8Array {
  const next = address.slice();
  for (let i = 15; i >= 0; i--) {
    next[i] = (next[i] + by) & 255;
    if (next[i] !== (by > 0 ? 0 : 255)) break;
  }
  return next;
}

describe('flattened ranges', () => {
  it('say of every address what the tree says', () => {
    fc.assert(
      fc.property(
        content,
        fc.constantFrom(4 as const, 6 as const),
        fc.array(fc.uint8Array({ minLength: 16, maxLength: 16 }), { maxLength: 40 }),
        ({ recordSize, v4, v6 }, ipVersion, others) => {
          const entries = [...v4, ...(ipVersion === 6 ? v6 : [])].map(
            ([net, n]) => [net, { n: `value ${n}` }] as const,
          );
          const file = new MmdbFile(writeMmdb({ ipVersion, recordSize, databaseType: 'Test', entries }));
          const find = tablesOf(file);
          for (const address of probes(
            entries.map(([net]) => net),
            others,
          )) {
            expect(find(address, 32), formatIp(address)).toEqual(walk(file, address, 32));
            address[0] = 0x20 | (address[0] & 0x1f);
            if (ipVersion === 6) expect(find(address, 128), formatIp(address)).toEqual(walk(file, address, 128));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('leave out branches that lead back into IPv4', () => {
    const file = new MmdbFile(
      writeMmdb({
        ipVersion: 6,
        recordSize: 28,
        databaseType: 'Test',
        entries: [
          ['1.2.3.0/24', 'four'],
          ['2001:4860::/32', 'six'],
        ],
        aliases: ['2002::/16', '::ffff:0:0/96'],
      }),
    );
    const find = tablesOf(file);
    const address = new Uint8Array(16);
    parseIp('2002:102:303::', address);
    expect(walk(file, address, 128)).toBe('four');
    expect(find(address, 128)).toBeUndefined();
    parseIp('2001:4860:1::', address);
    expect(find(address, 128)).toBe('six');
    parseIp('1.2.3.4', address);
    expect(find(address, 32)).toBe('four');
  });

  it('refuse a tree that runs in circles', () => {
    const bytes = writeMmdb({ ipVersion: 4, recordSize: 24, databaseType: 'Test', entries: [['1.0.0.0/8', 'one']] });
    // Both records of every node name the first node.
    bytes.fill(0, 0, 8 * 6);
    expect(() => tablesOf(new MmdbFile(bytes))).toThrow(/circles|deeper/);
  });
});
