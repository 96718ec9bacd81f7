import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datagramOf, type Header5, message5, type Record5 } from '../fixtures/netflow5-datagram.ts';
import { Exporter, type ExporterSettings } from './exporter.ts';
import { CollectingFlowSink } from './fixtures/collecting-flow-sink.ts';
import { DEFAULT_FLOW_OPTIONS, type FlowOptions } from './flow-options.ts';
import { NetFlow5Decoder } from './netflow5.ts';

const SECONDS = 1_713_500_000;
const NOW = SECONDS * 1e6;
const TCP = { src: 0xc0000201, dst: 0xc6336402, srcPort: 50_000, dstPort: 443, proto: 6 } as const;

interface Setting {
  settings?: ExporterSettings;
  options?: Partial<FlowOptions>;
  capacity?: number;
}

function decode(datagrams: readonly Uint8Array[], { settings = {}, options = {}, capacity = 7 }: Setting = {}) {
  const decoder = new NetFlow5Decoder({ ...DEFAULT_FLOW_OPTIONS, ...options });
  const exporter = new Exporter('192.0.2.254', settings);
  const sink = new CollectingFlowSink(capacity);
  for (const bytes of datagrams) decoder.decode(datagramOf(bytes, NOW), exporter, sink);
  const report = exporter.report();
  return { events: sink.rows(), rejected: sink.rejected, report, counts: report.counts };
}

const header: Header5 = { uptime: 600_000, seconds: SECONDS - 1, nanoseconds: 250_000_999 };

/** The event of one record in one message. */
function one(record: Record5, more: Header5 = {}, setting: Setting = {}) {
  return decode([message5({ ...header, ...more }, [{ ...TCP, ...record }])], setting).events[0];
}

describe('a record of version 5', () => {
  it('fills the columns', () => {
    const record: Record5 = {
      ...TCP,
      nextHop: 0x0a000001,
      input: 3,
      output: 65_535,
      packets: 10,
      octets: 4_000_000_000,
      first: 590_000,
      last: 592_500,
      flags: 0x1b,
      tos: 0xb8,
      srcAs: 64_496,
      dstAs: 65_535,
      srcMask: 24,
      dstMask: 32,
    };
    expect(one(record)).toEqual({
      ts: NOW - 11e6 + 250_000,
      received: NOW,
      kind: 1,
      source: 'udp:2055',
      exporter: '192.0.2.254',
      src_ip: '192.0.2.1',
      dst_ip: '198.51.100.2',
      src_port: 50_000,
      dst_port: 443,
      proto: 6,
      bytes: 4e9,
      src_bytes: 4e9,
      packets: 10,
      src_packets: 10,
      duration: 2.5,
      tcp_flags: 0x1b,
      tos: 0xb8,
      input_if: 3,
      output_if: 65_535,
      next_hop: '10.0.0.1',
      src_mask: 24,
      dst_mask: 32,
      src_bgp_asn: 64_496,
      dst_bgp_asn: 65_535,
    });
  });

  it('has type and code of ICMP in place of the ports', () => {
    expect(one({ proto: 1, srcPort: 0, dstPort: 3 * 256 + 13 })).toMatchObject({ src_port: 3, dst_port: 13 });
    expect(one({ proto: 58, srcPort: 9, dstPort: 128 * 256 })).toMatchObject({ src_port: 128 });
  });

  it('bears the configured name of its exporter', () => {
    expect(one({}, {}, { settings: { name: 'edge' } })).toMatchObject({ exporter: 'edge' });
  });
});

describe('version 7', () => {
  it('has longer records, and the router as an attribute', () => {
    const records = [
      { ...TCP, tos: 8, router: 0xc0a80a63 },
      { ...TCP, srcMask: 9 },
      { ...TCP, dstMask: 7, router: 5 },
    ];
    const { events, counts } = decode([message5({ ...header, version: 7, sampling: 100 }, records)], { capacity: 2 });
    expect(events).toHaveLength(3);
    expect(events[0]).toMatchObject({ dst_port: 443, tos: 8, attrs: '{"router":"192.168.10.99"}' });
    expect(events[1]).toMatchObject({ dst_port: 443, src_mask: 9 });
    expect(events[1]).not.toHaveProperty('attrs');
    // The last bytes of the header of version 7 are no sampling.
    expect(events[1]).not.toHaveProperty('sampling');
    expect(events[2]).toMatchObject({ dst_port: 443, dst_mask: 7, attrs: '{"router":"0.0.0.5"}' });
    expect(counts).toMatchObject({ flows: 3, malformed: 0 });
  });
});

