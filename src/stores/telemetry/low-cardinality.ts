import type { DictColumn } from '../../model/batch.ts';
import type { Dictionary } from '../../model/dictionary.ts';
import { type NativeWriter, putVarint } from './native-writer.ts';

/** SharedDictionariesWithAdditionalKeys, the only version of the serialisation there is. */
const KEYS_VERSION = 1;
/** The block brings its own keys (bit 9) and they replace whatever dictionary was known (bit 10). */
const OWN_KEYS = 0x600;
/** UTF-8 texts kept for one dictionary; a larger dictionary is encoded anew each time. */
const CACHE_BYTES = 8 << 20;

const encoder = new TextEncoder();

/** The strings of one dictionary as UTF-8, extended as the dictionary grows. */
class EncodedStrings {
  bytes = new Uint8Array(1024);
  offsets = new Uint32Array(64);
  count = 0;

  extend(strings: readonly string[]): void {
    if (strings.length + 1 > this.offsets.length) {
      const larger = new Uint32Array(Math.max(this.offsets.length * 2, strings.length + 1));
      larger.set(this.offsets);
      this.offsets = larger;
    }
    for (; this.count < strings.length; this.count++) {
      const text = strings[this.count];
      const at = this.offsets[this.count];
      const room = text.length * 3;
      if (at + room > this.bytes.length) {
        const larger = new Uint8Array(Math.max(this.bytes.length * 2, at + room));
        larger.set(this.bytes.subarray(0, at));
        this.bytes = larger;
      }
      this.offsets[this.count + 1] = at + encoder.encodeInto(text, this.bytes.subarray(at)).written;
    }
  }
}

/**
 * Writes dictionary-coded columns as `LowCardinality(String)`. A batch shares its dictionary with many others, so only
 * the keys that its own rows use are written, numbered anew in order of appearance.
 */
export class LowCardinalityEncoder {
  #encoded = new WeakMap<Dictionary, EncodedStrings>();
  /** For each code of the dictionary: its new number, valid where the stamp is the current one. */
  #numbers = new Uint32Array(1024);
  #stamps = new Uint32Array(1024);
  #stamp = 0;
  #used = new Uint32Array(1024);
  #indexes = new Uint32Array(1024);

  write(writer: NativeWriter, column: DictColumn, rows: number): void {
    const keys = this.#renumber(column, rows);
    writer.u64(KEYS_VERSION);
    const width = keys <= 0x100 ? 0 : keys <= 0x1_0000 ? 1 : 2;
    writer.u64(OWN_KEYS | width);
    writer.u64(keys);
    this.#writeKeys(writer, column.dictionary, keys);
    writer.u64(rows);
    const indexes = this.#indexes.subarray(0, rows);
    if (width === 0) {
      const at = writer.reserve(rows);
      writer.bytes.set(indexes, at);
      writer.length = at + rows;
    } else writer.raw(width === 1 ? Uint16Array.from(indexes) : indexes);
  }

  /** Fills `#indexes` with the new number of each row and `#used` with the code of each number; returns how many. */
  #renumber(column: DictColumn, rows: number): number {
    const size = column.dictionary.size;
    if (this.#numbers.length < size) {
      this.#numbers = new Uint32Array(size * 2);
      this.#stamps = new Uint32Array(size * 2);
      this.#stamp = 0;
    }
    if (this.#indexes.length < rows) {
      this.#indexes = new Uint32Array(rows);
      this.#used = new Uint32Array(rows);
    }
    if (this.#stamp === 0xffff_ffff) {
      this.#stamps.fill(0);
      this.#stamp = 0;
    }
    const stamp = ++this.#stamp;
    const { codes } = column;
    const numbers = this.#numbers;
    const stamps = this.#stamps;
    const indexes = this.#indexes;
    let keys = 0;
    for (let r = 0; r < rows; r++) {
      // A code that the dictionary does not have (a step forgot to replace it) is the empty string.
      const code = codes[r] < size ? codes[r] : 0;
      if (stamps[code] !== stamp) {
        stamps[code] = stamp;
        numbers[code] = keys;
        this.#used[keys++] = code;
      }
      indexes[r] = numbers[code];
    }
    return keys;
  }

  #writeKeys(writer: NativeWriter, dictionary: Dictionary, keys: number): void {
    let encoded = this.#encoded.get(dictionary);
    if (!encoded || encoded.bytes.length > CACHE_BYTES) {
      encoded = new EncodedStrings();
      this.#encoded.set(dictionary, encoded);
    }
    encoded.extend(dictionary.strings);
    const { bytes: from, offsets } = encoded;
    for (let k = 0; k < keys; k++) {
      const start = offsets[this.#used[k]];
      const end = offsets[this.#used[k] + 1];
      let at = writer.reserve(end - start + 8);
      const to = writer.bytes;
      at = putVarint(to, at, end - start);
      if (end - start < 48) for (let i = start; i < end; i++) to[at++] = from[i];
      else {
        to.set(from.subarray(start, end), at);
        at += end - start;
      }
      writer.length = at;
    }
  }
}
