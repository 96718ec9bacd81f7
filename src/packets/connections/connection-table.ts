import type { Connection, Inspector, ReportReason } from '../connection.ts';
import { type Dissected, PROBLEMS } from '../dissected.ts';
import type { Packet } from '../packet.ts';
import { AddressNames } from './address-names.ts';
import { ConnectionStore } from './connection-store.ts';
import { ConnectionView } from './connection-view.ts';
import { GONE, lifetimes, OVER, SHORT, tcpList } from './expiry.ts';
import { addLetter, addOnce, DATA_LETTER, FLIPPED } from './history.ts';
import { NONE, NodePool } from './node-pool.ts';
import { ICMP, ICMPV6, PacketKey, TCP } from './packet-key.ts';
import {
  BITS,
  CONN_BITS,
  END_AT,
  ID_AT,
  IP_BYTES_AT,
  LIST_SHIFT,
  ORIG,
  PACKETS,
  PAYLOAD_AT,
  type Page,
  POLL_SHIFT,
  PORTS,
  PROBLEMS_SEEN,
  QUEUED_AT,
  RESP,
  SIDE_STATUS,
  START_AT,
  TAG,
  TUNNEL_ID,
  TUNNEL_KINDS,
  VLAN,
} from './record-layout.ts';
import { FRESH, REORDERED_SEGMENT } from './sequence-space.ts';
import { isAnswer } from './server-ports.ts';
import { isAnother } from './succession.ts';
import type { TableObservation } from './table-observation.ts';
import {
  type ConnectionTableOptions,
  DEFAULT_INSPECTED_BYTES,
  DEFAULT_LIMIT,
  DEFAULT_NODES,
  DEFAULT_POLLS,
  DEFAULT_TIMEOUTS,
  MAX_POLLS,
} from './table-options.ts';
import { TcpAnalyzer } from './tcp-analyzer.ts';
import { ACK, SYN } from './tcp-flags.ts';
import { WindowDeltas } from './window-deltas.ts';

/**
 * A connection goes to the end of its list again after this time, microseconds: doing so for each packet would cost more
 * than all else that is done in the lists, and what expires may wait that long.
 */
const REQUEUE = 0.5e6;
/** Packets look after what has expired when this much time of the capture has passed, microseconds. */
const TICK = 1e6;
const UNREADABLE = PROBLEMS.truncated | PROBLEMS.badTransportLength;

/**
 * Packets to connections, in a memory of fixed bounds: nothing is allocated for a packet. Time is that of the packets.
 * Hooks must not call back into the table, and what they are shown holds until they return.
 */
export class ConnectionTable {
  /** Packets that belong to no connection: not IP, or cut before their addresses. */
  ignored = 0;
  /** Connections so far. */
  opened = 0;
  /** Connections that had to make room for others. */
  evicted = 0;
  /** Connections that had to make room before anybody could observe what they did last. */
  unobserved = 0;
  readonly #store: ConnectionStore;
  readonly #key: PacketKey;
  readonly #pool: NodePool;
  readonly #tcp: TcpAnalyzer;
  readonly #deltas: WindowDeltas;
  readonly #view: ConnectionView;
  readonly #inspector: Inspector | undefined;
  readonly #inspectedBytes: number;
  readonly #onConnection: ((connection: Connection, why: ReportReason) => void) | undefined;
  readonly #onObservation: ((observation: TableObservation) => void) | undefined;
  readonly #observed: boolean;
  readonly #lifetimes: Float64Array;
  readonly #reuse: number;
  readonly #polls: Float64Array;
  #now = 0;
  #ticked = Number.NaN;
  #last = NONE;

  constructor(options: ConnectionTableOptions = {}) {
    const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
    this.#lifetimes = lifetimes(timeouts);
    this.#reuse = timeouts.reuse * 1e6;
    this.#polls = Float64Array.from((options.polls ?? DEFAULT_POLLS).slice(0, MAX_POLLS), (seconds) => seconds * 1e6);
    this.#store = new ConnectionStore(Math.max(1, options.limit ?? DEFAULT_LIMIT), this.#polls.length);
    this.#key = new PacketKey(Math.random() * 2 ** 32, options.separateVlans ?? false);
    this.#pool = new NodePool(options.nodes ?? DEFAULT_NODES);
    this.#tcp = new TcpAnalyzer(this.#pool);
    this.#inspector = options.inspector;
    this.#inspectedBytes = options.inspectedBytes ?? DEFAULT_INSPECTED_BYTES;
    const names = new AddressNames();
    const { named = true } = options;
    this.#deltas = new WindowDeltas(this.#pool, named ? names : undefined, options.inspector, options.eventOf);
    this.#view = new ConnectionView(names, options.inspector, options.communityId);
    this.#onConnection = options.onConnection;
    this.#onObservation = options.onObservation;
    this.#observed = options.observed ?? true;
  }

