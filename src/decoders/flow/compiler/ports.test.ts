import { describe, expect, it } from 'vitest';
import { decodeOne, type Field, ip, uint } from '../../fixtures/decode-records.ts';

const PAIR: readonly Field[] = [
  [8, 4],
  [12, 4],
];
const PAIR_BYTES = [...ip('192.0.2.1'), ...ip('198.51.100.7')];
const ICMP = 1;
const ICMP6 = 58;

function portsOf(fields: readonly (readonly [id: number, length: number, value: number])[]): unknown[] {
  const template = fields.map(([id, length]) => [id, length] as const);
  const values = fields.map(([, length, value]) => uint(length, value));
  const { src_port = 0, dst_port = 0, proto = 0 } = decodeOne([...PAIR, ...template], [PAIR_BYTES, ...values]);
  return [src_port, dst_port, proto];
}

describe('ports', () => {
  it('are read whatever the order of the fields', () => {
    expect(
      portsOf([
        [11, 2, 443],
        [4, 1, 6],
        [7, 2, 50_000],
      ]),
    ).toEqual([50_000, 443, 6]);
  });

  it('are read without a protocol', () => {
    expect(
      portsOf([
        [11, 2, 443],
        [7, 2, 50_000],
      ]),
    ).toEqual([50_000, 443, 0]);
  });

  it('are read from the elements of TCP and of UDP', () => {
    expect(
      portsOf([
        [4, 1, 6],
        [182, 2, 50_000],
        [183, 2, 443],
      ]),
    ).toEqual([50_000, 443, 6]);
    expect(
      portsOf([
        [4, 1, 17],
        [180, 2, 50_000],
        [181, 2, 53],
      ]),
    ).toEqual([50_000, 53, 17]);
    const both = (tcp: number, udp: number) =>
      portsOf([
        [180, 2, udp],
        [182, 2, tcp],
        [181, 2, udp && 53],
        [183, 2, tcp && 80],
      ]);
    expect(both(0, 4000)).toEqual([4000, 53, 0]);
    expect(both(4000, 0)).toEqual([4000, 80, 0]);
  });

  it('know the next header of IPv6 where there is no protocol', () => {
    expect(
      portsOf([
        [193, 1, 17],
        [7, 2, 5],
        [11, 2, 6],
      ]),
    ).toEqual([5, 6, 17]);
  });
});

describe('type and code of ICMP', () => {
  it.each([
    ['32', ICMP, [[32, 2, 0x0301]]],
    ['139', ICMP6, [[139, 2, 0x0301]]],
    ['32 for ICMPv6 too', ICMP6, [[32, 2, 0x0301]]],
    [
      '176 and 177',
      ICMP,
      [
        [176, 1, 3],
        [177, 1, 1],
      ],
    ],
    [
      '178 and 179',
      ICMP6,
      [
        [178, 1, 3],
        [179, 1, 1],
      ],
    ],
    [
      'both kinds of ICMP',
      ICMP,
      [
        [139, 2, 0x8000],
        [32, 2, 0x0301],
      ],
    ],
    [
      'both kinds of ICMPv6',
      ICMP6,
      [
        [139, 2, 0x0301],
        [32, 2, 0x0800],
      ],
    ],
    [
      '32 when the ports are zero',
      ICMP,
      [
        [7, 2, 0],
        [11, 2, 0],
        [32, 2, 0x0301],
      ],
    ],
    [
      'the destination port',
      ICMP,
      [
        [7, 2, 0],
        [11, 2, 0x0301],
      ],
    ],
    ['the only port', ICMP, [[11, 2, 0x0301]]],
    [
      'the destination port, 32 being zero',
      ICMP,
      [
        [7, 2, 0],
        [11, 2, 0x0301],
        [32, 2, 0],
      ],
    ],
    [
      'both ports, as they are',
      ICMP,
      [
        [7, 2, 3],
        [11, 2, 1],
      ],
    ],
  ] as const)('are told by %s', (_, proto, fields) => {
    expect(portsOf([[4, 1, proto], ...fields])).toEqual([3, 1, proto]);
  });

  it('are zero for an echo reply', () => {
    expect(
      portsOf([
        [4, 1, ICMP],
        [7, 2, 0],
        [11, 2, 0],
        [32, 2, 0],
      ]),
    ).toEqual([0, 0, ICMP]);
  });

  it('are those of their own elements where these are zero, whatever is in the ports', () => {
    const ports = [
      [7, 2, 0],
      [11, 2, 17_549],
    ] as const;
    const zero4 = [
      [176, 1, 0],
      [177, 1, 0],
    ] as const;
    const zero6 = [
      [178, 1, 0],
      [179, 1, 0],
    ] as const;
    expect(portsOf([[4, 1, ICMP], ...ports, ...zero4])).toEqual([0, 0, ICMP]);
    expect(portsOf([[4, 1, ICMP6], ...ports, ...zero6])).toEqual([0, 0, ICMP6]);
    // Those of the other family say nothing.
    expect(portsOf([[4, 1, ICMP6], ...ports, ...zero4])).toEqual([68, 141, ICMP6]);
  });

  it('leave the ports of other protocols alone', () => {
    expect(
      portsOf([
        [4, 1, 6],
        [7, 2, 0],
        [11, 2, 0x0301],
        [32, 2, 0x0800],
      ]),
    ).toEqual([0, 0x0301, 6]);
  });
});
