import { describe, expect, it } from 'vitest';
import { KINDS } from '../../model/kinds.ts';
import { Exporter } from './exporter.ts';
import { attrsOf, CollectingFlowSink } from './fixtures/collecting-flow-sink.ts';
import { decodeSflow, RECEIVED_AT, received } from './fixtures/decode-sflow.ts';
import { ethernet, ip4, ip6, join, tcp, u32, udp } from './fixtures/frames.ts';
import {
  block,
  counterSample,
  datagramOf,
  discarded,
  expandedFlowSample,
  extendedSwitch,
  type Flow,
  flowSample,
  genericCounters,
  header,
  sampledEthernet,
  sampledIp,
} from './fixtures/sflow-datagram.ts';
import { DEFAULT_FLOW_OPTIONS } from './flow-options.ts';
import { SflowState } from './sflow/sflow-state.ts';
import { agentOf, SflowDecoder } from './sflow.ts';

const FRAME = ethernet(0x0800, ip4(6, tcp(40_000, 443, 0x12, new Uint8Array(1460)), { tos: 8 }));
const MACS = { src_mac: '02:00:00:00:00:01', dst_mac: '02:00:00:00:00:02' };
const TUPLE = { src_ip: '192.0.2.1', dst_ip: '198.51.100.2', src_port: 40_000, dst_port: 443, proto: 6 };

const rowsOf = (
  sample: Uint8Array,
  ...options: [Parameters<typeof decodeSflow>[1]?, Parameters<typeof decodeSflow>[2]?]
) => decodeSflow([datagramOf([sample])], ...options).rows;

describe('a flow sample', () => {
  it('becomes one row', () => {
    const { rows, rejected, exporter } = decodeSflow([datagramOf([flowSample([header(FRAME)])])]);
    expect(rejected).toEqual([]);
    expect(rows).toEqual([
      {
        ...TUPLE,
        ts: RECEIVED_AT,
        received: RECEIVED_AT,
        kind: KINDS.flow,
        source: 'udp:6343',
        exporter: '203.0.113.9',
        tcp_flags: 0x12,
        tos: 8,
        bytes: 1_500_000,
        src_bytes: 1_500_000,
        packets: 1000,
        src_packets: 1000,
        sampling: 1000,
        input_if: 7,
        output_if: 8,
        flow_direction: 1,
        attrs: JSON.stringify({ ...MACS, ttl: 64, frame_length: 1518 }),
      },
    ]);
    expect(exporter.counters).toMatchObject({ datagrams: 1, flows: 1, malformed: 0, counter_samples: 0 });
  });

  it('counts the IP packet or the whole frame, and keeps the other', () => {
    const [ip] = rowsOf(flowSample([header(FRAME)]), { sflowBytes: 'ip' });
    const [frame] = rowsOf(flowSample([header(FRAME)]), { sflowBytes: 'frame' });
    expect([ip.bytes, attrsOf(ip).frame_length, attrsOf(ip).ip_length]).toEqual([1_500_000, 1518, undefined]);
    expect([frame.bytes, attrsOf(frame).frame_length, attrsOf(frame).ip_length]).toEqual([1_518_000, undefined, 1500]);
  });

  it('counts the frame where there is no IP packet, or one of a protocol that is not read', () => {
    const [arp] = rowsOf(flowSample([header(ethernet(0x0806, new Uint8Array(46)))]));
    expect(arp).toMatchObject({ bytes: 64_000, packets: 1000 });
    const [ppp] = rowsOf(flowSample([header(FRAME, { protocol: 7, frameLength: 500 })]));
    expect(ppp).toMatchObject({ bytes: 500_000, packets: 1000, input_if: 7 });
    expect(ppp).not.toHaveProperty('src_ip');
    expect(attrsOf(ppp)).toEqual({ header_protocol: 7, frame_length: 500 });
  });

  it.each([
    [11, ip4(6, tcp(40_000, 443)), TUPLE],
    [12, ip6(6, tcp(1, 2)), { src_ip: '2001:db8::1', dst_ip: '2001:db8::2', src_port: 1 }],
    [13, join(u32(0x00010100), ip4(6, tcp(40_000, 443))), TUPLE],
  ])('reads a header of protocol %i', (protocol, bytes, row) => {
    expect(rowsOf(flowSample([header(bytes, { protocol, stripped: 0 })]))[0]).toMatchObject(row);
  });

  it('reads no further than the header goes, though the record is padded', () => {
    for (let cut = 34; cut < 44; cut++) {
      const [row] = rowsOf(flowSample([header(FRAME, { cut }), extendedSwitch(5, 0, 6, 0)]));
      expect(row.src_port ?? 0).toBe(cut >= 36 ? 40_000 : 0);
      expect(row.dst_port ?? 0).toBe(cut >= 38 ? 443 : 0);
      expect(row).toMatchObject({ vlan: 5, bytes: 1_500_000 });
    }
  });

  it('never gives more than 2^53 bytes', () => {
    const [row] = rowsOf(flowSample([header(FRAME, { protocol: 7, frameLength: 0xffffffff })], { rate: 0xffffffff }));
    expect(row).toMatchObject({ bytes: Number.MAX_SAFE_INTEGER, packets: 0xffffffff, sampling: 0xffffffff });
  });
});

