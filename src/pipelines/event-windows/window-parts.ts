import { EntityMap } from '../../detect/detectors/entity-map.ts';
import type { DnsQuery } from '../../model/dns-query.ts';
import type { Observation } from '../../model/window.ts';
import { ConnectionPart } from './connection-part.ts';
import type { EventRecord } from './event-record.ts';
import { OpenConnections } from './open-connections.ts';
import { shareOf } from './spread.ts';

export interface PartsSink {
  /** Reused: it holds until the call returns. */
  observe(observation: Observation): void;
  query(query: DnsQuery): void;
}

/** What a connection was asked for by name, from a record of its own. */
interface Name {
  readonly uid: string;
  readonly service: string;
  readonly domain: string;
}

const NAMES = 65_536;
const NAME_LIFETIME = 3600e6;
/** Records of flows shorter than this are whole connections: they are not gone on with. */
const SHORT = 1e6;
/** Answers that come so shortly before the end of a window may go on in the next one. */
const BORDER = 2e6;
/** Names told by broadcast, not asked of a server: NetBIOS, mDNS, LLMNR. */
const LOCAL_PORTS: ReadonlySet<number> = new Set([137, 138, 5353, 5355]);
const NOTHING = new Float64Array(0);
/** Connections given between two pauses. */
const SLICE = 250;

/** The records of one window, put together by connection, and given as observations at its end. */
export class WindowParts {
  readonly #sink: PartsSink;
  readonly #open = new OpenConnections();
  readonly #names = new EntityMap<Name>({ capacity: NAMES, lifetime: NAME_LIFETIME });
  #parts = new Map<string, ConnectionPart[]>();
  readonly #there = { bytes: 0, packets: 0 };
  readonly #back = { bytes: 0, packets: 0 };
  readonly #observation: Observation = {
    at: 0,
    src: '',
    dst: '',
    srcPort: 0,
    dstPort: 0,
    proto: 0,
    start: 0,
    first: false,
    srcBytes: 0,
    dstBytes: 0,
    srcPackets: 0,
    dstPackets: 0,
    state: '',
    tcpFlags: 0,
    dataSegments: 0,
    retransmitted: 0,
    srcRetransmitted: 0,
    reordered: 0,
    duplicateAcks: 0,
    missedBytes: 0,
    rtts: NOTHING,
    rttCount: 0,
    service: '',
    domain: '',
    problems: 0,
    event: '',
  };
  readonly #query: DnsQuery = {
    at: 0,
    client: '',
    server: '',
    name: '',
    type: '',
    code: '',
    questionBytes: 0,
    answerBytes: 0,
    event: '',
  };

  constructor(sink: PartsSink) {
    this.#sink = sink;
  }

  /** Remembers the name, also for the record of a window before its own. */
  foresee({ kind, key, uid, service, domain, from }: EventRecord): void {
    if (kind === 'name' && domain !== '') this.#names.set(key, from, { uid, service, domain });
  }

  /**
   * Takes what the record has until `end`, the end of the window, of what was not taken before; or `all` there is.
   * @returns whether that was the rest of it.
   */
  take(r: EventRecord, end: number, all = false): boolean {
    if (r.kind === 'question' || r.kind === 'name') {
      if (r.kind === 'question') this.#ask(r);
      this.#part(r).name(r);
      r.told = true;
      return true;
    }
    const until = all ? Number.POSITIVE_INFINITY : end;
    this.#there.bytes = shareOf(r, r.srcBytes, r.srcPackets, r.counted, until);
    this.#there.packets = shareOf(r, r.srcPackets, r.srcPackets, r.counted, until);
    this.#back.bytes = shareOf(r, r.dstBytes, r.dstPackets, r.counted, until);
    this.#back.packets = shareOf(r, r.dstPackets, r.dstPackets, r.counted, until);
    r.counted = until;
    const over = r.to <= until;
    // Where by its rate it sent no packet, it was silent.
    const some = this.#there.packets + this.#back.packets + this.#there.bytes + this.#back.bytes > 0;
    if (some || !r.told || over) this.#part(r).count(r, this.#there, this.#back, Math.min(r.to, end - 1));
    r.told = true;
    return over;
  }

  /** Gives what was taken, and begins anew. Pauses now and then. */
  *give(end: number): Generator<void> {
    const parts = this.#parts;
    this.#parts = new Map();
    let given = 0;
    for (const alike of parts.values()) {
      for (const part of alike) this.#observe(part, end);
      if (++given % SLICE === 0) yield;
    }
    this.#open.expire(end);
    this.#names.expire(end);
  }

  #part(r: EventRecord): ConnectionPart {
    const alike = this.#parts.get(r.key);
    if (!alike) {
      const part = new ConnectionPart(r);
      this.#parts.set(r.key, [part]);
      return part;
    }
    let part = alike.find((each) => each.fits(r));
    if (!part) {
      part = new ConnectionPart(r);
      alike.push(part);
    }
    return part;
  }

  #observe(part: ConnectionPart, end: number): void {
    const o = this.#observation;
    const named = this.#names.get(part.key, part.at);
    const name = named && (named.uid === '' || part.uid === '' || named.uid === part.uid) ? named : undefined;
    const turned = this.#settle(part, end);
    const { state, flags } = part.outcome(turned);
    const there = part.direction(turned ? 'back' : 'there');
    const back = part.direction(turned ? 'there' : 'back');
    o.at = part.at;
    o.src = turned ? part.dst : part.src;
    o.dst = turned ? part.src : part.dst;
    o.srcPort = turned ? part.dstPort : part.srcPort;
    o.dstPort = turned ? part.srcPort : part.dstPort;
    o.proto = part.proto;
    o.srcBytes = there.bytes;
    o.srcPackets = there.packets;
    o.dstBytes = back.bytes;
    o.dstPackets = back.packets;
    o.state = state;
    o.tcpFlags = flags;
    o.service = part.service || (name?.service ?? '');
    o.domain = part.domain || (name?.domain ?? '');
    o.event = part.event;
    this.#sink.observe(o);
  }

  /** Says when the connection began and whether that is here, and who began it: true for the destination. */
  #settle(part: ConnectionPart, end: number): boolean {
    const o = this.#observation;
    const { key, uid, proto, start } = part;
    const here = part.isTurned(undefined);
    const flags = part.outcome(here).flags;
    const open = this.#open.before({ key, uid, proto, start, flags });
    const turned = open ? part.isTurned(open.origin) : here;
    o.first = (part.begins || !part.counted) && open === undefined;
    o.start = Math.min(start, open && (uid === '' || !part.counted) ? open.start : start);
    const long = part.end - start >= SHORT || part.end >= end - BORDER;
    if (open || !part.counted || part.sampled || long) {
      const origin = turned ? `${part.dst} ${part.dstPort}` : `${part.src} ${part.srcPort}`;
      this.#open.see({ key, uid, origin, proto, start, end: part.end, flags }, open);
    }
    return turned;
  }

  #ask(r: EventRecord): void {
    if (r.domain === '' || LOCAL_PORTS.has(r.dstPort)) return;
    const query = this.#query;
    query.at = r.from;
    query.client = r.src;
    query.server = r.dst;
    query.name = r.domain;
    query.type = r.questionType;
    query.code = r.state;
    query.event = r.id;
    this.#sink.query(query);
  }
}
