import { Dictionary } from '../../model/dictionary.ts';
import { hashOf } from './key-table.ts';
import { hasEscapes, unescapeInto } from './unescape.ts';

const SLOTS = 2048;
const WORDS = 512;
const LONGEST = 48;
const decoder = new TextDecoder();

/**
 * Codes of words in a dictionary by the bytes of the word, so that no string is made for one that was met before. It
 * remembers the first few hundred short words of a dictionary; others take the way through a string.
 */
export class WordCodes {
  #dictionary = new Dictionary();
  #words = 0;
  /** The word met last, -1 before the first. */
  #last = -1;
  readonly #slots = new Int16Array(SLOTS).fill(-1);
  readonly #codes = new Uint32Array(WORDS);
  readonly #lengths = new Uint8Array(WORDS);
  readonly #bytes = new Uint8Array(WORDS * LONGEST);

  /** The code of the JSON string contents `bytes[from..to)` in `dictionary`. */
  codeOf(dictionary: Dictionary, bytes: Uint8Array, from: number, to: number): number {
    if (dictionary !== this.#dictionary) this.#forget(dictionary);
    const length = to - from;
    // Many senders say the same in every record.
    if (this.#last >= 0 && length === this.#lengths[this.#last] && this.#equals(this.#last, bytes, from, to))
      return this.#codes[this.#last];
    if (length > LONGEST) return dictionary.intern(wordOf(bytes, from, to));
    const hash = hashOf(bytes, from, to);
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    for (; this.#slots[slot] >= 0; slot = (slot + 1) & (SLOTS - 1)) {
      const word = this.#slots[slot];
      if (this.#lengths[word] === length && this.#equals(word, bytes, from, to)) {
        this.#last = word;
        return this.#codes[word];
      }
    }
    const code = dictionary.intern(wordOf(bytes, from, to));
    if (this.#words < WORDS) this.#remember(slot, code, bytes, from, to);
    return code;
  }

  #equals(word: number, bytes: Uint8Array, from: number, to: number): boolean {
    const known = this.#bytes;
    let at = word * LONGEST;
    for (let i = from; i < to; i++) if (bytes[i] !== known[at++]) return false;
    return true;
  }

  #remember(slot: number, code: number, bytes: Uint8Array, from: number, to: number): void {
    const word = this.#words++;
    this.#slots[slot] = word;
    this.#codes[word] = code;
    this.#lengths[word] = to - from;
    let at = word * LONGEST;
    for (let i = from; i < to; i++) this.#bytes[at++] = bytes[i];
  }

  #forget(dictionary: Dictionary): void {
    this.#dictionary = dictionary;
    this.#words = 0;
    this.#last = -1;
    this.#slots.fill(-1);
  }
}

/** The JSON string contents `bytes[from..to)` as a string. */
export function wordOf(bytes: Uint8Array, from: number, to: number): string {
  if (!hasEscapes(bytes, from, to)) return decoder.decode(bytes.subarray(from, to));
  const plain = new Uint8Array(to - from);
  return decoder.decode(plain.subarray(0, unescapeInto(bytes, from, to, plain, 0)));
}
