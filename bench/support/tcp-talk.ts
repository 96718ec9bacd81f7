import type { Data, FrameWriter, Segment } from './frame-writer.ts';
import type { Payloads } from './packet-payloads.ts';
import type { LoadTotals } from './packet-totals.ts';
import type { Host, Talk } from './talk.ts';

const SYN = 0;
const SYN_ACK = 1;
const ACK = 2;
const DATA = 3;
const ACKING = 4;
/** The segment that was overtaken comes. */
const OVERTAKEN = 5;
/** A segment was lost before the monitor: the receiver asks for it, then it comes. */
const ASKING = 6;
const LATE = 7;
/** The segment comes a second time. */
const AGAIN = 8;
const FIN = 9;
const FIN_BACK = 10;
const LAST = 11;
const RST = 12;

const FINISHED = 0;
const RESET = 1;
const REFUSED = 2;
const UNANSWERED = 3;

const CLIENT = 0;
const SERVER = 1;
const FULL = 1_448;

/** TCP connections from SYN to FIN: requests and answers in turns, with ACKs, and with trouble of known kinds. */
export class TcpTalk implements Talk {
  readonly #writer: FrameWriter;
  readonly #payloads: Payloads;
  readonly #totals: LoadTotals;
  readonly #random: () => number;
  readonly #trouble: number;
  readonly #state: Uint8Array;
  readonly #ending: Uint8Array;
  readonly #sender: Uint8Array;
  /** Segments left in the turn, turns left, segments not acknowledged yet. */
  readonly #left: Uint8Array;
  readonly #turns: Uint8Array;
  readonly #pending: Uint8Array;
  readonly #v6: Uint8Array;
  readonly #client: Uint32Array;
  readonly #server: Uint32Array;
  readonly #ports: Uint32Array;
  readonly #number: Uint32Array;
  /** Next sequence number, and the first one, of client and server. */
  readonly #next: Uint32Array;
  readonly #first: Uint32Array;
  /** The segment that is missing or comes again. */
  readonly #heldSeq: Uint32Array;
  readonly #heldLength: Uint16Array;
  /** Microseconds from the monitor to each side and back. */
  readonly #rtt: Float64Array;
  readonly #segment: Segment = { seq: 0, ack: 0, flags: 0, window: 0 };
  readonly #data: Data;

  constructor(
    places: number,
    writer: FrameWriter,
    payloads: Payloads,
    totals: LoadTotals,
    random: () => number,
    trouble: number,
  ) {
    this.#writer = writer;
    this.#payloads = payloads;
    this.#totals = totals;
    this.#random = random;
    this.#trouble = trouble;
    this.#state = new Uint8Array(places);
    this.#ending = new Uint8Array(places);
    this.#sender = new Uint8Array(places);
    this.#left = new Uint8Array(places);
    this.#turns = new Uint8Array(places);
    this.#pending = new Uint8Array(places);
    this.#v6 = new Uint8Array(places);
    this.#client = new Uint32Array(places);
    this.#server = new Uint32Array(places);
    this.#ports = new Uint32Array(places);
    this.#number = new Uint32Array(places);
    this.#next = new Uint32Array(places * 2);
    this.#first = new Uint32Array(places * 2);
    this.#heldSeq = new Uint32Array(places);
    this.#heldLength = new Uint16Array(places);
    this.#rtt = new Float64Array(places * 2);
    this.#data = { bytes: payloads.noise, offset: 0, length: 0 };
  }

  begin(place: number, host: Host): void {
    const random = this.#random;
    const dice = random();
    this.#state[place] = SYN;
    this.#ending[place] = dice < 0.9 ? FINISHED : dice < 0.94 ? RESET : dice < 0.97 ? REFUSED : UNANSWERED;
    this.#turns[place] = 2 + random() ** 3 * 16;
    this.#pending[place] = 0;
    this.#v6[place] = host.v6 ? 1 : 0;
    this.#client[place] = host.client;
    this.#server[place] = host.server;
    this.#ports[place] = host.clientPort * 65_536 + host.serverPort;
    this.#number[place] = host.number;
    for (const side of [CLIENT, SERVER]) {
      this.#first[place * 2 + side] = random() * 2 ** 32;
      this.#next[place * 2 + side] = this.#first[place * 2 + side];
    }
    this.#rtt[place * 2 + CLIENT] = 500 + random() * 3_000;
    this.#rtt[place * 2 + SERVER] = 2_000 + random() * 60_000;
  }