describe('time', () => {
  const MESSAGE = NOW - 1e6 + 250_000;

  it.each([
    ['before the clock of the device wrapped', 100, 2 ** 32 - 900, 2 ** 32 - 400, MESSAGE - 1e6, 0.5],
    ['over the wrap', 100, 2 ** 32 - 900, 50, MESSAGE - 1e6, 0.95],
    ['one millisecond before the start of the device', 600_000, 0xffffffff, 0, MESSAGE - 600_001_000, 0.001],
    ['a little after the message', 600_000, 600_002, 600_002, MESSAGE + 2000, 0],
    ['with an end before its start', 600_000, 590_000, 589_999, MESSAGE - 10e6, 0],
    ['long ago', 2 ** 31, 1000, 2 ** 31, MESSAGE - (2 ** 31 - 1000) * 1000, (2 ** 31 - 1000) / 1000],
  ])('is right for a flow %s', (_, uptime, first, last, ts, duration) => {
    const event = one({ first, last }, { uptime });
    expect([event.ts, event.duration ?? 0]).toEqual([ts, duration]);
  });

  it('ignores nanoseconds that make a second or more', () => {
    expect(one({ first: 600_000 }, { nanoseconds: 1e9 })).toMatchObject({ ts: NOW - 1e6 });
  });

  it('is that of the message, or of its receipt, where it is not believed', () => {
    const options = { maxTimeDifference: 60 };
    const first = 600_000;
    expect(one({ first: first - 58_000 }, {}, { options })).toMatchObject({ ts: MESSAGE - 58e6 });
    expect(one({ first: first - 70_000, last: first }, {}, { options })).toMatchObject({ ts: MESSAGE, duration: 70 });
    expect(one({ first: first + 70_000 }, {}, { options })).toMatchObject({ ts: MESSAGE });
    expect(one({ first, last: 600_500 }, { seconds: 5 }, { options })).toMatchObject({ ts: NOW, duration: 0.5 });
    expect(one({ first }, { seconds: 5 })).toMatchObject({ ts: NOW });
  });

  it('of the device is compared with ours', () => {
    expect(decode([message5(header, [TCP])]).report.clock_skew).toBe(0.75);
  });
});

describe('sampling', () => {
  const counted = { packets: 3, octets: 1500 };

  it('multiplies by the interval of the header, whatever the mode', () => {
    for (const sampling of [1000, 0x4000 + 1000, 0x8000 + 1000])
      expect(one(counted, { sampling })).toMatchObject({
        sampling: 1000,
        bytes: 1_500_000,
        src_bytes: 1_500_000,
        packets: 3000,
        src_packets: 3000,
      });
    for (const sampling of [0, 1, 0x4000, 0x8001]) {
      expect(one(counted, { sampling })).toMatchObject({ bytes: 1500, packets: 3 });
      expect(one(counted, { sampling })).not.toHaveProperty('sampling');
    }
  });

  it('is as configured: always, or where the header says nothing', () => {
    const byDefault = { settings: { samplingDefault: 64 } };
    const override = { settings: { samplingDefault: 64, samplingOverride: 2 } };
    expect(one(counted, { sampling: 0 }, byDefault)).toMatchObject({ sampling: 64, packets: 192 });
    expect(one(counted, { sampling: 10 }, byDefault)).toMatchObject({ sampling: 10, packets: 30 });
    expect(one(counted, { sampling: 1 }, byDefault)).toMatchObject({ packets: 3 });
    expect(one(counted, { sampling: 10 }, override)).toMatchObject({ sampling: 2, packets: 6 });
    expect(one(counted, { version: 7 }, override)).toMatchObject({ sampling: 2, packets: 6 });
    expect(one(counted, { sampling: 10 }, { settings: { samplingOverride: 0 } })).toMatchObject({ packets: 3 });
  });

  it('stays within exact numbers', () => {
    const event = one({ octets: 0xffffffff }, {}, { settings: { samplingOverride: 1e12 } });
    expect(event).toMatchObject({ bytes: Number.MAX_SAFE_INTEGER, sampling: 0xffffffff });
  });

  it('is reported for every engine that samples', () => {
    const datagrams = [
      message5({ ...header, engineType: 1, engineId: 2, sampling: 0x4000 + 50 }, [TCP]),
      message5({ ...header, engineId: 3 }, [TCP]),
      message5({ ...header, engineType: 1, engineId: 2, sampling: 0x4000 + 60, sequence: 1 }, [TCP]),
    ];
    const { report } = decode(datagrams);
    const rate = { protocol: 'netflow5', domain: 258, selector: null, rate: 60, from: 'header', last_seen: NOW };
    expect(report.sampling).toEqual([rate]);
    expect(report.protocols).toEqual(['netflow5']);
    expect(report.templates).toEqual([]);
    const { report: configured } = decode([datagrams[1]], { settings: { samplingDefault: 7 } });
    expect(configured.sampling).toEqual([{ ...rate, domain: 3, rate: 7, from: 'configured' }]);
  });
});