describe('records of one packet', () => {
  const ip = sampledIp('192.0.2.1', '198.51.100.2', [1500, 6, 40_000, 443, 0x10, 8]);
  const ether = sampledEthernet(1518, MACS.src_mac, MACS.dst_mac, 0x0800);
  const expected = { ...TUPLE, tos: 8, bytes: 1_500_000, packets: 1000 };

  it('are counted once, in whatever order they come', () => {
    for (const records of [
      [header(FRAME), ether, ip],
      [ip, ether, header(FRAME)],
      [ether, header(FRAME), ip],
    ]) {
      const rows = rowsOf(flowSample(records));
      expect(rows).toHaveLength(1);
      expect(rows[0]).toMatchObject({ ...expected, tcp_flags: 0x12 });
      expect(attrsOf(rows[0])).toEqual({ ...MACS, ttl: 64, frame_length: 1518 });
    }
  });

  it('do where there is no header', () => {
    const [row] = rowsOf(flowSample([ip, ether]));
    expect(row).toMatchObject({ ...expected, tcp_flags: 0x10 });
    expect(attrsOf(row)).toEqual({ ...MACS, frame_length: 1518 });
    const [only] = rowsOf(flowSample([ip]));
    expect(only).toMatchObject(expected);
    const [none] = rowsOf(flowSample([ether]));
    expect(none).toMatchObject({ bytes: 1_518_000 });
    expect(attrsOf(none)).toEqual({ ...MACS, ethernet_type: 0x0800, frame_length: 1518 });
  });

  it('are read as sampled IPv6', () => {
    const six = sampledIp('2001:db8::1', 'ff02::1', [120, 17, 53, 5353, 0, 0xb8]);
    expect(rowsOf(flowSample([six]))[0]).toMatchObject({
      src_ip: '2001:db8::1',
      dst_ip: 'ff02::1',
      src_port: 53,
      dst_port: 5353,
      proto: 17,
      tos: 0xb8,
      bytes: 120_000,
    });
  });

  it('are read where MAC addresses are not filled up, or records are longer than they should be', () => {
    const packed = block(2, join(u32(100), [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2], u32(0x0806)));
    expect(attrsOf(rowsOf(flowSample([packed]))[0])).toEqual({ ...MACS, ethernet_type: 0x0806, frame_length: 100 });
    const longer = block(3, join(ip.subarray(8), u32(0xdeadbeef)));
    expect(rowsOf(flowSample([longer, extendedSwitch(9, 0, 9, 0)]))[0]).toMatchObject({ ...expected, vlan: 9 });
  });

  it('of which nothing describes a packet make no row', () => {
    const { rows, rejected, exporter } = decodeSflow([
      datagramOf([
        flowSample([extendedSwitch(5, 0, 5, 0)]),
        flowSample([block(2000, new Uint8Array(32))]),
        flowSample([]),
      ]),
    ]);
    expect([rows, rejected, exporter.counters.flows]).toEqual([[], [], 0]);
  });
});