  /** Counts what never came to an end. */
  finish(places: number, talks: readonly Talk[]): void {
    for (let place = 0; place < places; place++)
      if (talks[place] === this && this.#state[place] !== SYN) this.#totals.open++;
  }

  step(place: number, time: number): number {
    const state = this.#state[place];
    if (state === DATA) return this.#send(place, time);
    if (state === ACKING) return this.#acknowledge(place, time);
    if (state === OVERTAKEN || state === LATE || state === AGAIN) return this.#resend(place, time, state);
    if (state === ASKING) {
      this.#write(place, time, 1 - this.#sender[place], 0x10, 0, this.#heldSeq[place]);
      this.#state[place] = LATE;
      return 1.5 * (this.#rtt[place * 2] + this.#rtt[place * 2 + 1]) + 50_000;
    }
    return state <= ACK ? this.#shake(place, time, state) : this.#close(place, time, state);
  }

  #shake(place: number, time: number, state: number): number {
    const ending = this.#ending[place];
    if (state === SYN) {
      this.#totals.connections++;
      this.#write(place, time, CLIENT, 0x02, 0);
      this.#next[place * 2]++;
      this.#state[place] = SYN_ACK;
      if (ending !== UNANSWERED) return this.#rtt[place * 2 + SERVER];
      this.#totals.unanswered++;
      return -1;
    }
    if (state === SYN_ACK) {
      if (ending === REFUSED) {
        this.#write(place, time, SERVER, 0x14, 0);
        this.#totals.refused++;
        return -1;
      }
      this.#write(place, time, SERVER, 0x12, 0);
      this.#next[place * 2 + SERVER]++;
      this.#state[place] = ACK;
      return this.#rtt[place * 2 + CLIENT];
    }
    this.#write(place, time, CLIENT, 0x10, 0);
    this.#turn(place, CLIENT);
    return 20 + this.#random() * 2_000;
  }

  /** It is the turn of `side` to send. */
  #turn(place: number, side: number): void {
    const random = this.#random;
    this.#sender[place] = side;
    this.#left[place] = 1 + (side === CLIENT ? random() * 3 : random() ** 4 * 40);
    this.#state[place] = DATA;
  }

