/** Packets in the making at most, and the bytes of all of them. */
const MAX_PACKETS = 512;
const MAX_BYTES = 8 * 1024 * 1024;
/** Microseconds until a packet that did not become whole is given up (RFC 791 suggests 15 s, RFC 8200 has 60 s). */
const LIFETIME = 60e6;
/** Offsets count in units of 8 bytes, in 13 bits. */
const UNITS = 8192;
const MAX_LENGTH = UNITS * 8;

/** A packet whose fragments come in. */
class Assembly {
  readonly began: number;
  bytes = new Uint8Array(2048);
  /** One where the unit is there. */
  readonly #units = new Uint8Array(UNITS);
  #there = 0;
  /** Length in bytes; 0 until the last fragment came. */
  length = 0;
  /** Next header of the first fragment (IPv6). */
  next = 0;

  constructor(began: number) {
    this.began = began;
  }

  /** Takes in `from[start..end)` at `offset`. False when it contradicts what is there. */
  add(offset: number, last: boolean, from: Uint8Array, start: number, end: number): boolean {
    const stop = offset + end - start;
    if (stop > MAX_LENGTH || (!last && (end - start) % 8 !== 0)) return false;
    if (last && this.length !== 0 && this.length !== stop) return false;
    if (this.length !== 0 && stop > this.length) return false;
    const firstUnit = offset / 8;
    const endUnit = Math.ceil(stop / 8);
    let known = 0;
    for (let unit = firstUnit; unit < endUnit; unit++) known += this.#units[unit];
    // The same again is a duplicate; a part of it again is how filters are evaded, and never what a router makes.
    if (known > 0) return known === endUnit - firstUnit;
    if (last) {
      for (let unit = endUnit; unit < UNITS; unit++) if (this.#units[unit] === 1) return false;
      this.length = stop;
    }
    this.#units.fill(1, firstUnit, endUnit);
    this.#there += endUnit - firstUnit;
    this.#reserve(stop);
    this.bytes.set(from.subarray(start, end), offset);
    return true;
  }

  get whole(): boolean {
    return this.length > 0 && this.#there === Math.ceil(this.length / 8);
  }

  #reserve(length: number): void {
    if (length <= this.bytes.length) return;
    const larger = new Uint8Array(Math.min(MAX_LENGTH, Math.max(length, this.bytes.length * 2)));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

/** Puts fragmented IP packets together again, within bounds: the oldest make room. */
export class IpFragments {
  readonly #assemblies = new Map<string, Assembly>();
  #bytes = 0;
  /** Packets that were given up: too old, no room, or contradictory. */
  givenUp = 0;

  /**
   * Adds a fragment. Answers the payload of the whole packet when this completes it; it is the caller's to keep.
   * @param key what tells packets apart: addresses, identification, protocol.
   * @param time microseconds; the clock of the capture, not ours.
   * @param next next header as the fragment header says (IPv6); that of the first fragment counts.
   */
  add(
    key: string,
    time: number,
    offset: number,
    last: boolean,
    next: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): { bytes: Uint8Array; length: number; next: number } | undefined {
    let assembly = this.#assemblies.get(key);
    if (assembly && time - assembly.began > LIFETIME) {
      this.#drop(key, assembly);
      assembly = undefined;
    }
    if (!assembly) {
      this.#makeRoom(time);
      assembly = new Assembly(time);
      this.#assemblies.set(key, assembly);
      this.#bytes += assembly.bytes.length;
    }
    const before = assembly.bytes.length;
    const accepted = assembly.add(offset, last, bytes, start, end);
    this.#bytes += assembly.bytes.length - before;
    if (!accepted) {
      this.#drop(key, assembly);
      return undefined;
    }
    if (offset === 0) assembly.next = next;
    if (!assembly.whole) return undefined;
    this.#assemblies.delete(key);
    this.#bytes -= assembly.bytes.length;
    return assembly;
  }

  /** Packets that are not whole yet. */
  get waiting(): number {
    return this.#assemblies.size;
  }

  #makeRoom(time: number): void {
    for (const [key, assembly] of this.#assemblies) {
      const old = time - assembly.began > LIFETIME;
      if (!old && this.#assemblies.size < MAX_PACKETS && this.#bytes < MAX_BYTES) return;
      this.#drop(key, assembly);
    }
  }

  #drop(key: string, assembly: Assembly): void {
    this.#assemblies.delete(key);
    this.#bytes -= assembly.bytes.length;
    this.givenUp++;
  }
}
