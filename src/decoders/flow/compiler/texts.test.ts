import { describe, expect, it } from 'vitest';
import { decodeOne, decodeRecords, type Field, hex, ip, text, uint, variable } from '../../fixtures/decode-records.ts';
import { VARIABLE } from '../template.ts';

const PAIR: readonly Field[] = [
  [8, 4],
  [12, 4],
];
const PAIR_BYTES = [...ip('192.0.2.1'), ...ip('198.51.100.7')];

function rowOf(
  fields: readonly Field[],
  parts: readonly (readonly number[])[],
  changes: Parameters<typeof decodeOne>[2] = {},
): Record<string, unknown> {
  return decodeOne([...PAIR, ...fields], [PAIR_BYTES, ...parts], changes);
}

describe('texts', () => {
  it('lose the NULs they are filled up with', () => {
    expect(rowOf([[371, 8]], [text('alice', 8)]).user).toBe('alice');
    expect(rowOf([[371, 8]], [text('', 8)]).user).toBeUndefined();
  });

  it('are UTF-8, and U+FFFD where they are not', () => {
    expect(rowOf([[371, VARIABLE]], [variable(text('Zoë'))]).user).toBe('Zoë');
    expect(rowOf([[371, 3]], [[0x61, 0xff, 0x62]]).user).toBe('a\ufffdb');
    expect(rowOf([[460, 4]], [[0x61, 0xff, 0xc3, 0x62]]).domain).toBe('a\ufffd\ufffdb');
  });

  it('are cut where they go into a dictionary', () => {
    expect(rowOf([[371, VARIABLE]], [variable(text('x'.repeat(1000)))]).user).toBe('x'.repeat(256));
  });

  it.each([
    ['netflow9', 40_000, 'user'],
    ['netflow9', 56_702, 'user'],
    ['ipfix', 371, 'user'],
    ['netflow9', 56_701, 'app'],
    ['ipfix', 96, 'app'],
    ['netflow9', 57_591, 'app'],
    ['ipfix', 460, 'domain'],
    ['netflow9', 57_659, 'domain'],
  ] as const)('of %s, element %i, are the %s', (protocol, id, column) => {
    expect(rowOf([[id, 16]], [text('one.example', 16)], { protocol })[column]).toBe('one.example');
  });

  it('take the first that is not empty', () => {
    const fields: readonly Field[] = [
      [6871, 179, VARIABLE],
      [6871, 294, VARIABLE],
    ];
    const query = variable(text('q.example'));
    expect(rowOf(fields, [query, variable(text('tls.example'))]).domain).toBe('tls.example');
    expect(rowOf(fields, [query, variable([])]).domain).toBe('q.example');
    expect(rowOf(fields, [variable([]), variable([])]).domain).toBeUndefined();
  });

  it('belong to their rows', () => {
    const records = ['a.example', '', 'b.example', 'a.example'].flatMap((name) => [
      ...PAIR_BYTES,
      ...variable(text(name)),
      ...text(name, 10),
    ]);
    const { rows } = decodeRecords([...PAIR, [460, VARIABLE], [371, 10]], records);
    expect(rows.map(({ domain, user }) => [domain, user])).toEqual([
      ['a.example', 'a.example'],
      [undefined, undefined],
      ['b.example', 'b.example'],
      ['a.example', 'a.example'],
    ]);
  });
});

describe('applications', () => {
  const id: Field = [95, 4];
  const ssh = hex('03000016');
  const named = {
    applicationName: (bytes: Uint8Array, start: number, end: number) =>
      bytes[end - 1] === 22 && end - start === 4 ? 'ssh' : '',
  };

  it('have the name that options gave their id', () => {
    const row = rowOf([id], [ssh], named);
    expect(row.app).toBe('ssh');
    expect(row.attrs).toBe('{"app_id":"3:22"}');
  });

  it('have the name in the record where the id has none', () => {
    expect(rowOf([id, [96, 8]], [hex('03000050'), text('www', 8)], named).app).toBe('www');
    expect(rowOf([id, [96, 8]], [ssh, text('www', 8)], named).app).toBe('ssh');
  });

  it('are their id where they have no name', () => {
    expect(rowOf([id, [96, 8]], [hex('0d000150'), text('', 8)], named).app).toBe('13:336');
    expect(rowOf([[95, VARIABLE]], [variable(hex('14000006ed00000041'))]).app).toBe('20:1773:65');
    expect(rowOf([[95, 12]], [hex('03000006ed00000041000001')]).app).toBe('3:000006ed00000041000001');
    expect(rowOf([id], [uint(4, 0)], named).app).toBeUndefined();
  });
});

describe('state', () => {
  it.each([
    [1, 'idle-timeout'],
    [2, 'active-timeout'],
    [3, 'end-of-flow'],
    [4, 'forced-end'],
    [5, 'lack-of-resources'],
    [0, undefined],
    [6, undefined],
  ])('is the reason that a flow ended, %i', (reason, word) => {
    expect(rowOf([[136, 1]], [[reason]]).state).toBe(word);
  });

  it.each([
    [1, 'created'],
    [2, 'deleted'],
    [3, 'denied'],
    [4, 'alert'],
    [5, 'update'],
  ])('is the event of a firewall, %i, before the reason', (event, word) => {
    const row = rowOf(
      [
        [136, 1],
        [233, 1],
      ],
      [[3], [event]],
    );
    expect(row.state).toBe(word);
    expect(row.attrs).toBe(`{"firewall_event":"${word}"}`);
    expect(rowOf([[40_005, 1]], [[event]], { protocol: 'netflow9' }).state).toBe(word);
  });

  it('is the reason where there was no event, or one without a word', () => {
    expect(
      rowOf(
        [
          [136, 1],
          [233, 1],
        ],
        [[3], [0]],
      ).state,
    ).toBe('end-of-flow');
    const row = rowOf(
      [
        [136, 1],
        [233, 1],
      ],
      [[3], [99]],
    );
    expect([row.state, row.attrs]).toEqual(['end-of-flow', '{"firewall_event":99}']);
  });
});
