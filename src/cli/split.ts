const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** What the splitter finds. The bytes are only valid during the call. */
export interface SplitSink {
  /** One record, `bytes[start..end)`, without the line breaks around it. */
  record(bytes: Uint8Array, start: number, end: number): void;
  /** A record longer than the limit was passed over. */
  tooLong(): void;
}

/**
 * Cuts a stream of JSON into records without parsing it: one JSON value a line (NDJSON), values that run over several
 * lines, or the elements of one array, trailing comma or not (nfdump writes one). Which of them it is shows in the
 * first bytes. Memory is bounded by `limit`, the longest record in bytes.
 */
export class Splitter {
  readonly #sink: SplitSink;
  readonly #limit: number;
  #mode: 'start' | 'lines' | 'values' | 'array' | 'done' = 'start';
  #held = new Uint8Array(64 * 1024);
  #length = 0;
  #skipping = false;
  // State of the byte machine that follows nesting in `values` and `array`.
  #depth = 0;
  #inString = false;
  #escaped = false;

  constructor(sink: SplitSink, limit: number) {
    this.#sink = sink;
    this.#limit = limit;
  }

  /** Whether the input is one array that has not been closed. */
  get unfinished(): boolean {
    return this.#mode === 'array';
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    if (this.#mode === 'start') {
      while (from < chunk.length && isBlank(chunk[from])) from++;
      if (from === chunk.length) return;
      // A line of its own or a value over several lines: not known before its end.
      this.#mode = chunk[from] === OPEN_BRACKET ? 'array' : 'values';
      if (this.#mode === 'array') from++;
    }
    if (this.#mode === 'lines') this.#lines(chunk, from);
    else if (this.#mode !== 'done') this.#nested(chunk, from);
  }

  /** The end of the input: what is left is a record, complete or not. */
  end(): void {
    if (this.#mode === 'lines' || this.#mode === 'values' || this.#length > 0) this.#emit();
  }

  #lines(chunk: Uint8Array, begin: number): void {
    let from = begin;
    while (from < chunk.length) {
      const at = chunk.indexOf(LINE_FEED, from);
      if (at < 0) {
        this.#hold(chunk, from, chunk.length);
        return;
      }
      if (this.#length === 0 && !this.#skipping && at - from <= this.#limit) this.#give(chunk, from, at);
      else {
        this.#hold(chunk, from, at);
        this.#emit();
      }
      from = at + 1;
    }
  }

  /** Follows strings and brackets; a record ends where depth returns to 0 (or at a comma between array elements). */
  #nested(chunk: Uint8Array, begin: number): void {
    const inArray = this.#mode === 'array';
    let from = begin;
    for (let at = begin; at < chunk.length; at++) {
      const byte = chunk[at];
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#inString = false;
        continue;
      }
      if (byte === QUOTE) this.#inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth++;
      else if (byte === 0x7d || byte === 0x5d) {
        this.#depth--;
        if (inArray && this.#depth < 0) {
          this.#finish(chunk, from, at);
          this.#mode = 'done';
          return;
        }
      } else if (byte === COMMA && inArray && this.#depth === 0) {
        this.#finish(chunk, from, at);
        from = at + 1;
      } else if (byte === LINE_FEED && !inArray && this.#depth <= 0) {
        // The first value stood on a line of its own: so do the others, and a broken one harms no other.
        const single = !this.#spansLines(chunk, from, at);
        this.#finish(chunk, from, at);
        this.#depth = 0;
        from = at + 1;
        if (single) {
          this.#mode = 'lines';
          this.#lines(chunk, from);
          return;
        }
      }
    }
    this.#hold(chunk, from, chunk.length);
  }

  #spansLines(chunk: Uint8Array, from: number, to: number): boolean {
    const held = this.#held.subarray(0, this.#length);
    return this.#skipping || held.includes(LINE_FEED) || chunk.subarray(from, to).includes(LINE_FEED);
  }

  #finish(chunk: Uint8Array, from: number, to: number): void {
    this.#hold(chunk, from, to);
    this.#emit();
  }

  #hold(chunk: Uint8Array, from: number, to: number): void {
    const more = to - from;
    if (this.#skipping || more === 0) return;
    if (this.#length + more > this.#limit) {
      this.#skipping = true;
      this.#length = 0;
      return;
    }
    if (this.#length + more > this.#held.length) {
      const larger = new Uint8Array(Math.min(this.#limit, Math.max(this.#held.length * 2, this.#length + more)));
      larger.set(this.#held.subarray(0, this.#length));
      this.#held = larger;
    }
    this.#held.set(chunk.subarray(from, to), this.#length);
    this.#length += more;
  }

  #emit(): void {
    if (this.#skipping) this.#sink.tooLong();
    else this.#give(this.#held, 0, this.#length);
    this.#skipping = false;
    this.#length = 0;
  }

  #give(bytes: Uint8Array, from: number, to: number): void {
    let start = from;
    let end = to;
    while (start < end && isBlank(bytes[start])) start++;
    while (end > start && isBlank(bytes[end - 1])) end--;
    if (end > start) this.#sink.record(bytes, start, end);
  }
}

/** White space of JSON, and the byte order mark that some tools write first. */
function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === 0x09 || isMark(byte);
}

function isMark(byte: number): boolean {
  return byte === 0xef || byte === 0xbb || byte === 0xbf;
}
