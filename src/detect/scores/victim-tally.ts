import type { Observation } from '../../model/window.ts';
import { ACK, SYN, TCP, UDP } from '../detectors/tcp-flags.ts';
import { AddressScatter } from './entropy.ts';

/** Sources that are held by name; more are estimated. */
const FEW = 32;
/** Who answers less than a tenth of the packets does not take part in them. */
const ANSWERED = 0.1;

/** Services that answer a small question with much, by the UDP port that they answer from (CERT TA14-017A). */
export const REFLECTORS: ReadonlyMap<number, string> = new Map([
  [17, 'QOTD'],
  [19, 'Chargen'],
  [53, 'DNS'],
  [111, 'Portmap'],
  [123, 'NTP'],
  [161, 'SNMP'],
  [389, 'CLDAP'],
  [1900, 'SSDP'],
  [11211, 'Memcached'],
]);

/** What one address was sent within one window, as far as it did not ask for it. */
export class VictimTally {
  /** Packets and bytes of those who began the connections, where the victim hardly answers. */
  packets = 0;
  bytes = 0;
  /** Connections begun; SYNs, and those of them that were answered by a SYN/ACK. */
  flows = 0;
  syns = 0;
  answered = 0;
  /** From the ports of services that amplify. */
  reflectedPackets = 0;
  reflectedBytes = 0;
  reflector = '';
  /** Packets of the flood from sources inside. */
  inside = 0;
  /** The first source, and the port that it sent to. */
  source = '';
  port = 0;
  #few: Set<string> | undefined;
  #scatter: AddressScatter | undefined;
  #reflectors: AddressScatter | undefined;
  readonly evidence: string[] = [];

  add(o: Observation, fromInside: boolean): void {
    if (o.first) this.flows++;
    if (o.proto === TCP && o.first) this.#countSyn(o);
    if (o.dstPackets < ANSWERED * o.srcPackets || o.dstPackets === 0) {
      this.packets += o.srcPackets;
      this.bytes += o.srcBytes;
      if (fromInside) this.inside += o.srcPackets;
      if (o.proto === UDP) this.#countReflected(o);
    }
    this.#countSource(o);
  }

  /** Distinct sources, about. */
  get sources(): number {
    return this.#scatter?.distinct ?? this.#few?.size ?? (this.source === '' ? 0 : 1);
  }

  /** How evenly they send, 0 to 1; 0 for few. */
  get evenness(): number {
    return this.#scatter?.evenness ?? 0;
  }

  get reflectors(): number {
    return this.#reflectors?.distinct ?? 0;
  }

  #countSyn(o: Observation): void {
    // A SYN/ACK without a SYN before it is the echo of an attack on somebody else.
    if (o.tcpFlags !== 0 && ((o.tcpFlags & SYN) === 0 || isEcho(o))) return;
    const silent = o.dstPackets === 0 || o.state === 'REJ' || o.state === 'RSTOS0';
    this.syns += silent ? Math.max(1, o.srcPackets) : 1;
    if (!silent) this.answered++;
  }

  #countSource(o: Observation): void {
    if (this.source === '') {
      this.source = o.src;
      this.port = o.dstPort;
    } else if (this.#scatter) this.#scatter.add(o.src, o.srcPackets);
    else if (o.src !== this.source) {
      this.#few ??= new Set([this.source]);
      this.#few.add(o.src);
      if (this.#few.size <= FEW) return;
      this.#scatter = new AddressScatter();
      for (const source of this.#few) this.#scatter.add(source);
      this.#few = undefined;
    }
  }

  #countReflected(o: Observation): void {
    const name = REFLECTORS.get(o.srcPort);
    if (name === undefined) return;
    this.reflectedPackets += o.srcPackets;
    this.reflectedBytes += o.srcBytes;
    this.reflector = name;
    this.#reflectors ??= new AddressScatter();
    this.#reflectors.add(o.src);
  }
}

function isEcho(o: Observation): boolean {
  return o.dstPackets === 0 && (o.tcpFlags & ACK) !== 0;
}
