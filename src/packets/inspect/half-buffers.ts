import { type Half, MAX_HELD } from './talk.ts';

/** Sizes of buffers: most hellos that come in two segments fit into the small one. */
const SMALL = 4096;
const SIZES = [SMALL, MAX_HELD] as const;
const MAX_SPARE = 64;

/**
 * The buffers of directions whose message is not whole yet. There is room for `limit` bytes in all: when it is used up,
 * the direction that has waited longest loses its buffer and is given up.
 */
export class HalfBuffers {
  readonly #limit: number;
  /** In the order in which they began to wait. */
  readonly #waiting = new Set<Half>();
  readonly #spare: Uint8Array[][] = SIZES.map(() => []);
  #used = 0;
  #evicted = 0;

  constructor(limit: number) {
    this.#limit = Math.max(limit, SMALL + MAX_HELD);
  }

  /** Bytes in use now. */
  get used(): number {
    return this.#used;
  }

  /** Directions given up for want of room. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Adds what fits of [start, end) to what `half` holds. @returns how many bytes that are; 0 when it is full. */
  append(half: Half, bytes: Uint8Array, start: number, end: number): number {
    const length = Math.min(end - start, MAX_HELD - half.held);
    if (length === 0) return 0;
    const total = half.held + length;
    if (!half.buffer) {
      half.buffer = this.#take(total <= SMALL ? 0 : 1);
      this.#waiting.add(half);
    } else if (total > half.buffer.length) this.#grow(half);
    half.buffer.set(bytes.subarray(start, start + length), half.held);
    half.held = total;
    return length;
  }

  /** Forgets the first `length` of the held bytes; without any left the buffer is free again. */
  drop(half: Half, length: number): void {
    if (!half.buffer) return;
    if (length < half.held) {
      half.buffer.copyWithin(0, length, half.held);
      half.held -= length;
    } else this.release(half);
  }

  release(half: Half): void {
    if (!half.buffer) return;
    this.#give(half.buffer);
    this.#waiting.delete(half);
    half.buffer = undefined;
    half.held = 0;
  }

  #grow(half: Half): void {
    const small = half.buffer;
    // It must not be the one that makes room for itself.
    this.#waiting.delete(half);
    const large = this.#take(1);
    this.#waiting.add(half);
    if (!small) return;
    large.set(small.subarray(0, half.held));
    this.#give(small);
    half.buffer = large;
  }

  #take(size: 0 | 1): Uint8Array {
    while (this.#used + SIZES[size] > this.#limit) {
      const oldest = this.#waiting.values().next().value;
      if (!oldest) break;
      oldest.evicted = true;
      this.#evicted++;
      this.release(oldest);
    }
    this.#used += SIZES[size];
    return this.#spare[size].pop() ?? new Uint8Array(SIZES[size]);
  }

  #give(buffer: Uint8Array): void {
    this.#used -= buffer.length;
    const spare = this.#spare[buffer.length === SMALL ? 0 : 1];
    if (spare.length < MAX_SPARE) spare.push(buffer);
  }
}
