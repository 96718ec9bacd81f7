const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

interface Entry {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/**
 * Strings by the bytes they were read from, so that a user or an application met again costs no new string. A fixed
 * number of slots; what falls into a taken slot takes it over.
 */
export class TextCache {
  readonly #slots: (Entry | undefined)[];
  readonly #mask: number;
  readonly #make: (bytes: Uint8Array) => string;

  /** @param slots a power of two. @param make what the text of some bytes is; UTF-8 when left out. */
  constructor(slots = 4096, make: (bytes: Uint8Array) => string = (bytes) => decoder.decode(bytes)) {
    this.#slots = new Array<Entry | undefined>(slots).fill(undefined);
    this.#mask = slots - 1;
    this.#make = make;
  }

  read(from: Uint8Array, start: number, end: number): string {
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ from[i], 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & this.#mask;
    const entry = this.#slots[slot];
    if (entry && isSame(entry.bytes, from, start, end)) return entry.text;
    const bytes = from.slice(start, end);
    const text = this.#make(bytes);
    this.#slots[slot] = { bytes, text };
    return text;
  }
}

function isSame(known: Uint8Array, from: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== from[start + i]) return false;
  return true;
}
