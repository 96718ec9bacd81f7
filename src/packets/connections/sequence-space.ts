import { NONE, type NodePool } from './node-pool.ts';
import {
  HOLE_COUNT,
  HOLE_HEAD,
  LOWEST,
  MISSED_AT,
  NEXT,
  PAYLOAD_AT,
  SIDE_BITS,
  SIDE_STATUS,
  STRAY_END,
  STRAY_SEQ,
} from './record-layout.ts';

/** What a segment is by its place in the sequence space. */
export const FRESH = 0;
/** It takes up no sequence space. */
export const EMPTY = 1;
export const RETRANSMITTED_SEGMENT = 2;
export const REORDERED_SEGMENT = 3;
export const KEEP_ALIVE = 4;
/** So far from all others that it is not believed yet. */
export const STRAY = 5;

/** Holes of one direction that are remembered; the lowest is forgotten first. */
const MAX_HOLES = 64;
/** Sequence numbers that a segment may be away from the last one, more than any window in use: 16 MiB. */
export const MAX_JUMP = 1 << 24;
/** Below the first segment of a direction of which the beginning was not seen, there is something new only early on. */
const SETTLED = 2 ** 30;
/** Microseconds for which a hole that was acknowledged is kept, in case its segment was only captured late. */
const LATE = 1e6;
const COUNTED = 1;

/**
 * Which bytes of a direction were seen: everything below {@link NEXT} but the holes. Tells new segments from repeated and
 * late ones, by the simplest of the rules of Jaiswal, Iannaccone, Diot, Kurose and Towsley ("Measurement and classification
 * of out-of-sequence packets in a tier-1 IP backbone", 2007): what was seen before is a retransmission; what fills a hole
 * is reordering as long as the hole is younger than a round trip, since nobody can have asked for it again by then.
 * Sequence numbers are compared modulo 2^32.
 */
export class SequenceSpace {
  readonly #pool: NodePool;
  /** Of the last call of {@link place}: bytes that were not seen before, and whether a hole was filled. */
  unseen = 0;
  filled = false;
  #opened = 0;

  constructor(pool: NodePool) {
    this.#pool = pool;
  }

  /**
   * Places a segment that does not begin where the last one ended.
   * @param side where the part of the sender begins.
   * @param length sequence numbers it takes up, SYN and FIN included; not 0.
   * @param probe whether the last byte once more asks only if the other side is there, or has room: it has acknowledged
   *   everything, or its window is shut. Otherwise that byte was sent again because it was lost.
   * @param within a hole younger than this, in microseconds, was not yet asked for again.
   * @param start when the connection began.
   */
  place(
    ints: Int32Array,
    doubles: Float64Array,
    side: number,
    seq: number,
    length: number,
    probe: boolean,
    time: number,
    within: number,
    start: number,
  ): number {
    const end = (seq + length) | 0;
    const next = ints[side + NEXT];
    const jump = (seq - next) | 0;
    this.unseen = 0;
    this.filled = false;
    if (jump > MAX_JUMP || jump < -MAX_JUMP) return this.#stray(ints, doubles, side, seq, end, jump, length);
    ints[side + SIDE_STATUS] &= ~SIDE_BITS.stray;
    if (jump > 0) {
      this.unseen = length;
      ints[side + NEXT] = end;
      if (!this.#isFirstByte(ints, doubles, side, jump)) this.#open(ints, side, next, seq, time, 0);
      else ints[side + LOWEST] = seq;
      return FRESH;
    }
    if (jump === -1 && length === 1 && probe) return KEEP_ALIVE;
    const above = (end - next) | 0;
    const until = above > 0 ? next : end;
    const old = (until - seq) | 0;
    this.#opened = time;
    const unseen = this.#fill(ints, doubles, side, seq, until) + this.#below(ints, doubles, side, seq, until, start);
    this.unseen = unseen + (above > 0 ? above : 0);
    if (above > 0) ints[side + NEXT] = end;
    if (unseen < old) return RETRANSMITTED_SEGMENT;
    this.filled = true;
    return time - this.#opened < within ? REORDERED_SEGMENT : RETRANSMITTED_SEGMENT;
  }

  /** The other side has acknowledged everything below `ack`. Answers the bytes that were never seen, newly known to be lost. */
  acknowledge(ints: Int32Array, doubles: Float64Array, side: number, ack: number, time: number): number {
    const pool = this.#pool;
    let missed = 0;
    let before = NONE;
    for (let hole = ints[side + HOLE_HEAD]; hole !== NONE; ) {
      if (((pool.to[hole] - ack) | 0) > 0) break;
      const behind = pool.next[hole];
      if ((pool.mark[hole] & COUNTED) === 0) {
        pool.mark[hole] |= COUNTED;
        missed += (pool.to[hole] - pool.from[hole]) | 0;
        before = hole;
      } else if (time - pool.time[hole] > LATE) this.#remove(ints, side, before, hole);
      else before = hole;
      hole = behind;
    }
    const next = ints[side + NEXT];
    const beyond = (ack - next) | 0;
    if (beyond > 0 && beyond <= MAX_JUMP) {
      ints[side + NEXT] = ack;
      // One byte more than was seen may be a FIN that was not captured: nothing is missing then.
      if (beyond > 1) {
        missed += beyond;
        this.#open(ints, side, next, ack, time, COUNTED);
      }
    }
    doubles[(side + MISSED_AT) >> 1] += missed;
    return missed;
  }

  /** Forgets the holes of a direction. */
  clear(ints: Int32Array, side: number): void {
    this.#pool.giveChain(ints[side + HOLE_HEAD]);
    ints[side + HOLE_HEAD] = NONE;
    ints[side + HOLE_COUNT] = 0;
  }

  /** A connection that is seen from its middle on may begin with a keep-alive, one below what is sent next. */
  #isFirstByte(ints: Int32Array, doubles: Float64Array, side: number, jump: number): boolean {
    return jump === 1 && (ints[side + SIDE_STATUS] & SIDE_BITS.syn) === 0 && doubles[(side + PAYLOAD_AT) >> 1] === 0;
  }

