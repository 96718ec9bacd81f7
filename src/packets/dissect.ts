import { type Cursor, isIp, NEXT, newCursor, startAt } from './dissect-cursor.ts';
import { ip } from './dissect-ip.ts';
import { passLinks } from './dissect-link.ts';
import { type Dissect, type Dissected, PROBLEMS } from './dissected.ts';
import { FragmentTable } from './fragment-table.ts';
import { firstLayer, linkTypeName } from './link-types.ts';
import type { OnProblem, Packet } from './packet.ts';

/** Tunnels and link layers in one another at most. */
const MAX_STEPS = 8;

/** A {@link Dissected} of nothing. */
export function newDissected(): Dissected {
  const into = {
    family: 0,
    etherType: 0,
    src: -1,
    dst: -1,
    proto: 0,
    ttl: 0,
    tos: 0,
    ipLength: 0,
    fragment: 0,
    srcPort: 0,
    dstPort: 0,
    payload: -1,
    payloadLength: 0,
    payloadCaptured: 0,
    // Numbers beyond 31 bits are kept in place only in fields that were never whole and small (they would take memory).
    seq: 0.5,
    ack: 0.5,
    flags: 0,
    window: 0,
    mss: -1,
    windowScale: -1,
    tsVal: 0.5,
    tsEcr: 0.5,
    icmpId: 0,
    sackPermitted: false,
    vlan: 0,
    innerVlan: 0,
    mplsLabel: 0,
    tunnelId: 0.5,
    tunnels: 0,
    srcMac: -1,
    dstMac: -1,
    problems: 0,
  };
  clear(into);
  return into;
}

/** Takes packets apart one by one, without memory of those before: later fragments stay without ports. */
export const dissect: Dissect = (packet, into) => {
  take(scratch, packet, firstLayer(packet.linkType), into, undefined);
};

const scratch = newCursor();

/** Takes the packets of a capture apart, in order: later fragments have the ports of the first one. */
export class Dissector {
  readonly #onProblem: OnProblem;
  readonly #fragments = new FragmentTable();
  readonly #cursor = newCursor();
  readonly #refused = new Set<number>();
  #linkType = -1;
  #first: number = NEXT.none;
  /** Packets of link types that are not understood. */
  refused = 0;

  /** @param onProblem is told once of each link type that is not understood. */
  constructor(onProblem: OnProblem = () => undefined) {
    this.#onProblem = onProblem;
  }

  /** See {@link Dissect}. */
  dissect(packet: Packet, into: Dissected): void {
    if (packet.linkType !== this.#linkType) {
      this.#linkType = packet.linkType;
      this.#first = firstLayer(packet.linkType);
    }
    if (this.#first === NEXT.none) this.#refuse(packet.linkType);
    take(this.#cursor, packet, this.#first, into, this.#fragments);
  }

  #refuse(linkType: number): void {
    this.refused++;
    if (this.#refused.has(linkType)) return;
    this.#refused.add(linkType);
    this.#onProblem(`Its packets of ${linkTypeName(linkType)} are left out: that link layer is not understood.`);
  }
}

function take(c: Cursor, packet: Packet, first: number, into: Dissected, fragments: FragmentTable | undefined): void {
  clear(into);
  startAt(c, packet, first);
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    passLinks(c);
    if (c.type === NEXT.cut) {
      if (!c.guessed) into.problems |= PROBLEMS.truncated;
      break;
    }
    if (!isIp(c.type)) break;
    ip(c, into, fragments);
  }
  if (into.family === 0) withoutIp(c, into);
}

/** What was found on the way tells something even where there is no IP packet at its end. */
function withoutIp(c: Cursor, into: Dissected): void {
  if (into.etherType === 0) into.etherType = c.type > 0 ? c.type : c.other;
  into.srcMac = c.srcMac;
  into.dstMac = c.dstMac;
  into.vlan = c.vlan;
  into.innerVlan = c.innerVlan;
  into.mplsLabel = c.mplsLabel;
  into.tunnels = c.tunnels;
  into.tunnelId = c.tunnelId;
}

function clear(into: Dissected): void {
  into.family = 0;
  into.etherType = 0;
  into.src = -1;
  into.dst = -1;
  into.proto = 0;
  into.ttl = 0;
  into.tos = 0;
  into.ipLength = 0;
  into.fragment = 0;
  into.srcPort = 0;
  into.dstPort = 0;
  into.payload = -1;
  into.payloadLength = 0;
  into.payloadCaptured = 0;
  into.seq = 0;
  into.ack = 0;
  into.flags = 0;
  into.window = 0;
  into.mss = -1;
  into.windowScale = -1;
  into.tsVal = -1;
  into.tsEcr = -1;
  into.icmpId = 0;
  into.sackPermitted = false;
  into.vlan = 0;
  into.innerVlan = 0;
  into.mplsLabel = 0;
  into.tunnelId = 0;
  into.tunnels = 0;
  into.srcMac = -1;
  into.dstMac = -1;
  into.problems = 0;
}
