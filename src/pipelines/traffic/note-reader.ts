import type { DnsQuery } from '../../model/dns-query.ts';
import type { Observation } from '../../model/window.ts';
import { formatWords } from './address-words.ts';
import type { FinishedConnection } from './connection-sums.ts';
import {
  BEGIN,
  CLOSE,
  CONNECTION,
  CONNECTION_SIZE,
  HOST_SIZE,
  type NoteBlock,
  OBSERVATION,
  OBSERVATION_SIZE,
  QUERY,
  QUERY_SIZE,
  TIME_SIZE,
} from './note-block.ts';

/** What is told what was noted, in its order. The objects are reused. */
export interface NoteTaker {
  /** What is known of an address that comes for the first time; empty texts where that is nothing. */
  host(address: string, owner: string, country: string): void;
  /** Addresses are told anew from here on, so that those who remember them need not do so for ever. */
  anew(): void;
  connection(connection: FinishedConnection): void;
  observation(observation: Observation): void;
  query(query: DnsQuery): void;
  begin(time: number): void;
  close(until: number): void;
}

/** Round trips of an observation at most; see `window-deltas.ts`. */
const ROUND_TRIPS = 128;

/** Reads what a {@link NoteWriter} wrote. Blocks have to come in their order. */
export class NoteReader {
  readonly #taker: NoteTaker;
  readonly #eventOf: (id: number) => string;
  readonly #hosts: string[] = [];
  readonly #texts: string[] = [''];
  readonly #words = new Int32Array(4);
  readonly #connection: FinishedConnection = {
    src: '',
    dst: '',
    port: 0,
    proto: 0,
    state: '',
    service: '',
    srcBytes: 0.5,
    dstBytes: 0.5,
    srcPackets: 0,
    dstPackets: 0,
    missedBytes: 0,
    payloadBytes: 0,
    dataSegments: 0,
    handshakeServer: 0.5,
    handshakeClient: 0.5,
  };
  readonly #observation: Observation = {
    at: 0.5,
    src: '',
    dst: '',
    srcPort: 0,
    dstPort: 0,
    proto: 0,
    start: 0.5,
    first: false,
    srcBytes: 0.5,
    dstBytes: 0.5,
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
    rtts: new Float64Array(ROUND_TRIPS),
    rttCount: 0,
    service: '',
    domain: '',
    problems: 0,
    event: '',
  };
  readonly #query: DnsQuery = {
    at: 0.5,
    client: '',
    server: '',
    name: '',
    type: '',
    code: '',
    questionBytes: 0,
    answerBytes: 0,
    event: '',
  };

  /** @param eventOf names the event of the connection with this id. */
  constructor(taker: NoteTaker, eventOf: (id: number) => string) {
    this.#taker = taker;
    this.#eventOf = eventOf;
  }

  take({ numbers, used, texts, anew }: NoteBlock): void {
    if (anew) {
      this.#hosts.length = 0;
      this.#texts.length = 1;
      this.#taker.anew();
    }
    for (const text of texts) this.#texts.push(text);
    for (let at = 0; at < used; ) {
      switch (numbers[at]) {
        case CONNECTION:
          this.#takeConnection(numbers, at);
          at += CONNECTION_SIZE;
          break;
        case OBSERVATION:
          this.#takeObservation(numbers, at);
          at += OBSERVATION_SIZE + numbers[at + OBSERVATION_SIZE - 1];
          break;
        case QUERY:
          this.#takeQuery(numbers, at);
          at += QUERY_SIZE;
          break;
        case BEGIN:
          this.#taker.begin(numbers[at + 1]);
          at += TIME_SIZE;
          break;
        case CLOSE:
          this.#taker.close(numbers[at + 1]);
          at += TIME_SIZE;
          break;
        default:
          this.#takeHost(numbers, at);
          at += HOST_SIZE;
      }
    }
  }

  #takeHost(numbers: Float64Array, at: number): void {
    for (let i = 0; i < 4; i++) this.#words[i] = numbers[at + 2 + i];
    const address = formatWords(this.#words, 0, numbers[at + 1]);
    this.#hosts.push(address);
    this.#taker.host(address, this.#texts[numbers[at + 6]], this.#texts[numbers[at + 7]]);
  }

  #takeConnection(numbers: Float64Array, at: number): void {
    const into = this.#connection;
    into.src = this.#hosts[numbers[at + 1]];
    into.dst = this.#hosts[numbers[at + 2]];
    into.port = numbers[at + 3] | 0;
    into.proto = numbers[at + 4] | 0;
    into.state = this.#texts[numbers[at + 5]];
    into.service = this.#texts[numbers[at + 6]];
    into.srcBytes = numbers[at + 7];
    into.dstBytes = numbers[at + 8];
    into.srcPackets = numbers[at + 9];
    into.dstPackets = numbers[at + 10];
    into.missedBytes = numbers[at + 11];
    into.payloadBytes = numbers[at + 12];
    into.dataSegments = numbers[at + 13] | 0;
    into.handshakeServer = numbers[at + 14];
    into.handshakeClient = numbers[at + 15];
    this.#taker.connection(into);
  }

  /** Counters are 32 bits wide where they were counted, and stay small integers here. */
  #takeObservation(numbers: Float64Array, at: number): void {
    const into = this.#observation;
    into.at = numbers[at + 1];
    into.src = this.#hosts[numbers[at + 2]];
    into.dst = this.#hosts[numbers[at + 3]];
    into.srcPort = numbers[at + 4] | 0;
    into.dstPort = numbers[at + 5] | 0;
    into.proto = numbers[at + 6] | 0;
    into.start = numbers[at + 7];
    into.first = numbers[at + 8] === 1;
    into.srcBytes = numbers[at + 9];
    into.dstBytes = numbers[at + 10];
    into.srcPackets = numbers[at + 11] | 0;
    into.dstPackets = numbers[at + 12] | 0;
    into.state = this.#texts[numbers[at + 13]];
    into.tcpFlags = numbers[at + 14] | 0;
    into.dataSegments = numbers[at + 15] | 0;
    into.retransmitted = numbers[at + 16] | 0;
    into.reordered = numbers[at + 17] | 0;
    into.duplicateAcks = numbers[at + 18] | 0;
    into.service = this.#texts[numbers[at + 19]];
    into.domain = this.#texts[numbers[at + 20]];
    into.problems = numbers[at + 21] | 0;
    into.event = this.#eventOf(numbers[at + 22]);
    into.srcRetransmitted = numbers[at + 23] | 0;
    into.missedBytes = numbers[at + 24] | 0;
    const { rtts } = into;
    const count = numbers[at + 25] | 0;
    into.rttCount = count;
    for (let i = 0; i < count; i++) rtts[i] = numbers[at + OBSERVATION_SIZE + i];
    this.#taker.observation(into);
  }

  #takeQuery(numbers: Float64Array, at: number): void {
    const into = this.#query;
    into.at = numbers[at + 1];
    into.client = this.#hosts[numbers[at + 2]];
    into.server = this.#hosts[numbers[at + 3]];
    into.name = this.#texts[numbers[at + 4]];
    into.type = this.#texts[numbers[at + 5]];
    into.code = this.#texts[numbers[at + 6]];
    into.questionBytes = numbers[at + 7];
    into.answerBytes = numbers[at + 8];
    into.event = this.#eventOf(numbers[at + 9]);
    this.#taker.query(into);
  }
}
