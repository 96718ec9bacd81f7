/** UTF-8 has at most so many bytes for a unit of UTF-16 (two units, four bytes, beyond the basic plane). */
const MOST_BYTES = 3;

/**
 * Says how many texts one body holds. Measuring a text costs about as much as encoding it, so it is done only where the
 * texts could be too many bytes at all.
 */
export class BodyMeter {
  readonly #limit: number;
  #texts: string[] = [];
  #most = 0;
  #bytes = 0;
  #measuring = false;

  /** @param limit bytes of the body. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Whether this text, and `extra` bytes around it, still fit; they are part of the body then. The first one always fits.
   * After a text that does not fit the meter begins anew with {@link reset}.
   */
  fits(text: string, extra: number): boolean {
    if (!this.#measuring) {
      this.#most += text.length * MOST_BYTES + extra;
      this.#bytes += extra;
      this.#texts.push(text);
      if (this.#most <= this.#limit) return true;
      return this.#measure(extra);
    }
    const size = Buffer.byteLength(text) + extra;
    if (this.#bytes + size > this.#limit) return false;
    this.#bytes += size;
    return true;
  }

  reset(): void {
    this.#texts = [];
    this.#most = 0;
    this.#bytes = 0;
    this.#measuring = false;
  }

  /** Measures what there is; the last text is still to be judged. */
  #measure(extra: number): boolean {
    this.#measuring = true;
    const last = this.#texts.pop() ?? '';
    const isFirst = this.#texts.length === 0;
    for (const text of this.#texts) this.#bytes += Buffer.byteLength(text);
    this.#texts = [];
    const size = Buffer.byteLength(last);
    if (!isFirst && this.#bytes + size > this.#limit) {
      this.#bytes -= extra;
      return false;
    }
    this.#bytes += size;
    return true;
  }
}
