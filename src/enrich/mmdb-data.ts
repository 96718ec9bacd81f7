/** A value of the data section (MaxMind DB format 2.0, "Output Data Section"). 64 and 128-bit integers are rounded. */
export type MmdbValue = string | number | boolean | Uint8Array | MmdbValue[] | MmdbMap;
export interface MmdbMap {
  readonly [key: string]: MmdbValue;
}

/** The file does not keep to the MaxMind DB format. */
export class MmdbError extends Error {
  override readonly name = 'MmdbError';
}

/** Records of known databases nest 4 deep and hold under 200 values; a broken file must not loop or blow up. */
const MAX_DEPTH = 24;
const MAX_VALUES = 8192;
const POINTER_BASE = [0, 2048, 526_336, 0];

export function isMap(value: MmdbValue | undefined): value is MmdbMap {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/**
 * Reads values from `bytes`, between `start` (where pointers count from) and `end`.
 * Source: MaxMind DB File Format Specification 2.0.
 */
export class MmdbData {
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #end: number;
  #at = 0;
  #left = 0;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  /** The value at `offset` from the start of the section. @throws MmdbError where the bytes are no value. */
  read(offset: number): MmdbValue {
    this.#at = this.#start + offset;
    this.#left = MAX_VALUES;
    return this.#value(0);
  }

  #value(depth: number): MmdbValue {
    if (depth > MAX_DEPTH || --this.#left < 0) throw new MmdbError('a record is nested too deep or too large');
    const control = this.#uint(1);
    let type = control >> 5;
    if (type === 1) return this.#pointer(control, depth);
    if (type === 0) type = this.#uint(1) + 7;
    const size = this.#size(control & 31);
    switch (type) {
      case 2:
        return this.#bytes.toString('utf8', this.#skip(size), this.#at);
      case 3:
        if (size !== 8) throw new MmdbError('a double is not 8 bytes long');
        return this.#bytes.readDoubleBE(this.#skip(8));
      case 4:
        return this.#bytes.subarray(this.#skip(size), this.#at);
      case 5:
      case 6:
      case 9:
      case 10:
        if (size > 16) throw new MmdbError('an integer is longer than 16 bytes');
        return this.#uint(size);
      case 7:
        return this.#map(size, depth);
      case 8:
        if (size > 4) throw new MmdbError('an int32 is longer than 4 bytes');
        return this.#uint(size) | 0;
      case 11: {
        const items: MmdbValue[] = [];
        for (let i = 0; i < size; i++) items.push(this.#value(depth + 1));
        return items;
      }
      case 14:
        return size !== 0;
      case 15:
        if (size !== 4) throw new MmdbError('a float is not 4 bytes long');
        return this.#bytes.readFloatBE(this.#skip(4));
      default:
        throw new MmdbError(`a value has the unknown type ${type}`);
    }
  }

  #map(size: number, depth: number): MmdbMap {
    // Without a prototype a key named __proto__ is a key like any other.
    const map = Object.create(null) as Record<string, MmdbValue>;
    for (let i = 0; i < size; i++) {
      const key = this.#value(depth + 1);
      if (typeof key !== 'string') throw new MmdbError('the key of a map is not a string');
      map[key] = this.#value(depth + 1);
    }
    return map;
  }

  #pointer(control: number, depth: number): MmdbValue {
    const length = ((control >> 3) & 3) + 1;
    const high = length === 4 ? 0 : (control & 7) * 256 ** length;
    const target = POINTER_BASE[length - 1] + high + this.#uint(length);
    const back = this.#at;
    this.#at = this.#start + target;
    const value = this.#value(depth + 1);
    this.#at = back;
    return value;
  }

  #size(bits: number): number {
    if (bits < 29) return bits;
    if (bits === 29) return 29 + this.#uint(1);
    return bits === 30 ? 285 + this.#uint(2) : 65_821 + this.#uint(3);
  }

  #uint(length: number): number {
    let value = 0;
    for (let from = this.#skip(length); from < this.#at; from++) value = value * 256 + this.#bytes[from];
    return value;
  }

  /** Moves on by `length` bytes and returns where they begin. */
  #skip(length: number): number {
    const from = this.#at;
    if (from < this.#start || from + length > this.#end) throw new MmdbError('a value runs past the end of the data');
    this.#at = from + length;
    return from;
  }
}