describe('lengths', () => {
  it('lead past samples and records of unknown formats', () => {
    const vendor = block((4413 << 12) | 1, new Uint8Array(20));
    const { rows, rejected } = decodeSflow([
      datagramOf([
        block((25_506 << 12) | 3, new Uint8Array(44)),
        flowSample([vendor, block(4000, [1, 2, 3, 4]), header(FRAME), vendor]),
        block(77, []),
        flowSample([header(FRAME)]),
      ]),
    ]);
    expect(rejected).toEqual([]);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject(TUPLE);
  });

  it('that are no multiple of four are filled up', () => {
    const odd = block(4000, new Uint8Array(8), 5);
    const [row] = rowsOf(flowSample([odd, header(FRAME)]));
    expect(row).toMatchObject(TUPLE);
    const samples = [block(77, new Uint8Array(8), 6), flowSample([header(FRAME)])];
    expect(decodeSflow([datagramOf(samples)]).rows).toHaveLength(1);
  });

  it('of a sample count, not those of its records: what is behind the last record is skipped', () => {
    const sample = flowSample([header(FRAME)]);
    const longer = block(1, join(sample.subarray(8), new Uint8Array(12).fill(0xff)));
    const { rows, rejected } = decodeSflow([datagramOf([longer, sample])]);
    expect([rows.length, rejected]).toEqual([2, []]);
  });

  it('that lead past the end of the datagram end it, and what came before stays', () => {
    const whole = datagramOf([flowSample([header(FRAME)]), flowSample([header(FRAME)])]);
    const { rows, rejected, exporter } = decodeSflow([whole.subarray(0, whole.length - 4)]);
    expect(rows).toHaveLength(1);
    expect(rejected).toMatchObject([{ reason: 'TRUNCATED', detail: expect.stringContaining('within sample 2') }]);
    expect(exporter.counters).toMatchObject({ malformed: 1, flows: 1 });
  });

  it('of a record that lead past the end of the sample end it, and the next is read', () => {
    const broken = flowSample([block(1, header(FRAME).subarray(8), 9999)]);
    const late = flowSample([header(FRAME), block(1002, [], 9999)]);
    const { rows, rejected, exporter } = decodeSflow([datagramOf([broken, late, flowSample([header(FRAME)])])]);
    expect(rows).toHaveLength(2);
    expect(rejected.map(({ detail }) => detail)).toEqual([
      'Sample 1 ends before what it says it holds.',
      'Sample 2 ends before what it says it holds.',
    ]);
    expect(exporter.counters).toMatchObject({ malformed: 1, flows: 2 });
  });

  it('too short for a sample, and counts too high, are noticed', () => {
    expect(decodeSflow([datagramOf([block(1, new Uint8Array(8))])]).rejected).toHaveLength(1);
    const many = decodeSflow([datagramOf([flowSample([header(FRAME)], { count: 0xffffffff })], { count: 0xffffffff })]);
    expect([many.rows.length, many.rejected.length, many.exporter.counters.malformed]).toEqual([1, 2, 1]);
  });
});

describe('interfaces and sources', () => {
  const INTERNAL = 0x3fffffff;
  const rowFor = (flow: Flow) => rowsOf(flowSample([header(FRAME)], flow))[0];

  it('tell by which interface a packet was seen', () => {
    expect(rowFor({ source: 7, input: 7, output: 8 })).toMatchObject({ flow_direction: 1 });
    expect(rowFor({ source: 8, input: 7, output: 8 })).toMatchObject({ flow_direction: 2 });
    expect(rowFor({ source: 9, input: 7, output: 8 })).not.toHaveProperty('flow_direction');
    expect(rowFor({ source: 7, sourceClass: 1 })).not.toHaveProperty('flow_direction');
  });

  it('are 0 for what begins or ends in the device itself', () => {
    const row = rowFor({ input: INTERNAL, output: INTERNAL });
    expect([row.input_if, row.output_if]).toEqual([undefined, undefined]);
    expect(attrsOf(row)).toMatchObject({ input_kind: 'internal', output_kind: 'internal' });
  });

  it('are 0 where a packet went out by several', () => {
    const three = rowFor({ output: (0x80000000 | 3) >>> 0 });
    expect(three).not.toHaveProperty('output_if');
    expect(attrsOf(three)).toMatchObject({ output_kind: 'multiple', output_count: 3 });
    expect(attrsOf(rowFor({ output: 0x80000000 }))).not.toHaveProperty('output_count');
  });

  it('say that a packet was discarded, and why', () => {
    const acl = rowFor({ output: (0x40000000 | 258) >>> 0 });
    expect(acl).toMatchObject({ state: 'discarded', packets: 1000 });
    expect(acl).not.toHaveProperty('output_if');
    expect(attrsOf(acl)).toMatchObject({ drop_reason: 'acl' });
    expect(attrsOf(rowFor({ output: (0x40000000 | 999) >>> 0 }))).toMatchObject({ drop_reason: 999 });
  });

  it('have 32 bits in an expanded sample', () => {
    const expanded = (interfaces: number[], flow: Flow = {}) =>
      rowsOf(expandedFlowSample([header(FRAME)], flow, interfaces))[0];
    expect(expanded([0, 0xc0000001, 0, 0x80000007], { source: 0xc0000001 })).toMatchObject({
      ...TUPLE,
      input_if: 0xc0000001,
      output_if: 0x80000007,
      flow_direction: 1,
      sampling: 1000,
    });
    expect(attrsOf(expanded([0, 0xffffffff, 0, INTERNAL]))).toMatchObject({
      input_kind: 'internal',
      output_kind: 'internal',
    });
    expect(attrsOf(expanded([0, 7, 2, 12]))).toMatchObject({ output_kind: 'multiple', output_count: 12 });
    expect(attrsOf(expanded([0, 7, 1, 4]))).toMatchObject({ drop_reason: 'frag_needed' });
  });
});