  #send(place: number, time: number): number {
    const random = this.#random;
    const at = place * 2 + this.#sender[place];
    const first = this.#next[at] === (this.#first[at] + 1) >>> 0;
    const left = this.#left[place];
    const length = this.#lengthOf(place, first);
    if (first || random() >= this.#trouble) {
      this.#fresh(place, time, length);
      return this.#afterData(place);
    }
    this.#heldSeq[place] = this.#next[at];
    this.#heldLength[place] = length;
    if (left < 2 || random() < 1 / 3) {
      this.#fresh(place, time, length);
      this.#state[place] = AGAIN;
      return 200_000 + random() * 100_000;
    }
    this.#next[at] += length;
    this.#fresh(place, time, this.#lengthOf(place, false));
    this.#left[place]--;
    const overtaken = random() < 0.5;
    this.#state[place] = overtaken ? OVERTAKEN : ASKING;
    return overtaken ? 20 + random() * 80 : this.#rtt[place * 2 + 1 - this.#sender[place]];
  }

  /** A segment at the end of what was sent. */
  #fresh(place: number, time: number, length: number): void {
    const side = this.#sender[place];
    this.#write(place, time, side, this.#left[place] === 1 ? 0x18 : 0x10, length);
    this.#next[place * 2 + side] += length;
    this.#totals.tcpBytes += length;
    this.#left[place]--;
    this.#pending[place]++;
  }

  #afterData(place: number): number {
    if (this.#pending[place] < 2 && this.#left[place] > 0) {
      this.#state[place] = DATA;
      return 20 + this.#random() * 400;
    }
    this.#state[place] = ACKING;
    return this.#rtt[place * 2 + 1 - this.#sender[place]];
  }

  #resend(place: number, time: number, state: number): number {
    const side = this.#sender[place];
    const at = place * 2 + side;
    const next = this.#next[at];
    const length = this.#heldLength[place];
    this.#next[at] = this.#heldSeq[place];
    this.#write(place, time, side, 0x18, length);
    this.#next[at] = next;
    if (state === AGAIN) this.#totals.sentTwice++;
    else {
      this.#totals.tcpBytes += length;
      if (state === LATE) this.#totals.lostBefore++;
      else this.#totals.reordered++;
    }
    this.#state[place] = ACKING;
    return this.#rtt[place * 2 + 1 - side];
  }

  #acknowledge(place: number, time: number): number {
    const side = this.#sender[place];
    this.#write(place, time, 1 - side, 0x10, 0);
    this.#pending[place] = 0;
    if (this.#left[place] > 0) {
      this.#state[place] = DATA;
      return this.#rtt[place * 2 + side];
    }
    if (--this.#turns[place] > 0) this.#turn(place, 1 - side);
    else this.#state[place] = this.#ending[place] === RESET ? RST : FIN;
    return 1_000 + this.#random() * 40_000;
  }

  #close(place: number, time: number, state: number): number {
    if (state === RST) {
      this.#write(place, time, CLIENT, 0x14, 0);
      this.#totals.reset++;
      return -1;
    }
    this.#write(place, time, state === FIN_BACK ? SERVER : CLIENT, state === LAST ? 0x10 : 0x11, 0);
    if (state === LAST) {
      this.#totals.finished++;
      return -1;
    }
    this.#next[place * 2 + (state === FIN ? CLIENT : SERVER)]++;
    this.#state[place] = state + 1;
    return this.#rtt[place * 2 + (state === FIN ? SERVER : CLIENT)];
  }

  #lengthOf(place: number, first: boolean): number {
    const random = this.#random;
    const hello = first ? this.#helloOf(place) : undefined;
    if (hello) return hello.length;
    const large = this.#sender[place] === SERVER && this.#left[place] > 1;
    return large && random() < 0.35 ? FULL : (20 + random() * 480) | 0;
  }

  #helloOf(place: number): Buffer | undefined {
    const words = this.#payloads.hello.get(this.#ports[place] & 0xffff);
    const choice = this.#sender[place] === CLIENT ? words?.client : words?.server;
    return choice?.[this.#number[place] % choice.length];
  }

  #write(place: number, time: number, side: number, flags: number, length: number, ack?: number): void {
    const segment = this.#segment;
    const data = this.#data;
    const at = place * 2;
    segment.seq = this.#next[at + side];
    segment.ack = (flags & 0x10) === 0 ? 0 : (ack ?? this.#next[at + 1 - side]);
    segment.flags = flags;
    segment.window = (flags & 4) !== 0 ? 0 : 64_240;
    data.length = length;
    if (length > 0) {
      this.#totals.dataSegments++;
      const hello = segment.seq === (this.#first[at + side] + 1) >>> 0 ? this.#helloOf(place) : undefined;
      data.bytes = hello ?? this.#payloads.noise;
      // The same bytes again when the segment comes again.
      data.offset = hello ? 0 : segment.seq & 0x7fff;
    }
    const v6 = this.#v6[place] === 1;
    this.#totals.tcp++;
    if (v6) this.#totals.ipv6++;
    else this.#totals.ipv4++;
    const ports = this.#ports[place];
    if (side === CLIENT) this.#writer.tcp(time, v6, this.#client[place], this.#server[place], ports, segment, data);
    else {
      const swapped = (ports << 16) | (ports >>> 16);
      this.#writer.tcp(time, v6, this.#server[place], this.#client[place], swapped, segment, data);
    }
  }
}
