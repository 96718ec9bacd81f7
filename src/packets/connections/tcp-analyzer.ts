import type { Dissected } from '../dissected.ts';
import {
  addAgain,
  addOnce,
  addScaled,
  GAP_LETTER,
  letterOf,
  RESET_LETTER,
  RETRANSMISSION,
  ZERO_WINDOW,
} from './history.ts';
import { NONE, type NodePool } from './node-pool.ts';
import {
  ACKED,
  BITS,
  CONN_BITS,
  DATA,
  DUPLICATE_ACKS,
  FLIGHT_HEAD,
  FLIGHT_TAIL,
  HANDSHAKE_CLIENT,
  HANDSHAKE_SERVER,
  HOLE_HEAD,
  ISN,
  LOWEST,
  NEXT,
  ORIG,
  ORIG_RESET,
  PAYLOAD_AT,
  type Page,
  REORDERED,
  REPEATED_CONTROL,
  RESP,
  RESP_RESET,
  RETRANSMITTED,
  RTT_MIN,
  RTT_SAMPLES,
  SIDE_BITS,
  SIDE_STATUS,
  START_AT,
  STATE_SHIFT,
  WINDOW,
  ZERO_WINDOWS,
} from './record-layout.ts';
import { RoundTrips } from './round-trips.ts';
import {
  EMPTY,
  FRESH,
  KEEP_ALIVE,
  MAX_JUMP,
  REORDERED_SEGMENT,
  RETRANSMITTED_SEGMENT,
  SequenceSpace,
  STRAY,
} from './sequence-space.ts';
import { ACK, FIN, RST, SYN } from './tcp-flags.ts';
import { advance, CLOSED, PEER_SHIFT, RESET } from './tcp-state.ts';

/** How young a hole must be to be reordering while no round trip is known, microseconds. */
const UNKNOWN_ROUND_TRIP = 3000;
const STATES = 7;

/** What TCP segments tell about their connection: state, loss, order and round trips. Keeps all of it in the record. */
export class TcpAnalyzer {
  readonly #space: SequenceSpace;
  readonly #trips: RoundTrips;
  /** Of the last segment: what it was (see `sequence-space.ts`), and its round trip sample in microseconds or NaN. */
  verdict = EMPTY;
  sample = Number.NaN;

  constructor(pool: NodePool) {
    this.#space = new SequenceSpace(pool);
    this.#trips = new RoundTrips(pool);
  }

  /** Readies a new record, of which all words are 0. @param at where it begins. */
  begin(page: Page, at: number): void {
    const { ints, floats } = page;
    for (let side = at + ORIG; side <= at + RESP; side += RESP - ORIG) {
      ints[side + FLIGHT_HEAD] = NONE;
      ints[side + FLIGHT_TAIL] = NONE;
      ints[side + HOLE_HEAD] = NONE;
    }
    floats[at + HANDSHAKE_SERVER] = Number.NaN;
    floats[at + HANDSHAKE_CLIENT] = Number.NaN;
  }

  /** Gives back what the record holds in the pool. */
  end(page: Page, at: number): void {
    for (let side = at + ORIG; side <= at + RESP; side += RESP - ORIG) {
      this.#trips.clear(page.ints, side);
      this.#space.clear(page.ints, side);
    }
  }

  segment(page: Page, at: number, fromOrig: boolean, d: Dissected, time: number): void {
    const { ints } = page;
    const self = at + (fromOrig ? ORIG : RESP);
    const peer = at + (fromOrig ? RESP : ORIG);
    const { flags, payloadLength: length } = d;
    this.sample = Number.NaN;
    this.#letters(page, at, self, peer, fromOrig, d);
    if ((flags & ACK) !== 0) this.#acknowledge(page, at, self, peer, fromOrig, d, time);
    // A reset carries no sequence space of its own: its number is often only what the other side wants to hear.
    if ((flags & RST) !== 0) this.verdict = EMPTY;
    else {
      this.verdict = this.#sequence(page, at, self, peer, d, time);
      this.#count(page, at, self, fromOrig, length);
    }
    ints[self + WINDOW] = d.window;
    this.#state(ints, self, peer, flags, fromOrig);
  }

