/** What a list says about a value. */
export interface Label {
  readonly category: string;
  readonly source: string;
  /** Both as members of a JSON object, in two pieces: the confidence stands between them. */
  readonly categoryJson: string;
  readonly sourceJson: string;
}

export function labelOf(category: string, source: string): Label {
  return {
    category,
    source,
    categoryJson: `"category":${JSON.stringify(category)}`,
    sourceJson: `"source":${JSON.stringify(source)}`,
  };
}

/** Different things that one list may say about one value; more are not kept. */
const SAYINGS = 64;
/** No record: the end of a chain, or nothing found. */
export const NONE = 0xffffffff;

/** A copy of `array` with room for at least `length` elements, doubled so that growing stays cheap. */
export function roomier<T extends Uint8Array | Uint16Array | Uint32Array>(array: T, length: number): T {
  const Kind = array.constructor as new (length: number) => T;
  const larger = new Kind(Math.max(array.length * 2, length));
  larger.set(array);
  return larger;
}

/**
 * One record per indicator of one kind, as columns: the label (category and source) by number, and the confidence.
 * Records about the same value form a chain from its first record.
 */
export class IndicatorRecords {
  #labels = new Uint16Array(16);
  #confidences = new Uint8Array(16);
  #next = new Uint32Array(16);
  #length = 0;

  /** Records added, those that said the same again included. */
  get length(): number {
    return this.#length;
  }

  /** @returns the number of the new record. */
  add(label: number, confidence: number): number {
    const record = this.#length++;
    if (record === this.#labels.length) {
      this.#labels = roomier(this.#labels, record + 1);
      this.#confidences = roomier(this.#confidences, record + 1);
      this.#next = roomier(this.#next, record + 1);
    }
    this.#labels[record] = label;
    this.#confidences[record] = confidence;
    this.#next[record] = NONE;
    return record;
  }

  /**
   * Appends `record` to the chain that begins at `head`. Said before with the same label, the higher confidence stays.
   * @returns whether it is kept as a record of its own.
   */
  link(head: number, record: number): boolean {
    let at = head;
    for (let length = 1; ; length++) {
      if (this.#labels[at] === this.#labels[record]) {
        this.#confidences[at] = Math.max(this.#confidences[at], this.#confidences[record]);
        return false;
      }
      if (this.#next[at] === NONE) {
        if (length < SAYINGS) this.#next[at] = record;
        return length < SAYINGS;
      }
      at = this.#next[at];
    }
  }

  label(record: number): number {
    return this.#labels[record];
  }

  confidence(record: number): number {
    return this.#confidences[record];
  }

  /** The next record about the same value, or {@link NONE}. */
  next(record: number): number {
    return this.#next[record];
  }
}

/** Slots of an open-addressing table for `count` keys: a power of two, at most half of it filled. */
export function slotsFor(count: number): number {
  let slots = 16;
  while (slots < count * 2) slots *= 2;
  return slots;
}

/** Spreads the bits of a 32-bit number (the finaliser of MurmurHash3, public domain). */
export function mix(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
