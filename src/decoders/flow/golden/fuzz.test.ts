import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { encodeIpfix } from '../../../../demo/exporters/encode-ipfix.ts';
import { encodeNetflow5, type Netflow5Flow } from '../../../../demo/exporters/encode-netflow5.ts';
import { encodeNetflow9 } from '../../../../demo/exporters/encode-netflow9.ts';
import { encodeSflow } from '../../../../demo/exporters/encode-sflow.ts';
import { buildFrame } from '../../../../demo/exporters/frame.ts';
import { dataTemplate, type FlowRecord, field, optionsTemplate } from '../../../../demo/exporters/template.ts';
import type { FlowProtocol } from '../../../model/exporter.ts';
import { datagramOf, message5 } from '../../fixtures/netflow5-datagram.ts';
import type { Exporter } from '../exporter.ts';
import { ExporterTable } from '../exporter-table.ts';
import { flowProtocolOf } from '../flow-decoder.ts';
import { DEFAULT_FLOW_OPTIONS } from '../flow-options.ts';
import { CheckingSink } from './checking-sink.ts';
import { decoders, RECEIVED_AT } from './decode-input.ts';
import { readInputs } from './input.ts';
import { mutated, randomFrom } from './mutate.ts';

/** How many damaged datagrams; a million take some minutes. */
const DATAGRAMS = Number(process.env.VEDETTE_FUZZ_DATAGRAMS ?? 20_000);
const SHARED = join(process.env.VEDETTE_SHARED ?? resolve(import.meta.dirname, '../../../../../shared'), 'data/flow');
const EXPORTERS = 8;
const NOW = RECEIVED_AT / 1000;
const LIMITS = {
  ...DEFAULT_FLOW_OPTIONS,
  fields: 'all' as const,
  maxTemplates: 100,
  maxFields: 64,
  pendingBytes: 20_000,
  pendingSeconds: 30,
};

const flow: Netflow5Flow & FlowRecord = {
  srcIp: '192.0.2.1',
  dstIp: '198.51.100.2',
  srcPort: 50_000,
  dstPort: 443,
  proto: 6,
  bytes: 15_000,
  packets: 12,
  start: NOW - 5000,
  end: NOW - 1000,
  sourceIPv4Address: '192.0.2.1',
  destinationIPv4Address: '198.51.100.2',
  sourceTransportPort: 50_000,
  destinationTransportPort: 443,
  protocolIdentifier: 6,
  octetDeltaCount: 15_000,
  packetDeltaCount: 12,
  flowStartMilliseconds: NOW - 5000,
  flowEndMilliseconds: NOW - 1000,
  flowStartSysUpTime: NOW - 5000,
  flowEndSysUpTime: NOW - 1000,
  applicationName: 'tls "web"',
  userName: 'é\u0000x',
  applicationId: new Uint8Array([3, 0, 1, 187]),
  samplingInterval: 100,
  samplerId: 1,
  samplerRandomInterval: 50,
};

/** A few datagrams of every protocol, with templates and without. */
function ownCorpus(): Uint8Array[] {
  const five = dataTemplate(256, 'sourceIPv4Address', 'destinationIPv4Address', 'sourceTransportPort');
  const v9 = {
    ...five,
    fields: [
      ...five.fields,
      ...dataTemplate(0, 'protocolIdentifier', field('octetDeltaCount', 4), 'packetDeltaCount', 'samplerId').fields,
      ...dataTemplate(0, 'flowStartSysUpTime', 'flowEndSysUpTime', 'applicationId', field('userName', 20)).fields,
    ],
  };
  const long = {
    ...dataTemplate(300, 'sourceIPv6Address', 'destinationIPv6Address', 'applicationName', 'userName'),
    scopes: 0,
  };
  const ipfix = {
    ...long,
    fields: [
      ...long.fields,
      ...dataTemplate(0, 'octetDeltaCount', 'reverseOctetDeltaCount', 'flowStartMilliseconds', 'flowStartMicroseconds')
        .fields,
    ],
  };
  const rate = optionsTemplate(257, ['scopeSystem'], 'samplingInterval', 'samplerId', 'samplerRandomInterval');
  const names = optionsTemplate(301, ['applicationId'], 'applicationName', 'applicationDescription');
  const records = [flow, { ...flow, protocolIdentifier: 1 }, flow];
  const nine = { sourceId: 7, sequence: 1, exportTime: NOW, bootTime: NOW - 1e6 };
  const ten = { domain: 7, sequence: 1, exportTime: NOW };
  const frame = buildFrame({
    srcIp: '2001:db8::1',
    dstIp: '2001:db8::2',
    proto: 6,
    srcPort: 1,
    dstPort: 2,
    vlans: [5, 6],
  });
  const frame4 = buildFrame({
    srcIp: '192.0.2.1',
    dstIp: '192.0.2.2',
    proto: 17,
    srcPort: 53,
    dstPort: 5353,
    payload: 20,
  });
  const counters = { index: 3, speed: 1e9, up: true, inOctets: 1e12, inPackets: 5, outOctets: 9, outPackets: 7 };
  const sample = {
    kind: 'flow',
    sequence: 1,
    source: { index: 3 },
    rate: 512,
    pool: 5120,
    input: 3,
    output: 4,
  } as const;
  const head = { agent: '192.0.2.9', sequence: 1, uptime: 1000 };
  return [
    encodeNetflow5({ sequence: 1, exportTime: NOW, bootTime: NOW - 1e6, sampling: 10 }, Array(30).fill(flow)),
    message5({ version: 7, uptime: 1000, seconds: NOW / 1000 }, [{ src: 1, router: 77 }, { dst: 2 }]),
    encodeNetflow9(nine, [{ templates: [v9, rate] }, { template: rate, records: [flow] }, { template: v9, records }]),
    encodeNetflow9({ ...nine, sourceId: 8 }, [{ template: v9, records }]),
    encodeIpfix(ten, [
      { templates: [ipfix, names] },
      { template: names, records: [flow] },
      { template: ipfix, records },
    ]),
    encodeIpfix({ ...ten, domain: 8 }, [{ template: ipfix, records }]),
    encodeSflow(head, [
      {
        ...sample,
        records: [
          { kind: 'header', frameLength: 1500, header: frame },
          { kind: 'switch', srcVlan: 5, dstVlan: 6 },
        ],
      },
      { ...sample, expanded: true, records: [{ kind: 'header', frameLength: 64, stripped: 4, header: frame4 }] },
      { kind: 'counters', sequence: 1, source: { index: 3 }, interface: counters },
    ]),
  ];
}

