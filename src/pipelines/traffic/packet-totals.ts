import { protocolName } from '../../model/kinds.ts';
import type { Amount, TrafficTotals } from '../../model/traffic.ts';
import { type Dissected, PROBLEMS } from '../../packets/dissected.ts';
import { linkTypeName } from '../../packets/link-types.ts';
import type { Packet } from '../../packets/packet.ts';

/** EtherTypes that people call by name (IEEE registration authority). */
const ETHER_TYPES: Readonly<Record<number, string>> = {
  2048: 'ipv4',
  2054: 'arp',
  32821: 'rarp',
  33079: 'ipx',
  34525: 'ipv6',
  34887: 'mpls',
  34888: 'mpls',
  34915: 'pppoe-discovery',
  34916: 'pppoe',
  34958: 'eapol',
  34984: 'qinq',
  35020: 'lldp',
  35045: 'macsec',
  35063: 'ptp',
};
const PROBLEM_NAMES = Object.entries(PROBLEMS);

/** Counts packets and bytes one by one, with nothing allocated for a packet. */
export class PacketTotals {
  packets = 0;
  late = 0;
  #bytes = 0;
  #captured = 0;
  #cut = 0;
  #withoutTime = 0;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  readonly #links = new Counts();
  readonly #networks = new Counts();
  readonly #protocolPackets = new Float64Array(256);
  readonly #protocolBytes = new Float64Array(256);
  readonly #problems = new Map<number, number>();

  add(packet: Packet, d: Dissected): void {
    const { originalLength, capturedLength, time } = packet;
    this.packets++;
    this.#bytes += originalLength;
    this.#captured += capturedLength;
    if (capturedLength < originalLength) this.#cut++;
    if (time < this.#first) this.#first = time;
    if (time > this.#last) this.#last = time;
    if (Number.isNaN(time)) this.#withoutTime++;
    this.#links.add(packet.linkType, originalLength);
    // Families are 4 and 6; EtherTypes are larger, and lengths of LLC packets too.
    this.#networks.add(d.family === 0 ? d.etherType + 16 : d.family, originalLength);
    if (d.family !== 0) {
      this.#protocolPackets[d.proto]++;
      this.#protocolBytes[d.proto] += originalLength;
    }
    if (d.problems !== 0) this.#problems.set(d.problems, (this.#problems.get(d.problems) ?? 0) + 1);
  }

  result(): TrafficTotals {
    const timed = this.#first <= this.#last;
    return {
      packets: this.packets,
      bytes: this.#bytes,
      captured_bytes: this.#captured,
      cut: this.#cut,
      first: timed ? this.#first / 1e6 : null,
      last: timed ? this.#last / 1e6 : null,
      without_time: this.#withoutTime,
      late: this.late,
      links: this.#links.named(linkName),
      networks: this.#networks.named(networkName),
      protocols: this.#protocols(),
      header_problems: this.#headerProblems(),
    };
  }

  #protocols(): Record<string, Amount> {
    const amounts: [string, Amount][] = [];
    for (const [proto, packets] of this.#protocolPackets.entries())
      if (packets > 0) amounts.push([protocolName(proto), { packets, bytes: this.#protocolBytes[proto] }]);
    return sorted(amounts);
  }

  #headerProblems(): Record<string, number> {
    const told: Record<string, number> = {};
    for (const [name, bit] of PROBLEM_NAMES) {
      let packets = 0;
      for (const [bits, times] of this.#problems) if ((bits & bit) !== 0) packets += times;
      if (packets > 0) told[name] = packets;
    }
    return told;
  }
}

/** Different numbers that are counted apart. */
const MAX_COUNTED = 256;
const REST = -1;

/** Packets and bytes by a small number, such as a link type. The one of the packet before is found at once. */
class Counts {
  readonly #places = new Map<number, number>();
  readonly #packets = new Float64Array(MAX_COUNTED + 1);
  readonly #bytes = new Float64Array(MAX_COUNTED + 1);
  #number = Number.NaN;
  #place = 0;

  add(number: number, bytes: number): void {
    if (number !== this.#number) this.#turnTo(number);
    this.#packets[this.#place]++;
    this.#bytes[this.#place] += bytes;
  }

  named(name: (number: number) => string): Record<string, Amount> {
    const amounts = new Map<string, Amount>();
    for (const [number, place] of this.#places) {
      const title = number === REST ? 'other' : name(number);
      const { packets, bytes } = amounts.get(title) ?? { packets: 0, bytes: 0 };
      amounts.set(title, { packets: packets + this.#packets[place], bytes: bytes + this.#bytes[place] });
    }
    return sorted([...amounts]);
  }

  #turnTo(number: number): void {
    this.#number = number;
    this.#place = this.#places.get(number) ?? this.#open(this.#places.size < MAX_COUNTED ? number : REST);
  }

  #open(number: number): number {
    const place = this.#places.get(number) ?? this.#places.size;
    this.#places.set(number, place);
    return place;
  }
}

function linkName(number: number): string {
  return linkTypeName(number).replace(/ \(link type \d+\)$/, '');
}

function networkName(number: number): string {
  if (number < 16) return `ipv${number}`;
  const type = number - 16;
  if (type < 1536) return type === 0 ? 'unknown' : 'llc';
  return ETHER_TYPES[type] ?? `0x${type.toString(16).padStart(4, '0')}`;
}

/** Most bytes first. */
function sorted(amounts: [string, Amount][]): Record<string, Amount> {
  return Object.fromEntries(amounts.sort(([a, x], [b, y]) => y.bytes - x.bytes || (a < b ? -1 : 1)));
}