describe('sequence', () => {
  const numbered = (sequence: number, more: Header5 = {}) => message5({ ...header, sequence, ...more }, [TCP, TCP]);

  it('counts flows, for every engine on its own', () => {
    const one = [numbered(10), numbered(12), numbered(17), numbered(19)];
    expect(decode(one).counts).toMatchObject({ lost: 3, reordered: 0, datagrams: 4, bytes: 480, flows: 8 });
    const other = { engineId: 1 };
    expect(decode([numbered(10), numbered(900, other), numbered(12), numbered(902, other)]).counts.lost).toBe(0);
    expect(decode([numbered(10), numbered(900, { engineType: 1 }), numbered(12)]).counts.lost).toBe(0);
    expect(decode([numbered(10), numbered(900, { version: 7 }), numbered(12)]).counts.lost).toBe(0);
  });

  it('is not judged after a message that is shorter than it says', () => {
    expect(decode([numbered(10), numbered(12, { count: 20 }), numbered(32)]).counts).toMatchObject({ lost: 0 });
  });

  it('is kept for a limited number of engines', () => {
    const flood = Array.from({ length: 5000 }, (_, i) => message5({ engineType: i >> 8, engineId: i & 255 }, []));
    const { report } = decode(flood, { settings: { samplingDefault: 2 } });
    expect(report.sampling.length).toBe(32);
  });
});

describe('a datagram that is not as it should be', () => {
  const whole = message5(header, [TCP, TCP, TCP]);

  it('gives the records that are whole', () => {
    for (let length = 24; length < whole.length; length++) {
      const { events, counts, rejected } = decode([whole.subarray(0, length)]);
      const records = Math.floor((length - 24) / 48);
      expect([events.length, counts.flows, counts.malformed]).toEqual([records, records, 1]);
      expect(rejected).toMatchObject([{ reason: 'TRUNCATED', length: length - 24 - records * 48 }]);
    }
    const lies = decode([message5({ ...header, count: 65_535 }, [TCP, TCP])]);
    expect([lies.events.length, lies.counts.malformed]).toEqual([2, 1]);
  });

  it('gives nothing without a whole header of its versions', () => {
    for (let length = 0; length < 24; length++) {
      const { events, counts, rejected, report } = decode([whole.subarray(0, length)]);
      expect([events.length, counts.datagrams, counts.malformed, report.clock_skew]).toEqual([0, 1, 1, null]);
      expect(rejected).toMatchObject([{ length }]);
    }
    expect(decode([message5({ version: 9 }, [TCP])]).counts).toMatchObject({ flows: 0, malformed: 1 });
  });

  it('may hold several messages', () => {
    const other = message5({ ...header, version: 7, engineId: 9 }, [TCP, TCP]);
    const glued = new Uint8Array([...whole, ...other, ...whole]);
    const { events, counts } = decode([glued]);
    expect([events.length, counts.datagrams, counts.malformed]).toEqual([8, 1, 0]);
    const cut = decode([glued.subarray(0, -1)]);
    expect([cut.events.length, cut.counts.malformed]).toEqual([7, 1]);
  });

  it('may end in zeros but in nothing else', () => {
    const padded = decode([new Uint8Array([...whole, ...new Uint8Array(70)])]);
    expect([padded.events.length, padded.counts.malformed, padded.rejected]).toEqual([3, 0, []]);
    const { events, counts, rejected } = decode([message5({ ...header, count: 1 }, [TCP, TCP, TCP])]);
    expect([events.length, counts.malformed]).toEqual([1, 1]);
    expect(rejected).toMatchObject([{ reason: 'TRAILING_BYTES', length: 96 }]);
  });

  it('never throws, nor leaves anything in rows that it did not make', () => {
    const decoder = new NetFlow5Decoder(DEFAULT_FLOW_OPTIONS);
    const exporter = new Exporter('192.0.2.254');
    const sink = new CollectingFlowSink(16);
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 8 }),
        fc.nat(200),
        fc.constantFrom(5, 7),
        (changes, length, version) => {
          const bytes = message5({ ...header, version }, [TCP, TCP, TCP]).slice(0, length);
          for (const [at, value] of changes) if (bytes.length > 0) bytes[at % Math.min(bytes.length, 30)] = value;
          const before = sink.rows().length;
          const flows = exporter.counters.flows;
          decoder.decode(datagramOf(bytes, NOW), exporter, sink);
          // What is around the datagram, 0xa5, has no business in an event.
          const made = sink.rows().slice(before);
          expect(JSON.stringify(made)).not.toContain('165.165');
          expect(made.length).toBe(exporter.counters.flows - flows);
          expect(made.length).toBeLessThanOrEqual(Math.max(0, (length - 24) / 48));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
