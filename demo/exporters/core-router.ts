import type { Conversation } from '../office.ts';
import { Random } from '../random.ts';
import { type Device, parts, RECORDS } from './device.ts';
import { encodeNetflow9, sysUpTime } from './encode-netflow9.ts';
import { FlowCache, type Piece, PROTOCOLS, packetsOf } from './pieces.ts';
import { sampled } from './sampling.ts';
import { dataTemplate, type FlowRecord, type FlowSet, field, optionsTemplate } from './template.ts';

/** One packet in this many is looked at. */
export const ROUTER_SAMPLING = 100;
/** Milliseconds between two datagrams that carry templates and options. */
const REFRESH = 60_000;
const SAMPLER = 1;
/** It has run for three weeks when the demo begins. */
const UPTIME = 21 * 86_400_000;
const OFFICE = 3;

const INTERFACES = [
  { index: 1, name: 'TenGigE0/0/0/0', description: 'transit A' },
  { index: 2, name: 'TenGigE0/0/0/1', description: 'transit B' },
  { index: OFFICE, name: 'HundredGigE0/0/1/0', description: 'office' },
];

const FLOWS = dataTemplate(
  260,
  'sourceIPv4Address',
  'destinationIPv4Address',
  'ipNextHopIPv4Address',
  'ingressInterface',
  'egressInterface',
  field('octetDeltaCount', 4),
  field('packetDeltaCount', 4),
  'flowStartSysUpTime',
  'flowEndSysUpTime',
  'sourceTransportPort',
  'destinationTransportPort',
  'protocolIdentifier',
  'tcpControlBits',
  'ipClassOfService',
  'sourceIPv4PrefixLength',
  'destinationIPv4PrefixLength',
  'bgpSourceAsNumber',
  'bgpDestinationAsNumber',
  'samplerId',
  'flowDirection',
);
const SAMPLERS = optionsTemplate(257, ['scopeSystem'], 'samplerId', 'samplerMode', 'samplerRandomInterval');
const NAMES = optionsTemplate(258, ['scopeInterface'], field('interfaceName', 32), field('interfaceDescription', 32));

/** A router in the core: NetFlow v9, sampled, with its sampler and the names of its interfaces in options data. */
export class CoreRouter implements Device {
  readonly #random: Random;
  readonly #cache = new FlowCache();
  readonly #boot: number;
  #sequence = 0;
  #refreshed = Number.NEGATIVE_INFINITY;

  constructor(seed: number, now: number) {
    this.#random = new Random(seed);
    this.#boot = now - UPTIME;
  }

  see(conversation: Conversation): void {
    this.#cache.add(conversation);
  }

  export(now: number): Buffer[] {
    const records = this.#cache.take(now).flatMap((piece) => this.#records(piece));
    const sets: FlowSet[][] = parts(records, RECORDS).map((part) => [{ template: FLOWS, records: part }]);
    if (now - this.#refreshed >= REFRESH) {
      this.#refreshed = now;
      sets.unshift([
        { templates: [FLOWS, SAMPLERS, NAMES] },
        {
          template: SAMPLERS,
          records: [{ samplerId: SAMPLER, samplerMode: 2, samplerRandomInterval: ROUTER_SAMPLING }],
        },
        { template: NAMES, records: INTERFACES.map(interfaceRecord) },
      ]);
    }
    const header = { sourceId: 1, exportTime: now, bootTime: this.#boot };
    return sets.map((each) => encodeNetflow9({ ...header, sequence: this.#sequence++ }, each));
  }

  /** A flow for each direction of which a packet was sampled. */
  #records(piece: Piece): FlowRecord[] {
    const { from, to, fromPort, toPort } = piece.conversation;
    const transit = 1 + (toPort % 2);
    return [
      ...this.#record(piece, piece.sent, { from, to, fromPort, toPort, input: OFFICE, output: transit }),
      ...this.#record(piece, piece.received, {
        from: to,
        to: from,
        fromPort: toPort,
        toPort: fromPort,
        input: transit,
        output: OFFICE,
      }),
    ];
  }

  #record(piece: Piece, bytes: number, way: Way): FlowRecord[] {
    const all = packetsOf(bytes);
    const packets = sampled(this.#random, all, ROUTER_SAMPLING);
    if (packets === 0) return [];
    const { proto, state } = piece.conversation;
    const outward = way.input === OFFICE;
    return [
      {
        sourceIPv4Address: way.from,
        destinationIPv4Address: way.to,
        ipNextHopIPv4Address: outward ? `192.0.2.${way.output}` : '10.30.0.1',
        ingressInterface: way.input,
        egressInterface: way.output,
        octetDeltaCount: Math.round((bytes / all) * packets),
        packetDeltaCount: packets,
        flowStartSysUpTime: sysUpTime(piece.start, this.#boot),
        flowEndSysUpTime: sysUpTime(piece.end, this.#boot),
        sourceTransportPort: way.fromPort,
        destinationTransportPort: way.toPort,
        protocolIdentifier: PROTOCOLS[proto],
        tcpControlBits: proto !== 'tcp' ? 0 : state === 'SF' ? 0x1b : 0x02,
        sourceIPv4PrefixLength: outward ? 24 : 20,
        destinationIPv4PrefixLength: outward ? 20 : 24,
        // AS numbers reserved for documentation (RFC 5398).
        bgpSourceAsNumber: outward ? 64_496 : 64_500 + way.input,
        bgpDestinationAsNumber: outward ? 64_500 + way.output : 64_496,
        samplerId: SAMPLER,
        flowDirection: 0,
      },
    ];
  }
}

interface Way {
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly input: number;
  readonly output: number;
}

function interfaceRecord({ index, name, description }: (typeof INTERFACES)[number]): FlowRecord {
  return { scopeInterface: index, interfaceName: name, interfaceDescription: description };
}