/** Payloads made by others, where they are at hand, in groups of one exporter. */
function sharedGroups(): Uint8Array[][] {
  if (!existsSync(SHARED)) return [];
  return readInputs(SHARED).map(({ made_from }) =>
    (made_from ?? []).map((file) => new Uint8Array(readFileSync(join(SHARED, file)))),
  );
}

/** Live bytes of the heap, after what is dead has been collected. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

describe('damaged datagrams', () => {
  it('never make a decoder throw, hang, grow, or write what is no flow', { timeout: 3_600_000 }, () => {
    const corpus = [...ownCorpus(), ...sharedGroups().flat()];
    const random = randomFrom(20_240_419);
    const exporters = new ExporterTable(() => ({}), [], EXPORTERS);
    const known = decoders(LIMITS);
    const sink = new CheckingSink();
    const rows = new Map<FlowProtocol, number>();
    let early = 0;
    for (let i = 0; i < DATAGRAMS; i++) {
      const bytes = mutated(corpus, random);
      const datagram = datagramOf(bytes, RECEIVED_AT + i * 1000);
      // Some exporters stay for good, others come and go.
      const peer = random(random(8) === 0 ? EXPORTERS * 4 : 3);
      const protocol = flowProtocolOf(datagram.view, datagram.start, datagram.end);
      const decoder = protocol && known.get(protocol);
      const before = sink.rows + sink.batch.length;
      try {
        decoder?.decode(datagram, exporters.at(`192.0.2.${peer}`), sink);
      } catch (error) {
        throw new Error(`datagram ${i}: ${Buffer.from(bytes).toString('hex')}`, { cause: error });
      }
      const made = sink.rows + sink.batch.length - before;
      if (protocol) rows.set(protocol, (rows.get(protocol) ?? 0) + made);
      // The shortest record there can be has a byte, and what waited for its template comes with it.
      if (made > bytes.length + LIMITS.pendingBytes) expect.unreachable(`${made} rows of datagram ${i}`);
      if (i % 1000 === 0) sink.take();
      if (i === Math.floor(DATAGRAMS / 4)) early = heap();
    }
    for (const exporter of exporters.all()) {
      const { templates, sampling, interfaces } = exporter.report();
      expect(templates.length).toBeLessThanOrEqual(LIMITS.maxTemplates * 2);
      expect(sampling.length).toBeLessThanOrEqual(20_000);
      expect(interfaces.length).toBeLessThanOrEqual(4096);
      expect(() => JSON.stringify(exporter.memory())).not.toThrow();
    }
    expect(exporters.size).toBeLessThanOrEqual(EXPORTERS);
    for (const protocol of known.keys()) expect(rows.get(protocol), protocol).toBeGreaterThan(DATAGRAMS / 50);
    expect(heap() - early).toBeLessThan(32 << 20);
  });

  it('give what is whole in them and no more, wherever they are cut', { timeout: 600_000 }, () => {
    const known = decoders(DEFAULT_FLOW_OPTIONS);
    const sink = new CheckingSink();
    const decode = (bytes: Uint8Array, exporter: Exporter) => {
      const datagram = datagramOf(bytes, RECEIVED_AT);
      const protocol = flowProtocolOf(datagram.view, datagram.start, datagram.end);
      if (protocol) known.get(protocol)?.decode(datagram, exporter, sink);
    };
    for (const group of [ownCorpus(), ...sharedGroups()])
      for (const [i, bytes] of group.entries()) {
        // One exporter has its templates from the datagrams around it, the other only from what the cut leaves.
        const learned = new ExporterTable().at('192.0.2.1');
        for (const each of [...group, bytes]) decode(each, learned);
        const before = learned.counters.flows;
        decode(bytes, learned);
        const whole = learned.counters.flows - before;
        for (let length = 0; length < bytes.length; length++) {
          const cut = bytes.subarray(0, length);
          const fresh = new ExporterTable().at('192.0.2.1');
          decode(cut, fresh);
          const known = learned.counters.flows;
          decode(cut, learned);
          const made = Math.max(fresh.counters.flows, learned.counters.flows - known);
          if (made > whole) expect.unreachable(`${made} flows of ${whole} in ${length} bytes of datagram ${i}`);
        }
      }
    sink.take();
    expect(sink.rows).toBeGreaterThan(1000);
  });
});
