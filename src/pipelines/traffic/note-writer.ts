import type { Connection } from '../../packets/connection.ts';
import type { TableObservation } from '../../packets/connections/table-observation.ts';
import type { DnsMessage } from '../../packets/inspect/dns-message.ts';
import type { TrafficFacts } from './address-facts.ts';
import { formatWords } from './address-words.ts';
import { HostNumbers } from './host-numbers.ts';
import {
  BEGIN,
  BLOCK_NUMBERS,
  CLOSE,
  CONNECTION,
  CONNECTION_SIZE,
  HOST,
  HOST_SIZE,
  NO_TEXT,
  type NoteBlock,
  OBSERVATION,
  OBSERVATION_SIZE,
  QUERY,
  QUERY_SIZE,
  TIME_SIZE,
} from './note-block.ts';

/** Hosts and texts after which all begin to count anew, so that those who invent them take no memory for ever. */
const HOSTS = 262_144;
const TEXTS = 32_768;

/** Writes down what the packets told, without text of addresses and without an object for a record. */
export class NoteWriter {
  readonly #hand: (block: NoteBlock) => void;
  readonly #empty: () => Float64Array<ArrayBuffer> | undefined;
  readonly #facts: TrafficFacts;
  readonly #hosts = new HostNumbers();
  readonly #known = new Map<string, number>([['', NO_TEXT]]);
  #texts: string[] = [];
  #anew = true;
  #numbers: Float64Array<ArrayBuffer> = new Float64Array(BLOCK_NUMBERS);
  #at = 0;

  /**
   * @param hand takes a block that is full.
   * @param empty gives the numbers of a block that is not needed any more; a new one is made when there is none.
   * @param facts about addresses are asked for once, when an address is new.
   */
  constructor(
    hand: (block: NoteBlock) => void,
    empty: () => Float64Array<ArrayBuffer> | undefined,
    facts: TrafficFacts = {},
  ) {
    this.#hand = hand;
    this.#empty = empty;
    this.#facts = facts;
  }

  connection(c: Connection): void {
    this.#begin(CONNECTION_SIZE);
    const { orig, resp, words, addresses, family } = c;
    const src = this.#host(words, addresses, family);
    const dst = this.#host(words, addresses + 4, family);
    const state = this.#text(c.state);
    const service = this.#text(c.application.service);
    const at = this.#room(CONNECTION_SIZE);
    const into = this.#numbers;
    into[at] = CONNECTION;
    into[at + 1] = src;
    into[at + 2] = dst;
    into[at + 3] = resp.port;
    into[at + 4] = c.proto;
    into[at + 5] = state;
    into[at + 6] = service;
    into[at + 7] = orig.ipBytes;
    into[at + 8] = resp.ipBytes;
    into[at + 9] = orig.packets;
    into[at + 10] = resp.packets;
    into[at + 11] = orig.missedBytes + resp.missedBytes;
    into[at + 12] = orig.payloadBytes + resp.payloadBytes;
    into[at + 13] = orig.dataSegments + resp.dataSegments;
    into[at + 14] = c.handshakeServer;
    into[at + 15] = c.handshakeClient;
  }

  observation(o: TableObservation): void {
    this.#begin(OBSERVATION_SIZE + o.rttCount);
    const src = this.#host(o.words, o.addresses, o.family);
    const dst = this.#host(o.words, o.addresses + 4, o.family);
    const state = this.#text(o.state);
    const service = this.#text(o.service);
    const domain = this.#text(o.domain);
    const { rtts, rttCount } = o;
    const at = this.#room(OBSERVATION_SIZE + rttCount);
    const into = this.#numbers;
    into[at] = OBSERVATION;
    into[at + 1] = o.at;
    into[at + 2] = src;
    into[at + 3] = dst;
    into[at + 4] = o.srcPort;
    into[at + 5] = o.dstPort;
    into[at + 6] = o.proto;
    into[at + 7] = o.start;
    into[at + 8] = o.first ? 1 : 0;
    into[at + 9] = o.srcBytes;
    into[at + 10] = o.dstBytes;
    into[at + 11] = o.srcPackets;
    into[at + 12] = o.dstPackets;
    into[at + 13] = state;
    into[at + 14] = o.tcpFlags;
    into[at + 15] = o.dataSegments;
    into[at + 16] = o.retransmitted;
    into[at + 17] = o.reordered;
    into[at + 18] = o.duplicateAcks;
    into[at + 19] = service;
    into[at + 20] = domain;
    into[at + 21] = o.problems;
    into[at + 22] = o.connection;
    into[at + 23] = o.srcRetransmitted;
    into[at + 24] = o.missedBytes;
    into[at + 25] = rttCount;
    for (let i = 0; i < rttCount; i++) into[at + OBSERVATION_SIZE + i] = rtts[i];
  }

