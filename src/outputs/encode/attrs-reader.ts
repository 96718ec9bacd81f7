/** Deeper JSON, and objects with more members on the way to the place in hand, are checked by the general parser. */
const DEEPEST = 64;
const MOST_KEYS = 256;

const TAB = 0x09;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/**
 * Takes the JSON of a column over into a document as it is. One walk makes sure that it is one object in one line without a
 * key twice (RFC 8259; Elasticsearch refuses a key that comes twice), and finds the members that a format has a name for.
 * Anything else is parsed and written anew; what is no JSON at all becomes the text of `unreadable`.
 */
export class AttrsReader {
  /** The object as JSON text without line breaks; empty when there is nothing in it. */
  text = '';
  readonly #wanted: readonly string[];
  readonly #hashes: readonly number[];
  /** A bit for each wanted hash, by its last five: most keys are not wanted. */
  readonly #bits: number;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  /** Hashes of the keys of all objects around the place in hand. */
  readonly #keys = new Int32Array(MOST_KEYS);
  #keyCount = 0;
  #trusted = false;
  #at = 0;

  /** @param wanted keys of the outermost object whose values are asked for with {@link member}. */
  constructor(wanted: readonly string[]) {
    this.#wanted = wanted;
    this.#hashes = wanted.map((key) => hashOf(key));
    this.#bits = this.#hashes.reduce((bits, hash) => bits | (1 << hash), 0);
    this.#starts = new Int32Array(wanted.length);
    this.#ends = new Int32Array(wanted.length);
  }

