import { ACK, FIN, PSH, SYN, TCP, UDP, URG } from '../../detect/detectors/tcp-flags.ts';
import { isAnswer } from '../../packets/connections/server-ports.ts';
import type { EventRecord } from './event-record.ts';
import { stateOfFlags, stateOfUnion } from './tcp-states.ts';

/** One direction of a connection in one window. */
export interface Direction {
  bytes: number;
  packets: number;
}

/** What one place of observation told of a connection in one window: `there` is from `src` to `dst`. */
interface Point {
  readonly name: string;
  readonly uid: string;
  readonly there: Direction;
  readonly back: Direction;
}

/** Who began the connection, as far as records tell: not at all, or who it is. */
type Origin = '' | 'src' | 'dst';

/** Flags that no TCP sends alone: what they tell needs no answer to be seen. */
const IMPOSSIBLE: ReadonlySet<number> = new Set([FIN, FIN | PSH | URG, SYN | FIN]);

/**
 * One connection in one window, put together from its records: the two directions of flows, and the same packets as
 * several places saw them. Each direction counts as the place that counted most of its packets has it, so that neither
 * routers in a row, nor a router that exports what comes in and what goes out, nor a sensor beside it, count twice.
 */
export class ConnectionPart {
  readonly key: string;
  readonly src: string;
  readonly dst: string;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly proto: number;
  readonly #points: Point[] = [];
  #origin: Origin = '';
  #thereFlags = 0;
  #backFlags = 0;
  #thereStart = Number.POSITIVE_INFINITY;
  #backStart = Number.POSITIVE_INFINITY;
  #sampled = false;
  /** From a record that has it; empty otherwise. */
  #state = '';
  #flags = 0;
  #union: { readonly flags: number; readonly sent: number; readonly answered: number } | undefined;
  uid = '';
  service = '';
  domain = '';
  /** Id of the event that counts it; of one that names it when there is none. */
  event = '';
  /** Whether a record counts it, not only names it. */
  counted = false;
  /** A record that counts it is in a window for the first time. */
  begins = false;
  start = Number.POSITIVE_INFINITY;
  end = 0;
  at = 0;

  constructor({ key, src, dst, srcPort, dstPort, proto }: EventRecord) {
    this.key = key;
    this.src = src;
    this.dst = dst;
    this.srcPort = srcPort;
    this.dstPort = dstPort;
    this.proto = proto;
  }

  get sampled(): boolean {
    return this.#sampled;
  }

  /** Whether the record may be of this connection: the same place does not give two names to one. */
  fits(record: EventRecord): boolean {
    if (record.uid === '' || record.uid === this.uid) return true;
    return !this.#points.some(({ name, uid }) => name === record.point && uid !== record.uid);
  }

  /** Adds what a record that counts has in this window. @param at the last activity in it */
  count(r: EventRecord, there: Direction, back: Direction, at: number): void {
    const same = this.#same(r);
    const point = this.#point(r);
    add(same ? point.there : point.back, there);
    add(same ? point.back : point.there, back);
    if (!this.counted) this.event = r.id;
    this.counted = true;
    if (!r.told) this.begins = true;
    if (r.start < this.start) this.start = r.start;
    if (r.to > this.end) this.end = r.to;
    if (at > this.at) this.at = at;
    this.#describe(r);
    if (r.kind === 'conn') this.#takeConnection(r, same);
    else this.#takeFlow(r, same);
  }