  /** A segment from nowhere is believed, with all before it given up, when a second one follows it. */
  #stray(
    ints: Int32Array,
    doubles: Float64Array,
    side: number,
    seq: number,
    end: number,
    jump: number,
    length: number,
  ): number {
    const follows = (ints[side + SIDE_STATUS] & SIDE_BITS.stray) !== 0 && ints[side + STRAY_END] === seq;
    if (!follows) {
      ints[side + SIDE_STATUS] |= SIDE_BITS.stray;
      ints[side + STRAY_SEQ] = seq;
      ints[side + STRAY_END] = end;
      return STRAY;
    }
    const first = ints[side + STRAY_SEQ];
    ints[side + SIDE_STATUS] &= ~SIDE_BITS.stray;
    this.clear(ints, side);
    ints[side + LOWEST] = first;
    ints[side + NEXT] = end;
    this.unseen = length + ((seq - first) | 0);
    if (jump > 0) doubles[(side + MISSED_AT) >> 1] += jump - ((seq - first) | 0);
    return FRESH;
  }

  /** Takes the range out of the holes. Answers how many of its bytes were in one. */
  #fill(ints: Int32Array, doubles: Float64Array, side: number, from: number, to: number): number {
    const pool = this.#pool;
    let unseen = 0;
    let late = 0;
    let before = NONE;
    for (let hole = ints[side + HOLE_HEAD]; hole !== NONE; ) {
      if (((pool.from[hole] - to) | 0) >= 0) break;
      const behind = pool.next[hole];
      if (((pool.to[hole] - from) | 0) <= 0) {
        before = hole;
        hole = behind;
        continue;
      }
      const low = ((pool.from[hole] - from) | 0) > 0 ? pool.from[hole] : from;
      const high = ((pool.to[hole] - to) | 0) < 0 ? pool.to[hole] : to;
      const bytes = (high - low) | 0;
      unseen += bytes;
      if ((pool.mark[hole] & COUNTED) !== 0) late += bytes;
      if (pool.time[hole] < this.#opened) this.#opened = pool.time[hole];
      if (!this.#cut(ints, side, before, hole, low, high)) before = hole;
      hole = behind;
    }
    doubles[(side + MISSED_AT) >> 1] -= late;
    return unseen;
  }

  /** Takes [low, high) out of one hole. Answers whether nothing is left of it. */
  #cut(ints: Int32Array, side: number, before: number, hole: number, low: number, high: number): boolean {
    const pool = this.#pool;
    const fromStart = low === pool.from[hole];
    const toEnd = high === pool.to[hole];
    if (fromStart && toEnd) {
      this.#remove(ints, side, before, hole);
      return true;
    }
    if (fromStart) pool.from[hole] = high;
    else {
      // With too many holes the upper part counts as seen: a limit, not a loss.
      if (!toEnd && ints[side + HOLE_COUNT] < MAX_HOLES) {
        const rest = pool.take(high, pool.to[hole], pool.time[hole], pool.mark[hole]);
        if (rest !== NONE) {
          pool.next[rest] = pool.next[hole];
          pool.next[hole] = rest;
          ints[side + HOLE_COUNT]++;
        }
      }
      pool.to[hole] = low;
    }
    return false;
  }

  /** What lies before the first segment that was seen. */
  #below(ints: Int32Array, doubles: Float64Array, side: number, seq: number, until: number, start: number): number {
    if ((ints[side + SIDE_STATUS] & SIDE_BITS.syn) !== 0 || doubles[(side + PAYLOAD_AT) >> 1] > SETTLED) return 0;
    const lowest = ints[side + LOWEST];
    if (((seq - lowest) | 0) >= 0) return 0;
    const end = ((until - lowest) | 0) < 0 ? until : lowest;
    ints[side + LOWEST] = seq;
    if (start < this.#opened) this.#opened = start;
    if (end !== lowest) this.#prepend(ints, side, end, lowest, start);
    return (end - seq) | 0;
  }

  #prepend(ints: Int32Array, side: number, from: number, to: number, time: number): void {
    if (ints[side + HOLE_COUNT] >= MAX_HOLES) return;
    const hole = this.#pool.take(from, to, time, 0);
    if (hole === NONE) return;
    this.#pool.next[hole] = ints[side + HOLE_HEAD];
    ints[side + HOLE_HEAD] = hole;
    ints[side + HOLE_COUNT]++;
  }

  /** Adds the highest hole. */
  #open(ints: Int32Array, side: number, from: number, to: number, time: number, mark: number): void {
    const pool = this.#pool;
    while (ints[side + HOLE_COUNT] >= MAX_HOLES) this.#remove(ints, side, NONE, ints[side + HOLE_HEAD]);
    const hole = pool.take(from, to, time, mark);
    if (hole === NONE) return;
    let last = ints[side + HOLE_HEAD];
    if (last === NONE) ints[side + HOLE_HEAD] = hole;
    else {
      while (pool.next[last] !== NONE) last = pool.next[last];
      pool.next[last] = hole;
    }
    ints[side + HOLE_COUNT]++;
  }

  #remove(ints: Int32Array, side: number, before: number, hole: number): void {
    const pool = this.#pool;
    if (before === NONE) ints[side + HOLE_HEAD] = pool.next[hole];
    else pool.next[before] = pool.next[hole];
    pool.give(hole);
    ints[side + HOLE_COUNT]--;
  }
}
