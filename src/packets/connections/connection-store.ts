import { GONE, LISTS } from './expiry.ts';
import { NONE } from './node-pool.ts';
import type { PacketKey } from './packet-key.ts';
import {
  END_AT,
  HASH,
  ORIG_ADDRESS,
  type Page,
  PORTS,
  RECORD,
  RESP_ADDRESS,
  RecordPages,
  TAG,
} from './record-layout.ts';
import { SlotIndex } from './slot-index.ts';
import { SlotLists } from './slot-lists.ts';

const FIRST_FREE = 256;

/** The records of connections: where they are, how they are found, and the lists that they are in. */
export class ConnectionStore {
  /** By when they expire; see `expiry.ts`. */
  readonly expiry = new SlotLists(LISTS);
  /** By how many poll times have passed. */
  readonly polls: SlotLists;
  /** Those that have something to tell at the next observation, by when they began to. */
  readonly active = new SlotLists(1);
  /** Of the last {@link find}: whether the originator of what was found sent the packet. */
  fromOrig = false;
  readonly #pages = new RecordPages();
  readonly #index = new SlotIndex();
  readonly #limit: number;
  #free = new Int32Array(0);
  #freeCount = 0;
  #fresh = 0;

  constructor(limit: number, polls: number) {
    this.#limit = limit;
    this.polls = new SlotLists(polls);
    // Replaced once, so that compiled code does not take the first array for the only one.
    this.#free = new Int32Array(FIRST_FREE);
  }

  /** Connections that can be found. */
  get size(): number {
    return this.#index.size;
  }

  page(slot: number): Page {
    return this.#pages.page(slot);
  }

  at(slot: number): number {
    return this.#pages.at(slot);
  }

  /** The slot of the connection that the packet belongs to, {@link NONE} when there is none. */
  find(key: PacketKey): number {
    const index = this.#index;
    const { hash } = key;
    const { entries } = index;
    for (let place = index.begin(hash); entries[place] !== 0; place = index.after(place)) {
      if (entries[place + 1] !== hash) continue;
      const slot = entries[place] - 1;
      if (this.#matches(slot, key)) return slot;
    }
    return NONE;
  }

  /** A slot of which all words are 0; {@link NONE} when there is no room. */
  acquire(): number {
    if (this.#freeCount > 0) return this.#clear(this.#free[--this.#freeCount]);
    if (this.#fresh >= this.#limit) return NONE;
    if (this.#fresh === this.#pages.slots) {
      this.#pages.grow();
      const { slots } = this.#pages;
      this.expiry.reserve(slots);
      this.polls.reserve(slots);
      this.active.reserve(slots);
    }
    return this.#fresh++;
  }

  release(slot: number): void {
    if (this.#freeCount === this.#free.length) {
      const larger = new Int32Array(this.#free.length * 2);
      larger.set(this.#free);
      this.#free = larger;
    }
    this.#free[this.#freeCount++] = slot;
  }

  /** Of those that can be found, the one that was silent for longest; there has to be one. */
  oldest(): number {
    let oldest = NONE;
    let since = Number.POSITIVE_INFINITY;
    for (let list = 0; list < GONE; list++) {
      const slot = this.expiry.head(list);
      if (slot === NONE) continue;
      const end = this.page(slot).doubles[(this.at(slot) + END_AT) >> 1];
      if (oldest !== NONE && end >= since) continue;
      oldest = slot;
      since = end;
    }
    return oldest;
  }

  /** Writes the key of a connection that the packet begins, and makes it be found. */
  insert(slot: number, key: PacketKey, fromOrig: boolean): void {
    const { ints } = this.page(slot);
    const record = this.at(slot);
    const src = record + (fromOrig ? ORIG_ADDRESS : RESP_ADDRESS);
    const dst = record + (fromOrig ? RESP_ADDRESS : ORIG_ADDRESS);
    ints[src] = key.src0;
    ints[src + 1] = key.src1;
    ints[src + 2] = key.src2;
    ints[src + 3] = key.src3;
    ints[dst] = key.dst0;
    ints[dst + 1] = key.dst1;
    ints[dst + 2] = key.dst2;
    ints[dst + 3] = key.dst3;
    ints[record + PORTS] = fromOrig ? (key.srcPort << 16) | key.dstPort : (key.dstPort << 16) | key.srcPort;
    ints[record + TAG] = key.tag;
    ints[record + HASH] = key.hash;
    this.#index.insert(key.hash, slot);
  }

  /** Makes it not be found any more. */
  remove(slot: number): void {
    this.#index.remove(this.page(slot).ints[this.at(slot) + HASH], slot);
  }

  #clear(slot: number): number {
    const at = this.at(slot);
    this.page(slot).ints.fill(0, at, at + RECORD);
    return slot;
  }

  #matches(slot: number, key: PacketKey): boolean {
    const { ints } = this.page(slot);
    const at = this.at(slot);
    if (ints[at + TAG] !== key.tag) return false;
    const ports = ints[at + PORTS];
    if (ports === ((key.srcPort << 16) | key.dstPort) && isPacket(ints, at + ORIG_ADDRESS, at + RESP_ADDRESS, key)) {
      this.fromOrig = true;
      return true;
    }
    this.fromOrig = false;
    return ports === ((key.dstPort << 16) | key.srcPort) && isPacket(ints, at + RESP_ADDRESS, at + ORIG_ADDRESS, key);
  }
}

/** Whether the packet goes from the address at `src` to the one at `dst`. */
function isPacket(ints: Int32Array, src: number, dst: number, key: PacketKey): boolean {
  return (
    ints[src] === key.src0 &&
    ints[dst] === key.dst0 &&
    ints[src + 1] === key.src1 &&
    ints[src + 2] === key.src2 &&
    ints[src + 3] === key.src3 &&
    ints[dst + 1] === key.dst1 &&
    ints[dst + 2] === key.dst2 &&
    ints[dst + 3] === key.dst3
  );
}