  /** Adds what a record that names it tells. */
  name(r: EventRecord): void {
    this.#point(r);
    if (r.kind === 'name') this.#describe(r);
    else this.service = 'dns';
    if (this.uid === '') this.uid = r.uid;
    if (this.event === '') this.event = r.id;
    if (this.#origin === '') this.#origin = this.#same(r) ? 'src' : 'dst';
    if (!this.counted && r.start < this.start) this.start = r.start;
    if (r.start > this.end) this.end = r.start;
    if (r.from > this.at) this.at = r.from;
  }

  /** Whether `dst` began it. @param origin address and port of who did, where that is known from before */
  isTurned(origin: string | undefined): boolean {
    if (this.#origin !== '') return this.#origin === 'dst';
    if (origin !== undefined) return origin !== `${this.src} ${this.srcPort}`;
    if (isAnswer(this.srcPort, this.dstPort)) return true;
    if (isAnswer(this.dstPort, this.srcPort)) return false;
    return this.#backStart < this.#thereStart;
  }

  /** From `src` to `dst`, or back; as the place that counted most packets has it. */
  direction(which: 'there' | 'back'): Direction {
    let best = this.#points[0]?.[which] ?? NONE;
    for (let i = 1; i < this.#points.length; i++) {
      const other = this.#points[i][which];
      if (other.packets > best.packets || (other.packets === best.packets && other.bytes > best.bytes)) best = other;
    }
    return best;
  }

  /**
   * Zeek's `conn_state` and the flags of the originator, as far as they are known.
   * @param turned whether that is `dst`
   */
  outcome(turned: boolean): { readonly state: string; readonly flags: number } {
    if (this.#state !== '' || this.#flags !== 0) return { state: this.#state, flags: this.#flags };
    const answered = this.direction(turned ? 'there' : 'back').packets > 0;
    if (this.#sampled) return UNKNOWN;
    if (this.proto !== TCP) return { state: answered && this.proto === UDP ? 'SF' : '', flags: 0 };
    if (this.#union)
      return { state: stateOfUnion(this.#union.flags, this.#union.sent, this.#union.answered), flags: 0 };
    const orig = turned ? this.#backFlags : this.#thereFlags;
    const resp = turned ? this.#thereFlags : this.#backFlags;
    const state = stateOfFlags(orig, resp);
    // An ACK without an answer is the end of a connection whose other direction goes elsewhere far more often than a probe.
    const tells = (orig & SYN) !== 0 || answered || IMPOSSIBLE.has(orig);
    return { state, flags: tells ? orig : 0 };
  }

  #same(r: EventRecord): boolean {
    return r.src === this.src && r.srcPort === this.srcPort && r.dst === this.dst;
  }

  #point(r: EventRecord): Point {
    let point = this.#points.find(({ name }) => name === r.point);
    if (!point) {
      const none = () => ({ bytes: 0, packets: 0 });
      point = { name: r.point, uid: r.uid, there: none(), back: none() };
      this.#points.push(point);
    }
    return point;
  }

  #describe(r: EventRecord): void {
    if (this.uid === '') this.uid = r.uid;
    if (r.service !== '' && this.service === '') this.service = r.service;
    if (r.domain !== '') this.domain = r.domain;
  }

  #takeConnection(r: EventRecord, same: boolean): void {
    this.#origin = same ? 'src' : 'dst';
    this.#state = r.state;
    this.#flags = r.flags;
  }

  #takeFlow(r: EventRecord, same: boolean): void {
    if (r.sampled) this.#sampled = true;
    if (r.dstPackets > 0) {
      this.#origin ||= same ? 'src' : 'dst';
      this.#union = { flags: r.flags, sent: r.srcPackets, answered: r.dstPackets };
      return;
    }
    if (r.proto === TCP && (r.flags & (SYN | ACK)) === SYN) this.#origin ||= same ? 'src' : 'dst';
    if (same) {
      this.#thereFlags |= r.flags;
      this.#thereStart = Math.min(this.#thereStart, r.start);
    } else {
      this.#backFlags |= r.flags;
      this.#backStart = Math.min(this.#backStart, r.start);
    }
  }
}

const NONE: Direction = { bytes: 0, packets: 0 };
const UNKNOWN = { state: '', flags: 0 };

function add(to: Direction, { bytes, packets }: Direction): void {
  to.bytes += bytes;
  to.packets += packets;
}