  query({ words, addresses, family, id }: Connection, message: DnsMessage): void {
    this.#begin(QUERY_SIZE);
    const client = this.#host(words, addresses, family);
    const server = this.#host(words, addresses + 4, family);
    const name = this.#text(message.query);
    const type = this.#text(message.qtypeName);
    const code = this.#text(message.rcode < 0 ? '' : message.rcodeName);
    const at = this.#room(QUERY_SIZE);
    const into = this.#numbers;
    into[at] = QUERY;
    into[at + 1] = message.time;
    into[at + 2] = client;
    into[at + 3] = server;
    into[at + 4] = name;
    into[at + 5] = type;
    into[at + 6] = code;
    into[at + 7] = message.queryBytes;
    into[at + 8] = message.answerBytes;
    into[at + 9] = id;
  }

  /** The first window is that of `time`, microseconds, though nothing is in it yet. */
  begin(time: number): void {
    this.#time(BEGIN, time);
  }

  /** Windows are over until `time`, microseconds. What is written so far is handed over. */
  close(time: number): void {
    this.#time(CLOSE, time);
    this.flush();
  }

  /** Hands over what is written so far. */
  flush(): void {
    if (this.#at === 0) return;
    const block = { numbers: this.#numbers, used: this.#at, texts: this.#texts, anew: this.#anew };
    this.#texts = [];
    this.#anew = this.#hosts.count > HOSTS || this.#known.size > TEXTS;
    if (this.#anew) {
      this.#hosts.clear();
      this.#known.clear();
      this.#known.set('', NO_TEXT);
    }
    this.#numbers = this.#empty() ?? new Float64Array(BLOCK_NUMBERS);
    this.#at = 0;
    this.#hand(block);
  }

  #time(kind: number, time: number): void {
    this.#begin(TIME_SIZE);
    const at = this.#room(TIME_SIZE);
    this.#numbers[at] = kind;
    this.#numbers[at + 1] = time;
  }

  /** Sees to it that a record of this size, and its hosts before it, are in one block. */
  #begin(size: number): void {
    if (this.#at + size + 2 * HOST_SIZE > BLOCK_NUMBERS) this.flush();
  }

  /** Where a record of this size begins, after its hosts and texts have their numbers. */
  #room(size: number): number {
    const at = this.#at;
    this.#at = at + size;
    return at;
  }

  #host(words: Int32Array, from: number, family: number): number {
    const before = this.#hosts.count;
    const number = this.#hosts.number(words, from, family);
    if (number < before) return number;
    const { ownerOf, countryOf } = this.#facts;
    const address = ownerOf || countryOf ? formatWords(words, from, family) : '';
    const owner = this.#text(ownerOf?.(address) ?? '');
    const country = this.#text(countryOf?.(address) ?? '');
    const at = this.#room(HOST_SIZE);
    const into = this.#numbers;
    into[at] = HOST;
    into[at + 1] = family;
    for (let i = 0; i < 4; i++) into[at + 2 + i] = words[from + i];
    into[at + 6] = owner;
    into[at + 7] = country;
    return number;
  }

  #text(text: string): number {
    if (text === '') return NO_TEXT;
    let number = this.#known.get(text);
    if (number === undefined) {
      number = this.#known.size;
      this.#known.set(text, number);
      this.#texts.push(text);
    }
    return number;
  }
}
