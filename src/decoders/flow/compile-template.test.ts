import { describe, expect, it, vi } from 'vitest';
import {
  decodeOne,
  decodeRecords,
  type Field,
  hex,
  ip,
  NOW,
  OPTIONS,
  text,
  uint,
  variable,
} from '../fixtures/decode-records.ts';
import { compileTemplate } from './compile-template.ts';
import { VARIABLE } from './template.ts';

const PAIR: readonly Field[] = [
  [8, 4],
  [12, 4],
];
const PAIR_BYTES = [...ip('192.0.2.1'), ...ip('198.51.100.7')];
const ENDS = { src_ip: '192.0.2.1', dst_ip: '198.51.100.7' };

describe('compileTemplate', () => {
  it('reads a router record of version 9', () => {
    const fields: readonly Field[] = [
      [8, 4],
      [12, 4],
      [15, 4],
      [10, 4],
      [14, 2],
      [2, 4],
      [1, 4],
      [22, 4],
      [21, 4],
      [7, 2],
      [11, 2],
      [6, 1],
      [4, 1],
      [5, 1],
      [16, 4],
      [17, 2],
      [9, 1],
      [13, 1],
      [61, 1],
    ];
    const record = [
      ip('192.0.2.1'),
      ip('198.51.100.7'),
      ip('203.0.113.1'),
      uint(4, 70_000),
      uint(2, 3),
      uint(4, 10),
      uint(4, 9000),
      uint(4, 995_000),
      uint(4, 997_500),
      uint(2, 40_000),
      uint(2, 443),
      [0x1b],
      [6],
      [0x88],
      uint(4, 4_200_000_001),
      uint(2, 64_500),
      [24],
      [16],
      [1],
    ];
    expect(decodeOne(fields, record, { protocol: 'netflow9', uptime: 1_000_000 })).toEqual({
      ...ENDS,
      next_hop: '203.0.113.1',
      input_if: 70_000,
      output_if: 3,
      packets: 10,
      src_packets: 10,
      bytes: 9000,
      src_bytes: 9000,
      ts: NOW - 5_000_000,
      duration: 2.5,
      src_port: 40_000,
      dst_port: 443,
      tcp_flags: 0x1b,
      proto: 6,
      tos: 0x88,
      src_bgp_asn: 4_200_000_001,
      dst_bgp_asn: 64_500,
      src_mask: 24,
      dst_mask: 16,
      flow_direction: 2,
    });
  });

  it('keeps the number of an IPv4 address beside its bytes', () => {
    const { batch } = decodeRecords(PAIR, PAIR_BYTES);
    expect(batch.columns.src_ip.v4[0]).toBe(0xc0000201);
    expect(batch.columns.src_ip.family[0]).toBe(4);
  });

  it('reads IPv6, a mapped address as IPv4', () => {
    const fields: readonly Field[] = [
      [27, 16],
      [28, 16],
      [29, 1],
      [30, 1],
      [62, 16],
    ];
    const record = [ip('2001:db8::1'), ip('::ffff:192.0.2.9'), [64], [128], ip('fe80::1')];
    const row = { src_ip: '2001:db8::1', dst_ip: '192.0.2.9', src_mask: 64, dst_mask: 128, next_hop: 'fe80::1' };
    expect(decodeOne(fields, record)).toEqual({ ...row, ts: NOW });
    const { batch } = decodeRecords(fields, record.flat());
    expect([batch.columns.src_ip.family[0], batch.columns.dst_ip.family[0]]).toEqual([6, 4]);
    expect(batch.columns.dst_ip.v4[0]).toBe(0xc0000209);
  });

  it('takes the family that is set where a template has room for both', () => {
    const fields: readonly Field[] = [...PAIR, [27, 16], [28, 16]];
    const none6 = [...ip('::'), ...ip('::')];
    const six = [...ip('2001:db8::1'), ...ip('2001:db8::2')];
    expect(decodeOne(fields, [PAIR_BYTES, none6])).toMatchObject(ENDS);
    expect(decodeOne(fields, [uint(8, 0), six])).toMatchObject({ src_ip: '2001:db8::1', dst_ip: '2001:db8::2' });
    expect(decodeOne(fields, [uint(8, 0), none6])).toMatchObject({ src_ip: '0.0.0.0', dst_ip: '0.0.0.0' });
  });

  it('lets an address of a wrong length be, and leaves a next hop of zero empty', () => {
    expect(decodeOne([...PAIR, [15, 4], [225, 5]], [PAIR_BYTES, uint(4, 0), uint(5, 9)])).toEqual({ ...ENDS, ts: NOW });
  });

  it('writes translations, also in the numbers of the first NetFlow secure event logging', () => {
    const record = [PAIR_BYTES, ip('203.0.113.5'), ip('203.0.113.6'), uint(2, 1024), uint(2, 8443)];
    const row = {
      ...ENDS,
      ts: NOW,
      src_nat_ip: '203.0.113.5',
      dst_nat_ip: '203.0.113.6',
      src_nat_port: 1024,
      dst_nat_port: 8443,
    };
    const fields: readonly Field[] = [...PAIR, [225, 4], [226, 4], [227, 2], [228, 2]];
    const early: readonly Field[] = [...PAIR, [40_001, 4], [40_002, 4], [40_003, 2], [40_004, 2]];
    expect(decodeOne(fields, record)).toEqual(row);
    expect(decodeOne(early, record, { protocol: 'netflow9' })).toEqual(row);
    const six: readonly Field[] = [...PAIR, [281, 16], [282, 16]];
    expect(decodeOne(six, [PAIR_BYTES, ip('2001:db8::5'), ip('2001:db8::6')])).toMatchObject({
      src_nat_ip: '2001:db8::5',
      dst_nat_ip: '2001:db8::6',
    });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('reads numbers of %i bytes', (length) => {
    const most = 2n ** BigInt(length * 8) - 1n;
    const bytes = most > 2n ** 53n - 1n ? Number.MAX_SAFE_INTEGER : Number(most);
    const fields: readonly Field[] = [...PAIR, [1, length], [10, length]];
    expect(decodeOne(fields, [PAIR_BYTES, uint(length, most), uint(length, 200)])).toMatchObject({
      bytes,
      input_if: 200,
    });
    expect(decodeOne(fields, [PAIR_BYTES, uint(length, 77), uint(length, 0)])).toMatchObject({ bytes: 77 });
  });

  it('skips fields that it does not know, whatever their length', () => {
    const fields: readonly Field[] = [
      [9999, 3],
      [8, 4],
      [64_000, 12, 0],
      [64_000, 13, 7],
      [12, 4],
      [1, 9],
      [4, 1],
    ];
    const record = [uint(3, 1), ip('192.0.2.1'), uint(7, 5), ip('198.51.100.7'), uint(9, 2), [17]];
    expect(decodeOne(fields, record)).toEqual({ ...ENDS, ts: NOW, proto: 17 });
  });

  it('skips structured data by its length', () => {
    const fields: readonly Field[] = [
      [8, 4],
      [291, VARIABLE],
      [292, VARIABLE],
      [293, 6],
      [12, 4],
    ];
    const record = [ip('192.0.2.1'), variable(uint(9, 3)), variable([]), uint(6, 7), ip('198.51.100.7')];
    expect(decodeOne(fields, record, { fields: 'all' })).toEqual({ ...ENDS, ts: NOW });
  });

  it('takes the first, outermost, of a repeated element', () => {
    const fields: readonly Field[] = [...PAIR, ...PAIR, [4, 1], [4, 1]];
    const record = [PAIR_BYTES, ip('10.0.0.1'), ip('10.0.0.2'), [47], [6]];
    expect(decodeOne(fields, record)).toEqual({ ...ENDS, ts: NOW, proto: 47 });
    const attrs = { source_ipv4_address: '10.0.0.1', destination_ipv4_address: '10.0.0.2', protocol_identifier: 6 };
    expect(JSON.parse(String(decodeOne(fields, record, { fields: 'all' }).attrs))).toEqual(attrs);
  });

  it('reads client and server of Cisco, and prefixes, where there are no addresses of hosts', () => {
    const avc: readonly Field[] = [
      [9, 12_236, 4],
      [9, 12_237, 4],
      [9, 12_240, 2],
      [9, 12_241, 2],
    ];
    expect(decodeOne(avc, [PAIR_BYTES, uint(2, 50_000), uint(2, 80)])).toEqual({
      ...ENDS,
      ts: NOW,
      src_port: 50_000,
      dst_port: 80,
    });
    const prefixes: readonly Field[] = [
      [44, 4],
      [45, 4],
      [9, 1],
    ];
    expect(decodeOne(prefixes, [PAIR_BYTES, [24]])).toEqual({ ...ENDS, ts: NOW, src_mask: 24 });
    const both = decodeOne([...PAIR, [44, 4]], [PAIR_BYTES, ip('192.0.2.0')]);
    expect(JSON.parse(String(both.attrs))).toEqual({ src_prefix: '192.0.2.0' });
    // A wireless controller has its stations only.
    expect(decodeOne([[366, 4]], [ip('192.0.2.9')])).toMatchObject({ src_ip: '192.0.2.9' });
  });

  it('reads the station that a wireless controller counts for', () => {
    const fields: readonly Field[] = [
      [365, 6],
      [366, 4],
      [147, 8],
      [1, 4],
    ];
    const row = decodeOne(fields, [hex('020000000001'), ip('192.0.2.1'), text('office', 8), uint(4, 9)]);
    expect(row).toMatchObject({ src_ip: '192.0.2.1', bytes: 9 });
    expect(JSON.parse(String(row.attrs))).toEqual({ station_mac: '02:00:00:00:00:01', ssid: 'office' });
  });

  it('reads the outer VLAN, the interfaces, the class of service and the flags under their other names', () => {
    const fields: readonly Field[] = [...PAIR, [243, 2], [252, 4], [253, 4], [195, 1], [6, 2]];
    const record = [PAIR_BYTES, uint(2, 100), uint(4, 7), uint(4, 8), [46], uint(2, 0x0112)];
    expect(decodeOne(fields, record)).toEqual({
      ...ENDS,
      ts: NOW,
      vlan: 100,
      input_if: 7,
      output_if: 8,
      tos: 184,
      tcp_flags: 0x12,
    });
  });

  it.each([
    [0, 1],
    [1, 2],
    [2, undefined],
    [255, undefined],
  ])('tells direction %i', (wire, code) => {
    expect(decodeOne([...PAIR, [61, 1]], [PAIR_BYTES, [wire]]).flow_direction).toBe(code);
  });

  it('makes no row of a template without addresses, but counts its records', () => {
    const table: readonly Field[] = [
      [10, 4],
      [82, 8],
    ];
    const { rows, answer, at } = decodeRecords(table, [
      ...uint(4, 1),
      ...text('eth0', 8),
      ...uint(4, 2),
      ...text('eth1', 8),
    ]);
    expect({ rows, answer, at }).toEqual({ rows: [], answer: 2, at: 24 });
    const names: readonly Field[] = [
      [234, 4],
      [236, VARIABLE],
    ];
    const many = Array.from({ length: 100 }, (_, i) => [...uint(4, i), ...variable(text(`vrf${i}`))]).flat();
    expect(decodeRecords(names, many, {}, 8)).toMatchObject({ rows: [], answer: 100, at: many.length });
  });

  it('makes a row of hardware addresses where there is something to count', () => {
    const macs: readonly Field[] = [
      [56, 6],
      [80, 6],
    ];
    const record = [hex('02:00:00:00:00:01'), hex('02:00:00:00:00:02')];
    expect(decodeRecords(macs, record.flat()).rows).toEqual([]);
    const row = decodeOne([...macs, [352, 8], [2, 4]], [...record, uint(8, 640), uint(4, 10)]);
    expect(row).toMatchObject({ bytes: 640, packets: 10, ts: NOW });
    expect(JSON.parse(String(row.attrs))).toEqual({ src_mac: '02:00:00:00:00:01', dst_mac: '02:00:00:00:00:02' });
  });

  it('stamps every row with its source and its exporter', () => {
    const { batch } = decodeRecords(PAIR, [...PAIR_BYTES, ...PAIR_BYTES], { sourceCode: 3, exporterCode: 5 }, 2);
    expect([...batch.columns.source.codes]).toEqual([3, 3]);
    expect([...batch.columns.exporter.codes]).toEqual([5, 5]);
  });
});

describe('a process that may not make code from strings', () => {
  it('walks its templates instead', () => {
    const made = vi.fn(
      class {
        constructor() {
          throw new EvalError('Code generation from strings disallowed for this context');
        }
      },
    );
    vi.stubGlobal('Function', made);
    try {
      // A template of its own: decoders that were made before need no more code.
      const fields: readonly Field[] = [...PAIR, [9997, 1]];
      expect(decodeOne(fields, [PAIR_BYTES, [1]])).toEqual({ ...ENDS, ts: NOW });
    } finally {
      vi.unstubAllGlobals();
    }
    expect(made).toHaveBeenCalledOnce();
  });
});

describe('the decoders that were made', () => {
  const fields = [{ pen: 0, id: 8, length: 4 }];

  it('are shared by equal templates, and by no others', () => {
    const decoder = compileTemplate(fields, OPTIONS);
    expect(compileTemplate([...fields], { ...OPTIONS })).toBe(decoder);
    expect(compileTemplate(fields, { ...OPTIONS, protocol: 'netflow9' })).not.toBe(decoder);
    expect(compileTemplate(fields, { ...OPTIONS, fields: 'all' })).not.toBe(decoder);
    expect(compileTemplate(fields, { ...OPTIONS, maxTimeDifference: 5 })).not.toBe(decoder);
    expect(compileTemplate([{ pen: 1, id: 8, length: 4 }], OPTIONS)).not.toBe(decoder);
    expect(compileTemplate([{ pen: 0, id: 8, length: 44 }], OPTIONS)).not.toBe(decoder);
  });

  it('are forgotten when there are too many, those in use last', () => {
    const kept = compileTemplate([{ pen: 0, id: 8, length: 4 }], OPTIONS);
    const forgotten = compileTemplate([{ pen: 0, id: 12, length: 4 }], OPTIONS);
    for (let i = 0; i < 2000; i++) {
      compileTemplate([{ pen: 0, id: 1, length: i }], OPTIONS);
      compileTemplate([{ pen: 0, id: 8, length: 4 }], OPTIONS);
    }
    expect(compileTemplate([{ pen: 0, id: 8, length: 4 }], OPTIONS)).toBe(kept);
    expect(compileTemplate([{ pen: 0, id: 12, length: 4 }], OPTIONS)).not.toBe(forgotten);
  });
});
