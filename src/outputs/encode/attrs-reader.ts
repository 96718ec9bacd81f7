/** Deeper JSON, and objects with more members on the way to the place in hand, are checked by the general parser. */
const DEEPEST = 64;
const MOST_KEYS = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const LITERALS = ['true', 'false', 'null'];

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
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  /** Hashes of the keys of all objects around the place in hand. */
  readonly #keys = new Int32Array(MOST_KEYS);
  #keyCount = 0;
  #keyStart = 0;
  #hasEscape = false;
  #trusted = false;
  #at = 0;

  /** @param wanted keys of the outermost object whose values are asked for with {@link member}. */
  constructor(wanted: readonly string[]) {
    this.#wanted = wanted;
    this.#hashes = wanted.map((key) => hashOf(key));
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
    this.#at = 0;
    this.#skipSpace();
    if (this.text.charCodeAt(this.#at) !== OPEN_OBJECT || !this.#object(1)) return false;
    this.#skipSpace();
    return this.#at === this.text.length;
  }

  #value(depth: number): boolean {
    switch (this.text.charCodeAt(this.#at)) {
      case QUOTE:
        return this.#string() !== undefined;
      case OPEN_OBJECT:
        return depth < DEEPEST && this.#object(depth + 1);
      case OPEN_ARRAY:
        return depth < DEEPEST && this.#array(depth + 1);
      default:
        return this.#number() || this.#literal();
    }
  }

  #object(depth: number): boolean {
    const outer = this.#keyCount;
    this.#at++;
    this.#skipSpace();
    if (this.#take(CLOSE_OBJECT)) return true;
    do {
      this.#skipSpace();
      const hash = this.#string();
      if (hash === undefined || !this.#isNew(hash, outer)) return false;
      const wanted = depth === 1 ? this.#find(hash) : -1;
      this.#skipSpace();
      if (!this.#take(COLON)) return false;
      this.#skipSpace();
      const start = this.#at;
      if (!this.#value(depth)) return false;
      if (wanted >= 0) {
        this.#starts[wanted] = start;
        this.#ends[wanted] = this.#at;
      }
      this.#skipSpace();
    } while (this.#take(COMMA));
    this.#keyCount = outer;
    return this.#take(CLOSE_OBJECT);
  }

  #array(depth: number): boolean {
    this.#at++;
    this.#skipSpace();
    if (this.#take(CLOSE_ARRAY)) return true;
    do {
      this.#skipSpace();
      if (!this.#value(depth)) return false;
      this.#skipSpace();
    } while (this.#take(COMMA));
    return this.#take(CLOSE_ARRAY);
  }

  /** Goes over a string. @returns the hash of what stands between its quotes, or undefined when it is none. */
  #string(): number | undefined {
    const { text } = this;
    if (text.charCodeAt(this.#at) !== QUOTE) return undefined;
    let hash = 0;
    let at = this.#at + 1;
    this.#keyStart = at;
    this.#hasEscape = false;
    for (;;) {
      const unit = text.charCodeAt(at);
      if (unit === QUOTE) break;
      // Also past the end, where it is NaN.
      if (!(unit >= 0x20)) return undefined;
      if (unit === BACKSLASH) {
        ESCAPE.lastIndex = at;
        if (!ESCAPE.test(text)) return undefined;
        at = ESCAPE.lastIndex;
        this.#hasEscape = true;
        continue;
      }
      hash = (Math.imul(hash, 31) + unit) | 0;
      at++;
    }
    this.#at = at + 1;
    return hash;
  }

  /** Keys that share a hash, or can be spelled in two ways, count as the same: the general parser says what is right. */
  #isNew(hash: number, outer: number): boolean {
    if (this.#trusted) return true;
    if (this.#hasEscape) return false;
    for (let i = outer; i < this.#keyCount; i++) if (this.#keys[i] === hash) return false;
    if (this.#keyCount === MOST_KEYS) return false;
    this.#keys[this.#keyCount++] = hash;
    return true;
  }

  #find(hash: number): number {
    const index = this.#hashes.indexOf(hash);
    return index >= 0 && !this.#hasEscape && this.text.startsWith(`${this.#wanted[index]}"`, this.#keyStart)
      ? index
      : -1;
  }

  #number(): boolean {
    NUMBER.lastIndex = this.#at;
    if (!NUMBER.test(this.text)) return false;
    this.#at = NUMBER.lastIndex;
    return true;
  }

  #literal(): boolean {
    const literal = LITERALS.find((word) => this.text.startsWith(word, this.#at));
    this.#at += literal?.length ?? 0;
    return literal !== undefined;
  }

  #take(unit: number): boolean {
    if (this.text.charCodeAt(this.#at) !== unit) return false;
    this.#at++;
    return true;
  }

  /** Spaces and tabs; a line break has no place in a line. */
  #skipSpace(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.#at);
      if (unit !== 0x20 && unit !== 0x09) return;
      this.#at++;
    }
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
