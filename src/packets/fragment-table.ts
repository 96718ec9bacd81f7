import type { Dissected } from './dissected.ts';

/** Places in a row that a fragment may stand in, and rows: both powers of two. */
const WAYS = 4;
const ROWS = 1024;
/** Numbers of a key: addresses (four each, IPv4 in the first), identification, family and protocol. */
const KEY = 10;
/** Microseconds until the same identification may mean another packet (RFC 791 suggests 15 s, RFC 8200 has 60 s). */
const LIFETIME = 60e6;

/**
 * Remembers the ports of first fragments, so that the later ones count for the same connection. Later ones that come
 * before the first stay without. Its size is fixed: the oldest in the row makes room.
 */
export class FragmentTable {
  readonly #keys = new Uint32Array(ROWS * WAYS * KEY);
  readonly #times = new Float64Array(ROWS * WAYS).fill(Number.NEGATIVE_INFINITY);
  readonly #ports = new Uint32Array(ROWS * WAYS);
  readonly #ids = new Uint16Array(ROWS * WAYS);
  readonly #protos = new Uint8Array(ROWS * WAYS);
  readonly #key = new Uint32Array(KEY);
  #row = 0;

  /** Keeps the protocol and ports of the first fragment `of`. */
  remember(view: DataView, of: Dissected, id: number, time: number): void {
    this.#make(view, of, id);
    const now = Number.isNaN(time) ? 0 : time;
    let place = this.#find();
    if (place < 0) place = this.#oldest();
    this.#keys.set(this.#key, place * KEY);
    this.#times[place] = now;
    this.#ports[place] = of.srcPort * 65_536 + of.dstPort;
    this.#ids[place] = of.icmpId;
    this.#protos[place] = of.proto;
  }

  /** Gives the later fragment `into` what its first one had, when that is known. */
  recall(view: DataView, into: Dissected, id: number, time: number): void {
    this.#make(view, into, id);
    const place = this.#find();
    if (place < 0 || (Number.isNaN(time) ? 0 : time) - this.#times[place] > LIFETIME) return;
    into.proto = this.#protos[place];
    into.srcPort = this.#ports[place] >>> 16;
    into.dstPort = this.#ports[place] & 0xffff;
    into.icmpId = this.#ids[place];
  }

  #make(view: DataView, { family, src, dst, proto }: Dissected, id: number): void {
    const key = this.#key;
    const words = family === 4 ? 1 : 4;
    key.fill(0);
    for (let i = 0; i < words; i++) {
      key[i] = view.getUint32(src + i * 4);
      key[4 + i] = view.getUint32(dst + i * 4);
    }
    key[8] = id;
    // The protocol tells IPv4 packets apart; in IPv6 only the first fragment need tell it.
    key[9] = family === 4 ? 256 + proto : 6;
    let hash = 0x811c9dc5;
    for (let i = 0; i < KEY; i++) {
      hash = Math.imul(hash ^ key[i], 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    this.#row = (hash & (ROWS - 1)) * WAYS;
  }

  #find(): number {
    const keys = this.#keys;
    const key = this.#key;
    for (let place = this.#row; place < this.#row + WAYS; place++) {
      const at = place * KEY;
      let same = 0;
      while (same < KEY && keys[at + same] === key[same]) same++;
      if (same === KEY) return place;
    }
    return -1;
  }

  #oldest(): number {
    let oldest = this.#row;
    for (let place = oldest + 1; place < this.#row + WAYS; place++)
      if (this.#times[place] < this.#times[oldest]) oldest = place;
    return oldest;
  }
}
