import { getRandomValues } from 'node:crypto';
import { endianness } from 'node:os';
import { Peer } from './peer.ts';

/** Third word of a mapped IPv4 address: the bytes 0, 0, 255, 255. */
export const MAPPED = endianness() === 'LE' ? 0xffff0000 : 0x0000ffff;

const FIRST_SLOTS = 1024;

/**
 * Senders by binary address, without a string for a datagram. Source addresses can be forged, so the table is bounded:
 * when it is full, somebody who sent only once since the hand last came by makes room (second chance, as pages are
 * replaced). A flood from random addresses replaces itself, and those who send regularly stay.
 */
export class PeerTable {
  readonly #limit: number;
  /** Peers, dense: index i was the i-th to come, or took the place of somebody. */
  readonly #peers: Peer[] = [];
  /** Heard of again since the hand last came by. */
  readonly #again: Uint8Array;
  /** Index + 1 by hash, 0 where free. Open addressing with linear probing, at most half full. */
  #slots = new Int32Array(FIRST_SLOTS);
  #hand = 0;
  /** Datagrams come in runs from one sender: the one found last. */
  #last: Peer | undefined;
  #lastIndex = 0;
  /**
   * Simple tabulation hashing: a random word for each byte value at each place. Nobody outside can choose addresses
   * that collide.
   */
  readonly #random = randomWords(16 * 256);
  readonly #base: number;
  /** Peers that had to make room. */
  evicted = 0;

  constructor(limit: number) {
    this.#limit = limit;
    this.#again = new Uint8Array(limit);
    this.#base = this.#mix(0, 0) ^ this.#mix(1, 0) ^ this.#mix(2, MAPPED);
  }

  get size(): number {
    return this.#peers.length;
  }

  all(): IterableIterator<Peer> {
    return this.#peers.values();
  }

  /** The peer with this address; undefined when it is not in the table. */
  find(w0: number, w1: number, w2: number, w3: number): Peer | undefined {
    const last = this.#last;
    if (last && last.w3 === w3 && last.w2 === w2 && last.w1 === w1 && last.w0 === w0) {
      this.#again[this.#lastIndex] = 1;
      return last;
    }
    const mask = this.#slots.length - 1;
    for (let slot = this.#hash(w0, w1, w2, w3) & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot] - 1;
      if (index < 0) return undefined;
      const peer = this.#peers[index];
      if (peer.w3 !== w3 || peer.w2 !== w2 || peer.w1 !== w1 || peer.w0 !== w0) continue;
      this.#again[index] = 1;
      this.#last = peer;
      this.#lastIndex = index;
      return peer;
    }
  }

  /** A new peer for an address that {@link find} does not know. */
  add(w0: number, w1: number, w2: number, w3: number): Peer {
    const peer = new Peer(w0, w1, w2, w3);
    let index = this.#peers.length;
    if (index < this.#limit) {
      if ((index + 1) * 2 > this.#slots.length) this.#grow();
      this.#peers.push(peer);
    } else {
      index = this.#evict();
      this.#peers[index] = peer;
      this.#again[index] = 0;
    }
    this.#place(index);
    return peer;
  }

  /** Takes somebody out of the slots. @returns the index that became free. */
  #evict(): number {
    while (this.#again[this.#hand] !== 0) {
      this.#again[this.#hand] = 0;
      this.#hand = (this.#hand + 1) % this.#limit;
    }
    const index = this.#hand;
    this.#hand = (index + 1) % this.#limit;
    if (this.#lastIndex === index) this.#last = undefined;
    this.#remove(index);
    this.evicted++;
    return index;
  }

  #place(index: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = this.#home(index) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = index + 1;
  }

  /** Frees the slot of a peer; those behind it move up, so that no tombstones gather. */
  #remove(index: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hole = this.#home(index) & mask;
    while (slots[hole] !== index + 1) hole = (hole + 1) & mask;
    for (let next = (hole + 1) & mask; slots[next] !== 0; next = (next + 1) & mask) {
      const home = this.#home(slots[next] - 1) & mask;
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      slots[hole] = slots[next];
      hole = next;
    }
    slots[hole] = 0;
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let index = 0; index < this.#peers.length; index++) this.#place(index);
  }

  #home(index: number): number {
    const { w0, w1, w2, w3 } = this.#peers[index];
    return this.#hash(w0, w1, w2, w3);
  }

  #hash(w0: number, w1: number, w2: number, w3: number): number {
    if (w0 === 0 && w1 === 0 && w2 === MAPPED) return this.#base ^ this.#mix(3, w3);
    return this.#mix(0, w0) ^ this.#mix(1, w1) ^ this.#mix(2, w2) ^ this.#mix(3, w3);
  }

  #mix(place: number, word: number): number {
    const random = this.#random;
    const at = place * 1024;
    return (
      random[at + (word & 255)] ^
      random[at + 256 + ((word >>> 8) & 255)] ^
      random[at + 512 + ((word >>> 16) & 255)] ^
      random[at + 768 + (word >>> 24)]
    );
  }
}

function randomWords(count: number): Int32Array {
  return getRandomValues(new Int32Array(count));
}
