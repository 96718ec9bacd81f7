import type { DnsQuery } from '../../model/dns-query.ts';
import type { Observation } from '../../model/window.ts';

const CODES = new Set(['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED']);

/**
 * The questions that a detector of names looks at. Where questions themselves are given, those; where only
 * observations are, as from logs, a DNS observation counts as one question: its domain is the name and its state the
 * response code where it is one. Never both, or everything would count twice.
 */
export class DnsQuestions {
  readonly #take: (query: DnsQuery) => void;
  #given = false;
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

  constructor(take: (query: DnsQuery) => void) {
    this.#take = take;
  }

  query(query: DnsQuery): void {
    this.#given = true;
    this.#take(query);
  }

  observe(o: Observation): void {
    if (this.#given || o.service !== 'dns' || o.domain === '') return;
    const query = this.#query;
    query.at = o.at;
    query.client = o.src;
    query.server = o.dst;
    query.name = o.domain.toLowerCase();
    query.code = CODES.has(o.state) ? o.state : '';
    query.questionBytes = o.srcBytes;
    query.answerBytes = o.dstBytes;
    query.event = o.event;
    this.#take(query);
  }
}

/** Suffixes that are not of the Internet: names of the own network, of which its own servers know everything. */
const LOCAL_SUFFIXES = new Set(['local', 'localdomain', 'lan', 'home', 'internal', 'intranet', 'corp', 'private']);

/** Whether a name is one of the own network by its last label, or has one label only. */
export function isLocalName(name: string): boolean {
  const dot = name.lastIndexOf('.');
  return dot < 0 || LOCAL_SUFFIXES.has(name.slice(dot + 1)) || name.endsWith('.home.arpa');
}

/** Whether a name asks for the name of an address. */
export function isReverseName(name: string): boolean {
  return name.endsWith('.arpa');
}
