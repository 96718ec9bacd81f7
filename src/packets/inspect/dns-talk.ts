import { asQuery, type DnsMessage, type DnsParts, putAnswer } from './dns-message.ts';
import { netbiosName } from './dns-name.ts';
import type { Attrs, Session, Talk } from './talk.ts';

/** Queries of one connection that wait for their answer; the oldest is given up when there are more. */
const MAX_WAITING = 64;
const NXDOMAIN = 3;

export type OnDns = (slot: number, query: DnsMessage) => void;

const PROTOCOLS: ReadonlyMap<number, DnsMessage['protocol']> = new Map([
  [137, 'nbns'],
  [5353, 'mdns'],
  [5355, 'llmnr'],
]);

/** What the messages of one connection are called, by the port of the side that answers. */
export function dnsProtocol(port: number): DnsMessage['protocol'] {
  return PROTOCOLS.get(port) ?? 'dns';
}

/** The queries and answers of one connection. */
export class DnsTalk implements Session {
  readonly #slot: number;
  readonly #protocol: DnsMessage['protocol'];
  readonly #onDns: OnDns | undefined;
  readonly #waiting: DnsMessage[] = [];
  #first: DnsMessage | undefined;
  /** Of the first answer that has its query. */
  #rtt = Number.NaN;
  #queries = 0;
  #answers = 0;
  #nxdomain = 0;
  #changed = false;

  constructor(slot: number, protocol: DnsMessage['protocol'], onDns: OnDns | undefined) {
    this.#slot = slot;
    this.#protocol = protocol;
    this.#onDns = onDns;
  }

  add(talk: Talk, parts: DnsParts, time: number): void {
    this.#changed = true;
    if (parts.response) this.#answer(parts, time);
    else this.#query(parts, time);
    if (this.#first) talk.domain = this.#first.query;
  }

  /** Tells what is still waiting: nobody answered it. */
  end(): void {
    for (const message of this.#waiting) this.#onDns?.(this.#slot, message);
    this.#waiting.length = 0;
  }

  /** The first query, under Zeek's names; the counters are of all. */
  tell(talk: Talk): void {
    const first = this.#first;
    if (!first || !this.#changed) return;
    this.#changed = false;
    const attrs: Attrs = {
      query: first.query,
      qtype: first.qtype,
      qtype_name: first.qtypeName,
      qclass: first.qclass,
      qclass_name: first.qclassName,
      dns_queries: this.#queries,
      dns_answers: this.#answers,
    };
    if (first.rcode >= 0) {
      attrs.rcode = first.rcode;
      attrs.rcode_name = first.rcodeName;
      attrs.answers = first.answers;
      attrs.TTLs = first.ttls;
    }
    if (this.#nxdomain > 0) attrs.dns_nxdomain = this.#nxdomain;
    if (!Number.isNaN(this.#rtt)) attrs.dns_rtt = this.#rtt;
    talk.attrs = attrs;
  }

  #query(parts: DnsParts, time: number): void {
    this.#queries++;
    const again = this.#find(parts);
    if (again) {
      again.sent++;
      return;
    }
    const message = this.#message(parts, time);
    // Nobody has to answer in mDNS, and answers come without their question.
    if (this.#protocol === 'mdns') this.#onDns?.(this.#slot, message);
    else this.#waiting.push(message);
    if (this.#waiting.length > MAX_WAITING) {
      const oldest = this.#waiting.shift();
      if (oldest) this.#onDns?.(this.#slot, oldest);
    }
  }

  #answer(parts: DnsParts, time: number): void {
    this.#answers++;
    if (parts.rcode === NXDOMAIN) this.#nxdomain++;
    const query = this.#find(parts);
    const message = query ?? this.#message(parts, time);
    const rtt = query && time >= query.time ? (time - query.time) / 1e6 : Number.NaN;
    putAnswer(message, parts, rtt);
    if (Number.isNaN(this.#rtt)) this.#rtt = rtt;
    if (query) this.#waiting.splice(this.#waiting.indexOf(query), 1);
    this.#onDns?.(this.#slot, message);
  }

  /** The waiting query that `parts` repeats or answers. Some servers leave the question out of their answer. */
  #find(parts: DnsParts): DnsMessage | undefined {
    const query = parts.response && parts.name === '' ? undefined : this.#nameOf(parts);
    for (const message of this.#waiting) {
      if (message.id !== parts.id) continue;
      if (query === undefined || (message.query === query && message.qtype === parts.qtype)) return message;
    }
    return undefined;
  }

  #message(parts: DnsParts, time: number): DnsMessage {
    const message = asQuery(parts, this.#protocol, this.#nameOf(parts), time);
    this.#first ??= message;
    return message;
  }

  #nameOf(parts: DnsParts): string {
    return (this.#protocol === 'nbns' ? netbiosName(parts.name) : undefined) ?? parts.name;
  }
}