  #letters(page: Page, at: number, self: number, peer: number, fromOrig: boolean, d: Dissected): void {
    const { ints } = page;
    const letter = letterOf(d.flags, d.payloadLength);
    if (letter === RESET_LETTER) {
      const last = at + (fromOrig ? ORIG_RESET : RESP_RESET);
      const again = addOnce(ints, page.bytes, at, self, letter, fromOrig) || ints[last] === (d.seq | 0);
      if (!again) addAgain(page.bytes, at, letter, fromOrig);
      ints[last] = d.seq | 0;
    } else if (letter >= 0) addOnce(ints, page.bytes, at, self, letter, fromOrig);
    // Behind a FIN of the other side nobody waits for room, and behind a reset nobody has any.
    if (d.window !== 0 || (d.flags & RST) !== 0) return;
    if (stateOf(ints, self) >= RESET || stateOf(ints, peer) === CLOSED) return;
    addScaled(page.bytes, at, ZERO_WINDOW, ++ints[self + ZERO_WINDOWS], fromOrig);
  }

  #state(ints: Int32Array, self: number, peer: number, flags: number, fromOrig: boolean): void {
    const mine = stateOf(ints, self);
    const other = stateOf(ints, peer);
    const after = advance(mine, other, flags, fromOrig);
    if (after === (mine | (other << PEER_SHIFT))) return;
    ints[self + SIDE_STATUS] ^= (mine ^ (after & STATES)) << STATE_SHIFT;
    ints[peer + SIDE_STATUS] ^= (other ^ (after >> PEER_SHIFT)) << STATE_SHIFT;
  }

  /** What the segment says about the other direction. */
  #acknowledge(
    page: Page,
    at: number,
    self: number,
    peer: number,
    fromOrig: boolean,
    d: Dissected,
    time: number,
  ): void {
    const { ints, floats, doubles } = page;
    const ack = d.ack | 0;
    const advanced = (ack - ints[self + ACKED]) | 0;
    const first = (ints[self + SIDE_STATUS] & SIDE_BITS.hasAck) === 0;
    if (!first && advanced <= 0 && advanced >= -MAX_JUMP) {
      if (advanced === 0) this.#duplicate(ints, self, peer, d);
      return;
    }
    const seen = (ints[peer + SIDE_STATUS] & SIDE_BITS.hasNext) !== 0;
    // What nobody can have sent is not believed, and of resets nothing that was not seen.
    const believed = (d.flags & RST) === 0 ? MAX_JUMP : 0;
    if (seen && ((ack - ints[peer + NEXT]) | 0) > believed) return;
    ints[self + ACKED] = ack;
    ints[self + SIDE_STATUS] |= SIDE_BITS.hasAck;
    if (!seen) return;
    if (ints[peer + FLIGHT_HEAD] !== NONE) {
      const sample = this.#trips.acknowledged(ints, floats, doubles, peer, ack, time);
      this.sample = sample;
      if (this.#trips.ofHandshake && (ints[at + BITS] & CONN_BITS.repeatedHandshake) === 0)
        floats[at + (fromOrig ? HANDSHAKE_CLIENT : HANDSHAKE_SERVER)] = sample;
    }
    if (ints[peer + HOLE_HEAD] === NONE && ((ack - ints[peer + NEXT]) | 0) <= 0) return;
    // The gap belongs to the one whose bytes are missing.
    if (this.#space.acknowledge(ints, doubles, peer, ack, time) > 0)
      addOnce(ints, page.bytes, at, peer, GAP_LETTER, !fromOrig);
  }

  /** RFC 5681, section 2: nothing new, no data, the same window, and something is outstanding. */
  #duplicate(ints: Int32Array, self: number, peer: number, d: Dissected): void {
    if (d.payloadLength > 0 || (d.flags & (SYN | FIN | RST)) !== 0 || d.window !== ints[self + WINDOW]) return;
    if ((ints[peer + SIDE_STATUS] & SIDE_BITS.hasNext) === 0) return;
    if (((ints[peer + NEXT] - ints[self + ACKED]) | 0) > 0) ints[self + DUPLICATE_ACKS]++;
  }

  /** Where the segment stands in the direction of its sender. */
  #sequence(page: Page, at: number, self: number, peer: number, d: Dissected, time: number): number {
    const { ints, doubles } = page;
    const { flags, payloadLength: length } = d;
    let seq = d.seq | 0;
    let repeated = false;
    if ((flags & SYN) !== 0) {
      const syn = this.#syn(ints, page.floats, at, self, seq, time);
      if (syn === STRAY) return STRAY;
      repeated = syn === RETRANSMITTED_SEGMENT;
      seq = (seq + 1) | 0;
      if (length === 0) return syn;
    } else if ((ints[self + SIDE_STATUS] & SIDE_BITS.hasNext) === 0) {
      ints[self + SIDE_STATUS] |= SIDE_BITS.hasNext;
      ints[self + NEXT] = ints[self + LOWEST] = seq;
    }
    const fin = (flags & FIN) !== 0 ? 1 : 0;
    const span = length + fin;
    if (span === 0) return EMPTY;
    const finIsNew = fin === 1 && (ints[self + SIDE_STATUS] & SIDE_BITS.fin) === 0;
    if (finIsNew) ints[self + SIDE_STATUS] |= SIDE_BITS.fin;
    let verdict = FRESH;
    let unseen = span;
    if (seq === ints[self + NEXT]) {
      const end = (seq + span) | 0;
      ints[self + NEXT] = end;
      this.#trips.sent(ints, self, seq, end, time, false, false);
    } else {
      verdict = this.#place(page, at, self, peer, seq, span, fin === 1, time);
      unseen = this.#space.unseen;
    }
    if (finIsNew && unseen > 0) unseen--;
    doubles[(self + PAYLOAD_AT) >> 1] += unseen;
    return repeated && verdict === FRESH ? RETRANSMITTED_SEGMENT : verdict;
  }

  #syn(ints: Int32Array, floats: Float32Array, at: number, self: number, seq: number, time: number): number {
    if ((ints[self + SIDE_STATUS] & SIDE_BITS.syn) !== 0) {
      if (seq !== ints[self + ISN]) return STRAY;
      // No acknowledgement tells any more which of the two it answers; not even one that has come already.
      this.#trips.sentAgain(ints, self, seq, (seq + 1) | 0, false);
      ints[at + BITS] |= CONN_BITS.repeatedHandshake;
      floats[at + HANDSHAKE_SERVER] = floats[at + HANDSHAKE_CLIENT] = Number.NaN;
      return RETRANSMITTED_SEGMENT;
    }
    const known = (ints[self + SIDE_STATUS] & SIDE_BITS.hasNext) !== 0;
    ints[self + SIDE_STATUS] |= SIDE_BITS.syn | SIDE_BITS.hasNext;
    ints[self + ISN] = seq;
    // The capture has what followed before the SYN itself.
    if (known) return REORDERED_SEGMENT;
    const next = (seq + 1) | 0;
    ints[self + NEXT] = ints[self + LOWEST] = next;
    this.#trips.sent(ints, self, seq, next, time, true, false);
    return FRESH;
  }

  /** A segment that does not go on where the last one ended. */
  #place(
    page: Page,
    at: number,
    self: number,
    peer: number,
    seq: number,
    span: number,
    fin: boolean,
    time: number,
  ): number {
    const { ints, doubles } = page;
    const next = ints[self + NEXT];
    const settled = (ints[peer + SIDE_STATUS] & SIDE_BITS.hasAck) !== 0 && ints[peer + ACKED] === next;
    const probe = !fin && (settled || ints[peer + WINDOW] === 0);
    const start = doubles[(at + START_AT) >> 1];
    const space = this.#space;
    const verdict = space.place(ints, doubles, self, seq, span, probe, time, within(page, at), start);
    const end = (seq + span) | 0;
    if (verdict === RETRANSMITTED_SEGMENT || verdict === REORDERED_SEGMENT) {
      this.#trips.sentAgain(ints, self, seq, end, space.filled);
      if (((end - next) | 0) > 0) this.#trips.sent(ints, self, next, end, time, false, true);
    } else if (verdict === FRESH) {
      if (((end - next) | 0) < 0) this.#trips.clear(ints, self);
      this.#trips.sent(ints, self, seq, end, time, false, false);
    }
    return verdict;
  }

  #count(page: Page, at: number, self: number, fromOrig: boolean, length: number): void {
    const { ints } = page;
    const { verdict } = this;
    if (verdict === KEEP_ALIVE) return;
    if (length > 0) ints[self + DATA]++;
    if (verdict === REORDERED_SEGMENT) ints[self + REORDERED]++;
    else if (verdict === RETRANSMITTED_SEGMENT) {
      if (length > 0) addScaled(page.bytes, at, RETRANSMISSION, ++ints[self + RETRANSMITTED], fromOrig);
      else ints[self + REPEATED_CONTROL]++;
    }
  }
}

function stateOf(ints: Int32Array, side: number): number {
  return (ints[side + SIDE_STATUS] >> STATE_SHIFT) & STATES;
}

/** How young a hole must be to be reordering: a round trip, by the handshake or else the shortest of both halves. */
function within(page: Page, at: number): number {
  const { ints, floats } = page;
  const handshake = floats[at + HANDSHAKE_SERVER] + floats[at + HANDSHAKE_CLIENT];
  if (handshake >= 0) return handshake;
  if (ints[at + ORIG + RTT_SAMPLES] > 0 && ints[at + RESP + RTT_SAMPLES] > 0)
    return floats[at + ORIG + RTT_MIN] + floats[at + RESP + RTT_MIN];
  return UNKNOWN_ROUND_TRIP;
}