  read(text: string): void {
    this.text = text;
    if (text === '' || text === '{}') {
      this.text = '';
      this.#ends.fill(0);
      return;
    }
    if (this.#isPlain(false)) return;
    this.text = rewritten(text);
    // Nested too deep to be walked: the text is right, but its members are not found.
    if (!this.#isPlain(true)) this.#ends.fill(0);
  }

  /** The value of a wanted key as JSON text, by its place in the list; empty when there is none. */
  member(index: number): string {
    const end = this.#ends[index];
    return end === 0 ? '' : this.text.slice(this.#starts[index], end);
  }

  /** @param trusted whether no key can be there twice, because a parser has seen to it. */
  #isPlain(trusted: boolean): boolean {
    this.#trusted = trusted;
    this.#ends.fill(0);
    this.#keyCount = 0;
    this.#at = this.#after(0);
    if (this.text.charCodeAt(this.#at) !== OPEN_OBJECT || !this.#object(1)) return false;
    return this.#after(this.#at) === this.text.length;
  }

  #value(depth: number): boolean {
    switch (this.text.charCodeAt(this.#at)) {
      case QUOTE:
        return this.#string();
      case OPEN_OBJECT:
        return depth < DEEPEST && this.#object(depth + 1);
      case OPEN_ARRAY:
        return depth < DEEPEST && this.#array(depth + 1);
      case LOWER_T:
        return this.#literal('true');
      case LOWER_F:
        return this.#literal('false');
      case LOWER_N:
        return this.#literal('null');
      default:
        return this.#number();
    }
  }

  #object(depth: number): boolean {
    const { text } = this;
    const outer = this.#keyCount;
    let at = this.#after(this.#at + 1);
    if (text.charCodeAt(at) === CLOSE_OBJECT) return this.#moveTo(at + 1);
    for (;;) {
      if (text.charCodeAt(at) !== QUOTE) return false;
      const start = at + 1;
      let hash = 0;
      let unit = text.charCodeAt(++at);
      while (unit >= SPACE && unit !== QUOTE && unit !== BACKSLASH) {
        hash = (Math.imul(hash, 31) + unit) | 0;
        unit = text.charCodeAt(++at);
      }
      const isNew =
        unit === QUOTE ? this.#isNew(hash, outer) : this.#trusted && this.#moveTo(start - 1) && this.#string();
      if (!isNew) return false;
      const end = unit === QUOTE ? at + 1 : this.#at;
      const colon = this.#after(end);
      if (text.charCodeAt(colon) !== COLON) return false;
      at = this.#after(colon + 1);
      const value = this.#simple(at);
      if (value === 0 && !(this.#moveTo(at) && this.#value(depth))) return false;
      if (depth === 1 && unit === QUOTE && (this.#bits & (1 << hash)) !== 0)
        this.#note(hash, start, at, value || this.#at);
      at = this.#after(value || this.#at);
      if (text.charCodeAt(at) !== COMMA) break;
      at = this.#after(at + 1);
    }
    this.#keyCount = outer;
    return text.charCodeAt(at) === CLOSE_OBJECT && this.#moveTo(at + 1);
  }

  /** Where a string without escapes, or a whole number, that begins here ends: nearly all values are. 0 for any other. */
  #simple(from: number): number {
    const { text } = this;
    let at = from;
    let unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      unit = text.charCodeAt(++at);
      while (unit >= SPACE && unit !== QUOTE && unit !== BACKSLASH) unit = text.charCodeAt(++at);
      return unit === QUOTE ? at + 1 : 0;
    }
    if (!(unit > ZERO && unit <= NINE)) return 0;
    while (unit >= ZERO && unit <= NINE) unit = text.charCodeAt(++at);
    return unit === COMMA || unit === CLOSE_OBJECT || unit === CLOSE_ARRAY ? at : 0;
  }

  /** The first place from here on that is neither space nor tab; a line break has no place in a line. */
  #after(from: number): number {
    let at = from;
    for (let unit = this.text.charCodeAt(at); unit === SPACE || unit === TAB; ) unit = this.text.charCodeAt(++at);
    return at;
  }

  #moveTo(at: number): true {
    this.#at = at;
    return true;
  }

  /** Remembers where the value of a wanted key stands. */
  #note(hash: number, key: number, start: number, end: number): void {
    const index = this.#hashes.indexOf(hash);
    if (index < 0 || !this.text.startsWith(`${this.#wanted[index]}"`, key)) return;
    this.#starts[index] = start;
    this.#ends[index] = end;
  }

  #array(depth: number): boolean {
    const { text } = this;
    let at = this.#after(this.#at + 1);
    if (text.charCodeAt(at) === CLOSE_ARRAY) return this.#moveTo(at + 1);
    for (;;) {
      const value = this.#simple(at);
      if (value === 0 && !(this.#moveTo(at) && this.#value(depth))) return false;
      at = this.#after(value || this.#at);
      if (text.charCodeAt(at) !== COMMA) break;
      at = this.#after(at + 1);
    }
    return text.charCodeAt(at) === CLOSE_ARRAY && this.#moveTo(at + 1);
  }

  #string(): boolean {
    const { text } = this;
    let at = this.#at + 1;
    for (;;) {
      const unit = text.charCodeAt(at);
      if (unit === QUOTE) break;
      // Also past the end, where it is NaN.
      if (!(unit >= SPACE)) return false;
      if (unit === BACKSLASH) {
        ESCAPE.lastIndex = at;
        if (!ESCAPE.test(text)) return false;
        at = ESCAPE.lastIndex;
      } else at++;
    }
    this.#at = at + 1;
    return true;
  }

  /** Keys that share a hash count as the same: the general parser says what is right. */
  #isNew(hash: number, outer: number): boolean {
    if (this.#trusted) return true;
    for (let i = outer; i < this.#keyCount; i++) if (this.#keys[i] === hash) return false;
    if (this.#keyCount === MOST_KEYS) return false;
    this.#keys[this.#keyCount++] = hash;
    return true;
  }

  #number(): boolean {
    NUMBER.lastIndex = this.#at;
    if (!NUMBER.test(this.text)) return false;
    this.#at = NUMBER.lastIndex;
    return true;
  }

  #literal(word: string): boolean {
    if (!this.text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }
}

function hashOf(key: string): number {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
  return hash;
}

function rewritten(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return JSON.stringify(isObject ? value : { value });
  } catch {
    return JSON.stringify({ unreadable: text });
  }
}