  /** Connections that are open or only just closed. */
  get size(): number {
    return this.#store.size;
  }

  /** Segments, holes and samples that are kept, and how many could not be for lack of room. */
  get nodes(): number {
    return this.#pool.used;
  }

  get nodesRefused(): number {
    return this.#pool.refused;
  }

  /** The connection of the packet that was added last; undefined when it had none. Reused. */
  get last(): Connection | undefined {
    return this.#last === NONE ? undefined : this.#show(this.#last);
  }

  /** The connection in the slot that an inspector was just given, by `payload` or `close`. Reused. */
  shown(slot: number): Connection {
    return this.#show(slot);
  }

  add(packet: Packet, d: Dissected): void {
    if (!Number.isNaN(packet.time)) this.#now = packet.time;
    const time = this.#now;
    if (!(Math.abs(time - this.#ticked) < TICK)) this.tick(time);
    if (d.family === 0 || d.src < 0 || d.dst < 0) {
      this.ignored++;
      this.#last = NONE;
      return;
    }
    const store = this.#store;
    const key = this.#key;
    key.read(packet, d);
    let slot = store.find(key);
    if (slot !== NONE) {
      const { fromOrig } = store;
      if (isAnother(store.page(slot), store.at(slot), fromOrig, d, time, this.#lifetimes, this.#reuse)) {
        this.#leave(slot, this.#isOver(slot) ? 'closed' : 'expired');
        slot = NONE;
      }
    }
    if (slot === NONE) slot = this.#open(d, time);
    this.#last = slot;
    const page = store.page(slot);
    const at = store.at(slot);
    this.#count(page, at, slot, d, time);
    if (d.proto === TCP) this.#addTcp(packet, page, at, slot, d, time);
    else this.#addDatagram(packet, page, at, slot, d, time);
  }

  /** Lets go what has expired, and reports what is open for long. `add` calls it too, so that files need no clock. */
  tick(time: number): void {
    const store = this.#store;
    this.#now = this.#ticked = time;
    for (let list = SHORT; list <= OVER; list++) {
      const lifetime = this.#lifetimes[list];
      for (let slot = store.expiry.head(list); slot !== NONE; slot = store.expiry.head(list)) {
        // A clock that was set back by more than a lifetime makes a connection as old as one set forward.
        if (Math.abs(time - store.page(slot).doubles[(store.at(slot) + END_AT) >> 1]) <= lifetime) break;
        this.#leave(slot, list === OVER ? 'closed' : 'expired');
      }
    }
    for (let level = this.#polls.length - 1; level >= 0; level--) this.#poll(level, time);
  }

  /**
   * Reports all that are left; what they did can still be observed.
   * @param most reports of this call. @returns whether there are more.
   */
  finish(most = Number.POSITIVE_INFINITY): boolean {
    const { expiry } = this.#store;
    let left = most;
    for (let list = SHORT; list <= OVER; list++)
      for (let slot = expiry.head(list); slot !== NONE; slot = expiry.head(list)) {
        if (left-- <= 0) return true;
        this.#leave(slot, list === OVER ? 'closed' : 'end');
      }
    this.#last = NONE;
    return false;
  }

  /**
   * Tells of every connection with a packet since the last call what happened since then.
   * @param most connections told of by this call. @returns whether there are more.
   */
  observe(sink: (observation: TableObservation) => void, most = Number.POSITIVE_INFINITY): boolean {
    const { active } = this.#store;
    let left = most;
    for (let slot = active.head(0); slot !== NONE; slot = active.head(0)) {
      if (left-- <= 0) return true;
      active.remove(0, slot);
      const page = this.#store.page(slot);
      const at = this.#store.at(slot);
      page.ints[at + BITS] &= ~CONN_BITS.active;
      sink(this.#deltas.take(page, at, slot));
      if ((page.ints[at + BITS] & CONN_BITS.gone) === 0) continue;
      this.#store.expiry.remove(GONE, slot);
      this.#release(slot);
    }
    return false;
  }

  #count(page: Page, at: number, slot: number, d: Dissected, time: number): void {
    const { ints, doubles } = page;
    const side = at + (this.#store.fromOrig ? ORIG : RESP);
    ints[side + PACKETS]++;
    doubles[(side + IP_BYTES_AT) >> 1] += d.ipLength;
    if (time > doubles[(at + END_AT) >> 1]) doubles[(at + END_AT) >> 1] = time;
    ints[at + PROBLEMS_SEEN] |= d.problems;
    if (!this.#observed || (ints[at + BITS] & CONN_BITS.active) !== 0) return;
    ints[at + BITS] |= CONN_BITS.active;
    this.#store.active.append(0, slot);
  }

  #addTcp(packet: Packet, page: Page, at: number, slot: number, d: Dissected, time: number): void {
    const { ints } = page;
    const { fromOrig } = this.#store;
    // Of later fragments, and of headers that were cut early, nothing is known.
    if (d.fragment !== 2 && (d.flags !== 0 || (d.problems & UNREADABLE) === 0)) {
      const tcp = this.#tcp;
      ints[at + (fromOrig ? ORIG : RESP) + SIDE_STATUS] |= d.flags & 0xff;
      tcp.segment(page, at, fromOrig, d, time);
      if (this.#observed && tcp.sample >= 0) this.#deltas.sample(ints, at, tcp.sample);
      if (this.#inspector !== undefined && d.payloadCaptured > 0)
        if (tcp.verdict === FRESH || tcp.verdict === REORDERED_SEGMENT) this.#inspect(packet, page, at, slot, d, time);
    }
    this.#queue(page, at, slot, tcpList(page, at), time);
  }

  #addDatagram(packet: Packet, page: Page, at: number, slot: number, d: Dissected, time: number): void {
    const { ints, doubles, bytes } = page;
    const { fromOrig } = this.#store;
    const side = at + (fromOrig ? ORIG : RESP);
    doubles[(side + PAYLOAD_AT) >> 1] += d.payloadLength;
    addOnce(ints, bytes, at, side, DATA_LETTER, fromOrig);
    if (this.#inspector !== undefined && d.payloadCaptured > 0 && d.fragment !== 2)
      this.#inspect(packet, page, at, slot, d, time);
    this.#queue(page, at, slot, SHORT, time);
  }

  #inspect(packet: Packet, page: Page, at: number, slot: number, d: Dissected, time: number): void {
    const { ints, doubles } = page;
    const { fromOrig } = this.#store;
    const bit = fromOrig ? CONN_BITS.inspectedOrig : CONN_BITS.inspectedResp;
    if ((ints[at + BITS] & bit) !== 0) return;
    const port = ints[at + PORTS] & 0xffff;
    const end = d.payload + d.payloadCaptured;
    const more = this.#inspector?.payload(slot, d.proto, port, fromOrig, packet.bytes, d.payload, end, time);
    const seen = doubles[(at + (fromOrig ? ORIG : RESP) + PAYLOAD_AT) >> 1];
    if (!more || (d.proto === TCP && seen > this.#inspectedBytes)) ints[at + BITS] |= bit;
  }

  #isOver(slot: number): boolean {
    return ((this.#store.page(slot).ints[this.#store.at(slot) + BITS] >> LIST_SHIFT) & 3) === OVER;
  }

  #open(d: Dissected, time: number): number {
    const store = this.#store;
    const key = this.#key;
    let slot = store.acquire();
    if (slot === NONE) {
      this.#makeRoom();
      slot = store.acquire();
    }
    const fromOrig = this.#isOriginator(d);
    store.insert(slot, key, fromOrig);
    store.fromOrig = fromOrig;
    const page = store.page(slot);
    const at = store.at(slot);
    const { ints, doubles } = page;
    doubles[(at + ID_AT) >> 1] = ++this.opened;
    doubles[(at + START_AT) >> 1] = doubles[(at + END_AT) >> 1] = time;
    ints[at + VLAN] = d.vlan;
    ints[at + TUNNEL_KINDS] = d.tunnels;
    ints[at + TUNNEL_ID] = d.tunnelId;
    ints[at + BITS] = key.oneWay ? CONN_BITS.oneWay : 0;
    this.#deltas.begin(ints, at);
    if (d.proto === TCP) this.#tcp.begin(page, at);
    if (!fromOrig) {
      ints[at + BITS] |= CONN_BITS.flipped;
      addLetter(page.bytes, at, FLIPPED, false);
    }
    store.expiry.append(SHORT, slot);
    doubles[(at + QUEUED_AT) >> 1] = time;
    if (this.#polls.length > 0) store.polls.append(0, slot);
    return slot;
  }

  /** Whether the sender of the first packet began the connection. */
  #isOriginator(d: Dissected): boolean {
    const key = this.#key;
    if (d.proto === TCP && (d.flags & SYN) !== 0) return (d.flags & ACK) === 0;
    if (d.proto === ICMP || d.proto === ICMPV6) return !key.reply;
    return !isAnswer(key.srcPort, key.dstPort);
  }

  #queue({ ints, doubles }: Page, at: number, slot: number, list: number, time: number): void {
    const from = (ints[at + BITS] >> LIST_SHIFT) & 3;
    if (from === list && Math.abs(time - doubles[(at + QUEUED_AT) >> 1]) < REQUEUE) return;
    doubles[(at + QUEUED_AT) >> 1] = time;
    this.#store.expiry.move(from, list, slot);
    if (from !== list) ints[at + BITS] ^= (from ^ list) << LIST_SHIFT;
  }

  #poll(level: number, time: number): void {
    const store = this.#store;
    const { polls } = store;
    for (let slot = polls.head(level); slot !== NONE; slot = polls.head(level)) {
      const page = store.page(slot);
      const at = store.at(slot);
      if (!(time - page.doubles[(at + START_AT) >> 1] >= this.#polls[level])) return;
      polls.remove(level, slot);
      page.ints[at + BITS] += 1 << POLL_SHIFT;
      if (level + 1 < this.#polls.length) polls.append(level + 1, slot);
      if (!this.#isOver(slot)) this.#onConnection?.(this.#show(slot), 'poll');
    }
  }

  /** Ends a connection; it stays as long as it has something to be observed. */
  #leave(slot: number, why: ReportReason): void {
    const store = this.#store;
    const page = store.page(slot);
    const at = store.at(slot);
    const { ints } = page;
    store.remove(slot);
    const level = (ints[at + BITS] >> POLL_SHIFT) & 15;
    if (level < this.#polls.length) store.polls.remove(level, slot);
    this.#onConnection?.(this.#show(slot), why);
    if ((ints[at + TAG] & 0xff) === TCP) this.#tcp.end(page, at);
    if ((ints[at + BITS] & CONN_BITS.active) !== 0) {
      this.#queue(page, at, slot, GONE, this.#now);
      ints[at + BITS] |= CONN_BITS.gone;
      return;
    }
    store.expiry.remove((ints[at + BITS] >> LIST_SHIFT) & 3, slot);
    this.#release(slot);
  }

  #release(slot: number): void {
    const page = this.#store.page(slot);
    this.#inspector?.close(slot);
    this.#deltas.end(page.ints, this.#store.at(slot));
    this.#store.release(slot);
    if (slot === this.#last) this.#last = NONE;
  }

  /** Frees a slot: of one that has left already, or of the one that was silent for longest. */
  #makeRoom(): void {
    const store = this.#store;
    if (store.expiry.head(GONE) === NONE) {
      this.evicted++;
      this.#leave(store.oldest(), 'evicted');
    }
    const gone = store.expiry.head(GONE);
    if (gone === NONE) return;
    const page = store.page(gone);
    const at = store.at(gone);
    if (this.#onObservation) this.#onObservation(this.#deltas.take(page, at, gone));
    else this.unobserved++;
    store.active.remove(0, gone);
    store.expiry.remove(GONE, gone);
    this.#release(gone);
  }

  #show(slot: number): Connection {
    return this.#view.show(this.#store.page(slot), this.#store.at(slot), slot);
  }
}