describe('a discarded packet', () => {
  it('becomes a row that counts once and says why', () => {
    const [row] = rowsOf(discarded([header(FRAME)], 257), {}, { samplingOverride: 50 });
    expect(row).toMatchObject({ ...TUPLE, state: 'discarded', bytes: 1500, packets: 1, input_if: 7 });
    expect(row).not.toHaveProperty('sampling');
    expect(attrsOf(row)).toMatchObject({ drop_reason: 'ttl_exceeded' });
  });

  it('becomes a row without anything that describes it', () => {
    const [row] = rowsOf(discarded([block(1036, u32(42))], 1, 1, 2));
    expect(row).toMatchObject({ state: 'discarded', packets: 1, input_if: 1, output_if: 2 });
    expect(attrsOf(row)).toEqual({ egress_queue: 42, drop_reason: 'host_unreachable' });
  });
});

describe('the sampling rate', () => {
  it.each([
    [1000, {}, 1000, 1000],
    [1000, { samplingDefault: 20 }, 1000, 1000],
    [1000, { samplingOverride: 50 }, 50, 50],
    [0, {}, 1, undefined],
    [0, { samplingDefault: 20 }, 20, 20],
    [1, { samplingDefault: 20 }, 1, undefined],
    [1000, { samplingOverride: 1 }, 1, undefined],
    [1000, { samplingOverride: 2.6 }, 3, 3],
    [1000, { samplingOverride: 0 }, 1, undefined],
  ])('of %i with %j is applied', (rate, settings, packets, sampling) => {
    const [row] = rowsOf(flowSample([header(FRAME)], { rate }), {}, settings);
    expect([row.packets, row.bytes, row.sampling]).toEqual([packets, packets * 1500, sampling]);
  });

  it('is reported for every source, with what came of it', () => {
    const sample = (source: number, sequence: number, pool: number) =>
      flowSample([header(FRAME)], { source, sequence, pool, drops: sequence, rate: 512 });
    const { exporter } = decodeSflow([
      datagramOf([sample(3, 10, 6000), sample(4, 0xffffffff, 0xffffff00)], { subAgent: 2, sequence: 1 }),
      datagramOf([sample(3, 12, 8000), sample(4, 1, 256)], { subAgent: 2, sequence: 2 }),
    ]);
    const state = exporter.protocols.get('sflow');
    expect(state?.sampling()).toEqual([
      { protocol: 'sflow', domain: 2, selector: 3, rate: 512, from: 'record', last_seen: RECEIVED_AT },
      { protocol: 'sflow', domain: 2, selector: 4, rate: 512, from: 'record', last_seen: RECEIVED_AT },
    ]);
    expect(state).toBeInstanceOf(SflowState);
    expect((state as SflowState).sources()).toMatchObject([
      { source: 3, effective_rate: 1000, drops: 12 },
      { source: 4, effective_rate: 256, drops: 1 },
    ]);
    expect(state?.save()).toBeUndefined();
  });

  it('is reported as configured where it is', () => {
    const { exporter } = decodeSflow([datagramOf([flowSample([header(FRAME)])])], {}, { samplingOverride: 64 });
    expect(exporter.report().sampling).toMatchObject([{ rate: 64, from: 'configured' }]);
  });
});

