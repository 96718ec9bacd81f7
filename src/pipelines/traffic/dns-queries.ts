import type { DnsQuery } from '../../model/dns-query.ts';
import type { Connection } from '../../packets/connection.ts';
import type { DnsMessage } from '../../packets/inspect/dns-message.ts';

interface Asked {
  query(query: DnsQuery): void;
}

/** Hands on DNS questions as the inspector finds them to the detectors that look at each. */
export class DnsQueries {
  readonly #detectors: readonly Asked[];
  readonly #connection: (slot: number) => Connection;
  readonly #eventOf: (id: number) => string;
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

  constructor(detectors: readonly Asked[], connection: (slot: number) => Connection, eventOf: (id: number) => string) {
    this.#detectors = detectors;
    this.#connection = connection;
    this.#eventOf = eventOf;
  }

  /** Names of the local network (mDNS, LLMNR, NetBIOS) are told by broadcast, not asked of a server. */
  readonly take = (slot: number, message: DnsMessage): void => {
    if (message.protocol !== 'dns' || this.#detectors.length === 0) return;
    const { id, orig, resp } = this.#connection(slot);
    const query = this.#query;
    query.at = message.time;
    query.client = orig.address;
    query.server = resp.address;
    query.name = message.query;
    query.type = message.qtypeName;
    query.code = message.rcode < 0 ? '' : message.rcodeName;
    query.questionBytes = message.queryBytes;
    query.answerBytes = message.answerBytes;
    query.event = this.#eventOf(id);
    for (const detector of this.#detectors) detector.query(query);
  };
}
