const FIRST_SIZE = 512 * 1024;

/**
 * The part of a stream that is being looked at: [at, end) of `bytes`, in one piece, whatever the chunks were. Whoever
 * reads moves `at`; {@link fill} adds the next chunk and may move everything, so offsets are only good until then.
 */
export class ByteWindow {
  bytes = new Uint8Array(FIRST_SIZE);
  view = new DataView(this.bytes.buffer);
  at = 0;
  end = 0;
  readonly #source: AsyncIterator<Uint8Array>;
  /** Bytes of the stream before `bytes[0]`. */
  #before = 0;
  #ended = false;
  /** Bytes that are passed over when they come. */
  #skip = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Where in the stream `bytes[index]` stands. */
  position(index = this.at): number {
    return this.#before + index;
  }

  /** Adds the next chunk. Answers false at the end of the stream. */
  async fill(): Promise<boolean> {
    if (this.#ended) return false;
    const next = await this.#source.next();
    if (next.done) {
      this.#ended = true;
      return false;
    }
    this.#append(next.value);
    if (this.#skip > 0) this.skip(0);
    return true;
  }

  /** Passes over `count` bytes, those to come included. Answers whether all of them were there. */
  skip(count: number): boolean {
    this.#skip += count;
    const now = Math.min(this.#skip, this.end - this.at);
    this.at += now;
    this.#skip -= now;
    return this.#skip === 0;
  }

  /** Bytes that {@link skip} is still waiting for. */
  get missing(): number {
    return this.#skip;
  }

  /** Lets go of the source: a file that is not read to its end is closed. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#source.return?.();
  }

  #append(chunk: Uint8Array): void {
    if (this.at > 0 && this.end + chunk.length > this.bytes.length) {
      this.bytes.copyWithin(0, this.at, this.end);
      this.#before += this.at;
      this.end -= this.at;
      this.at = 0;
    }
    if (this.end + chunk.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.end + chunk.length));
      larger.set(this.bytes.subarray(0, this.end));
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
  }
}
