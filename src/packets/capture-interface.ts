/** An interface of a pcapng section: how its packets and their times are to be read. */
export class CaptureInterface {
  readonly linkType: number;
  /** Bytes of a packet that are captured at most; 0 is all. */
  readonly snapLength: number;
  /** Ticks a second. */
  readonly #ticks: number;
  readonly #offset: number;
  #high = -1;
  #base = 0;
  #remainder = 0;

  /**
   * @param resolution `if_tsresol`: ticks are 10^-n seconds, or 2^-n where the top bit is set.
   * @param offset `if_tsoffset`: seconds to add to every time.
   */
  constructor(linkType: number, snapLength: number, resolution = 6, offset = 0) {
    this.linkType = linkType;
    this.snapLength = snapLength;
    this.#ticks = resolution & 0x80 ? 2 ** (resolution & 0x7f) : 10 ** resolution;
    this.#offset = offset;
  }

  /**
   * Microseconds since 1970. Nanoseconds since 1970 do not fit into a double: whole seconds are taken out of the upper
   * half first, which changes every four seconds only.
   */
  time(high: number, low: number): number {
    if (high !== this.#high) {
      const ticks = high * 2 ** 32;
      this.#remainder = ticks % this.#ticks;
      this.#base = (Math.round((ticks - this.#remainder) / this.#ticks) + this.#offset) * 1e6;
      this.#high = high;
    }
    const rest = this.#remainder + low;
    return this.#base + (this.#ticks >= 1e6 ? rest / (this.#ticks / 1e6) : rest * (1e6 / this.#ticks));
  }
}
