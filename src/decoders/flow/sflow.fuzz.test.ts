import { describe, expect, it } from 'vitest';
import { Exporter } from './exporter.ts';
import { attrsOf, CollectingFlowSink } from './fixtures/collecting-flow-sink.ts';
import { received } from './fixtures/decode-sflow.ts';
import { ethernet, ip4, ip6, join, mpls, tcp, u16, u32, udp } from './fixtures/frames.ts';
import {
  block,
  counterSample,
  datagramOf,
  discarded,
  expandedCounterSample,
  expandedFlowSample,
  extendedSwitch,
  flowSample,
  genericCounters,
  header,
  sampledEthernet,
  sampledIp,
  text,
  typed,
} from './fixtures/sflow-datagram.ts';
import { DEFAULT_FLOW_OPTIONS, type FlowOptions } from './flow-options.ts';
import { agentOf, SflowDecoder } from './sflow.ts';

const MUTATIONS = 50_000;

const inside = ip4(6, tcp(1234, 443), { source: '10.0.0.1', destination: '10.0.0.2' });
const vxlan = join([8, 0, 0, 0], u32(70_000 << 8), ethernet(0x0800, inside));
const gateway = join(typed('203.0.113.1'), ...[1, 2, 3, 1, 2, 2, 64_510, 64_511, 1, 7, 9].map((number) => u32(number)));
const FIXTURES: Readonly<Record<string, Uint8Array>> = {
  'flow samples': datagramOf([
    flowSample([
      header(ethernet(0x0800, ip4(17, udp(9, 4789, vxlan)), [{ vlan: 5 }, { vlan: 6 }])),
      extendedSwitch(5, 1, 6, 2),
      block(1002, join(typed('203.0.113.1'), u32(24), u32(22))),
      block(1003, gateway),
    ]),
    flowSample([
      sampledEthernet(100, '02:00:00:00:00:01', '02:00:00:00:00:02', 0x0800),
      sampledIp('192.0.2.1', '192.0.2.2', [90, 6, 1, 2, 3, 4]),
      block(1004, join(u32(106), text('anna'), u32(106), text('otto'))),
      block(1005, join(u32(1), text('/path'), text('www.example.com'))),
    ]),
  ]),
  'expanded flow samples': datagramOf(
    [
      expandedFlowSample([
        header(ethernet(0x8847, mpls([16, 17], ip6(0, join([6, 0, 0, 0, 0, 0, 0, 0], tcp(3, 4)))))),
        block(1006, join(typed('2001:db8::9'), u32(1), u32(0x10140), u32(0))),
        block(1007, join(typed('203.0.113.5'), typed('2001:db8::5'))),
        block(1012, join(u32(1), u32(0x88a80064))),
        block(1037, join(u32(12), text('acl'), u32(1))),
      ]),
      expandedFlowSample([header(ip4(47, join(u16(0x2000), u16(0x0800), u32(7), inside)), { protocol: 11 })]),
    ],
    { agent: '2001:db8::1' },
  ),
  'other samples': datagramOf([
    discarded([header(ethernet(0x0800, inside)), block(1042, text('tcp_csum'))], 258),
    counterSample([genericCounters(7, { in_octets: 2 ** 40 }), block(2000, join(text('host'), new Uint8Array(16)))]),
    expandedCounterSample([block(1005, text('eno1')), genericCounters(8)]),
    block((4413 << 12) | 1, new Uint8Array(12)),
    flowSample([header(ethernet(0x0806, new Uint8Array(28))), block(2209, new Uint8Array(48))]),
  ]),
};

const OPTIONS: readonly FlowOptions[] = [
  DEFAULT_FLOW_OPTIONS,
  {
    ...DEFAULT_FLOW_OPTIONS,
    fields: 'all',
    sflowBytes: 'frame',
    observer: { template: () => {}, options: () => {}, counters: () => {} },
  },
];

/** Decodes and checks what holds for any datagram. Answers the number of rows. */
function check(decoder: SflowDecoder, exporter: Exporter, bytes: Uint8Array, sink = new CollectingFlowSink(2)): number {
  const datagram = received(bytes);
  const before = exporter.counters.flows;
  agentOf(datagram);
  decoder.decode(datagram, exporter, sink);
  // Checked without expect(), which takes longer than decoding.
  const rows = sink.rows().splice(0);
  if (exporter.counters.flows - before !== rows.length) throw new Error(`${rows.length} rows, counted otherwise`);
  // A row takes a sample, and a sample takes forty bytes.
  if (rows.length > bytes.length / 40) throw new Error(`${rows.length} rows of ${bytes.length} bytes`);
  for (const row of rows) {
    if (row.kind !== 1) throw new Error('a row without a kind');
    attrsOf(row);
  }
  for (const { start, end } of sink.rejected.splice(0))
    if (start < 16 || end > 16 + bytes.length) throw new Error(`rejected ${start} to ${end}`);
  return rows.length;
}

describe('any bytes that look like sFlow', () => {
  it.each(Object.entries(FIXTURES))('may be cut anywhere: %s', (_name, whole) => {
    for (const options of OPTIONS) {
      const exporter = new Exporter('192.0.2.1');
      const decoder = new SflowDecoder(options);
      let most = 0;
      for (let cut = 0; cut < whole.length; cut++) {
        const rows = check(decoder, exporter, whole.subarray(0, cut));
        expect(rows).toBeGreaterThanOrEqual(most);
        most = rows;
      }
      expect(exporter.counters.malformed).toBe(whole.length);
      expect(check(decoder, exporter, whole)).toBeGreaterThanOrEqual(most);
      expect(exporter.counters.malformed).toBe(whole.length);
    }
  });

  it(`may be changed anyhow, ${MUTATIONS} times`, { timeout: 120_000 }, () => {
    let state = 4711;
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const originals = Object.values(FIXTURES);
    const decoders = OPTIONS.map((options) => new SflowDecoder(options));
    const exporter = new Exporter('192.0.2.1');
    const sink = new CollectingFlowSink(2);
    const words = [0, 1, 2, 3, 4, 5, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff];
    for (let i = 0; i < MUTATIONS; i++) {
      const bytes = originals[random(originals.length)].slice();
      const view = new DataView(bytes.buffer);
      for (let changes = 1 + random(4); changes > 0; changes--) {
        if (random(2) === 0) bytes[random(bytes.length)] = random(256);
        else view.setUint32(random(bytes.length / 4) * 4, words[random(words.length)]);
      }
      const end = random(4) === 0 ? random(bytes.length) : bytes.length;
      check(decoders[i % decoders.length], exporter, bytes.subarray(0, end), sink);
    }
    // Most of them are still read in part, else this shows little.
    expect(exporter.counters.flows).toBeGreaterThan(MUTATIONS / 2);
    expect(exporter.counters.malformed).toBeGreaterThan(MUTATIONS / 10);
  });
});
