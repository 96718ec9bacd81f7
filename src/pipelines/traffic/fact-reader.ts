import { formatIp, formatV4 } from '../../model/address.ts';
import type { DnsQuery } from '../../model/dns-query.ts';
import type { Observation } from '../../model/window.ts';
import { connectionName } from './connection-name.ts';
import type { FinishedConnection } from './connection-sums.ts';
import {
  BEGIN,
  CLOSE,
  CONNECTION,
  CONNECTION_SIZE,
  type FactBlock,
  HOST_SIZE,
  OBSERVATION,
  OBSERVATION_SIZE,
  QUERY,
  QUERY_SIZE,
  TIME_SIZE,
} from './fact-block.ts';

/** What facts are told to, in their order. The objects are reused. */
export interface FactTaker {
  connection(connection: FinishedConnection): void;
  observation(observation: Observation): void;
  query(query: DnsQuery): void;
  begin(time: number): void;
  close(until: number): void;
}

/** Round trips of an observation at most; see `window-deltas.ts`. */
const ROUND_TRIPS = 128;

/** Reads what a {@link FactWriter} wrote. Blocks have to come in their order. */
export class FactReader {
  readonly #taker: FactTaker;
  readonly #hosts: string[] = [];
  readonly #texts: string[] = [''];
  readonly #bytes = new Uint8Array(16);
  readonly #view = new DataView(this.#bytes.buffer);
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
    reordered: 0,
    duplicateAcks: 0,
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

  constructor(taker: FactTaker) {
    this.#taker = taker;
  }

  take({ numbers, used, texts, anew }: FactBlock): void {
    if (anew) {
      this.#hosts.length = 0;
      this.#texts.length = 1;
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
    if (numbers[at + 1] === 4) {
      this.#hosts.push(formatV4(numbers[at + 2]));
      return;
    }
    for (let i = 0; i < 4; i++) this.#view.setInt32(i * 4, numbers[at + 2 + i]);
    this.#hosts.push(formatIp(this.#bytes) || '::');
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
    into.event = connectionName(numbers[at + 22]);
    const { rtts } = into;
    const count = numbers[at + 23] | 0;
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
    into.event = connectionName(numbers[at + 9]);
    this.#taker.query(into);
  }
}