describe('an sFlow datagram', () => {
  it('names its agent', () => {
    const agent = (text: string) => agentOf(received(datagramOf([], { agent: text })));
    expect(['192.0.2.77', '2001:db8::77', '::ffff:192.0.2.77'].map(agent)).toEqual([
      '192.0.2.77',
      '2001:db8::77',
      '192.0.2.77',
    ]);
    const whole = datagramOf([], { agent: '192.0.2.77' });
    for (let cut = 0; cut < 12; cut++) expect(agentOf(received(whole.subarray(0, cut)))).toBe('');
    expect(agentOf(received(join(u32(5), u32(0), u32(1), u32(2), u32(3), u32(0))))).toBe('');
    expect(agentOf(received(join(u32(5), u32(9), u32(1), u32(2))))).toBe('');
  });

  it('of an agent without address is read', () => {
    const whole = join(u32(5), u32(0), u32(0), u32(1), u32(2), u32(1), flowSample([header(FRAME)]));
    expect(decodeSflow([whole]).rows).toHaveLength(1);
  });

  it('of another version, without a whole header or with an unknown kind of agent is rejected', () => {
    const whole = datagramOf([flowSample([header(FRAME)])], { agent: '2001:db8::1' });
    for (let cut = 0; cut < 40; cut++) {
      const { rows, rejected, exporter } = decodeSflow([whole.subarray(0, cut)]);
      expect([rows.length, rejected.length, exporter.counters.malformed]).toEqual([0, 1, 1]);
    }
    expect(decodeSflow([datagramOf([], { version: 4 })]).rejected).toMatchObject([
      { detail: 'The datagram is not of sFlow version 5.' },
    ]);
    expect(decodeSflow([join(u32(5), u32(3), new Uint8Array(40))]).rejected).toHaveLength(1);
  });

  it('with a datagram missing before it is noticed, for every sub-agent on its own', () => {
    const numbered = (subAgent: number, sequence: number) => datagramOf([], { subAgent, sequence });
    const { exporter } = decodeSflow([
      numbered(0, 10),
      numbered(1, 900),
      numbered(0, 11),
      numbered(1, 903),
      numbered(0, 14),
      numbered(0, 13),
    ]);
    expect(exporter.counters).toMatchObject({ datagrams: 6, lost: 3, reordered: 1, malformed: 0 });
  });

  it('counts what was lost once, though its samples are numbered too', () => {
    const { exporter } = decodeSflow([
      datagramOf([flowSample([header(FRAME)], { sequence: 1 })], { sequence: 1 }),
      datagramOf([flowSample([header(FRAME)], { sequence: 50 })], { sequence: 3 }),
    ]);
    expect(exporter.counters.lost).toBe(1);
  });

  it('fills a batch that was begun by others, and the next', () => {
    const sink = new CollectingFlowSink(5);
    const decoder = new SflowDecoder(DEFAULT_FLOW_OPTIONS);
    const samples = Array.from({ length: 7 }, (_, i) => flowSample([header(FRAME)], { input: i + 1 }));
    const exporters = [new Exporter('192.0.2.1', { name: 'core-1' }), new Exporter('192.0.2.2')];
    for (const exporter of exporters) decoder.decode(received(datagramOf(samples)), exporter, sink);
    expect(sink.rows().map(({ exporter, source, input_if }) => [exporter, source, input_if])).toEqual(
      ['core-1', '192.0.2.2'].flatMap((name) => [1, 2, 3, 4, 5, 6, 7].map((i) => [name, 'udp:6343', i])),
    );
  });

  it('may hold counters beside flows', () => {
    const { rows, exporter } = decodeSflow([
      datagramOf([counterSample([genericCounters(7)]), flowSample([header(FRAME)])]),
    ]);
    expect([rows.length, exporter.counters.counter_samples]).toEqual([1, 1]);
  });
});

describe('fields: all', () => {
  it('keeps records of unknown formats as hexadecimal text', () => {
    const vendor = block((4413 << 12) | 1, [0xca, 0xfe, 0, 0]);
    const records = [
      vendor,
      vendor,
      block(2100, [1, 2, 3, 4]),
      header(ethernet(0x0800, ip4(17, udp(1, 2), { id: 9 }))),
    ];
    const [row] = rowsOf(flowSample(records), { fields: 'all' });
    expect(attrsOf(row)).toEqual({
      '4413:1': 'cafe0000',
      '0:2100': '01020304',
      ...MACS,
      ttl: 64,
      ip_id: 9,
      frame_length: 46,
    });
    expect(Object.keys(attrsOf(rowsOf(flowSample(records))[0]))).not.toContain('4413:1');
  });
});
