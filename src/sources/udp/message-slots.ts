import type { Libc } from './libc.ts';

/** `struct mmsghdr` in 32-bit words: a msghdr of 56 bytes, then the length, then padding to 64 bytes. */
const HEADER_WORDS = 16;
const NAME = 0;
const NAME_LENGTH = 2;
const VECTOR = 4;
const VECTOR_LENGTH = 6;
const FLAGS = 12;
const LENGTH = 14;

/** Room for `struct sockaddr_in6` (28 bytes), in words. */
const NAME_WORDS = 8;
export const NAME_BYTES = 28;

/**
 * Memory for many datagrams a system call, laid out once: `mmsghdr`, `iovec` and address of each slot, and one slab for
 * the datagrams. Slots are as long as a datagram can be, yet cost only what datagrams reach: memory that nobody touched
 * is not there. Measured, slots of 64 KiB are as fast as a dense slab of 2 KiB ones.
 */
export class MessageSlots {
  readonly count: number;
  /** Longest datagram, and the distance from one slot to the next. */
  readonly slotBytes: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** To be handed to `recvmmsg` or `sendmmsg`. */
  readonly headers: Uint32Array;
  /** A sockaddr for each slot, of {@link NAME_WORDS} words. */
  readonly names: Uint32Array;
  readonly nameBytes: Uint8Array;
  /** An iovec for each slot: where it begins, and how long it is. */
  readonly vectors: BigUint64Array;

  constructor(libc: Libc, count: number, slotBytes: number) {
    this.count = count;
    this.slotBytes = slotBytes;
    this.bytes = new Uint8Array(new ArrayBuffer(count * slotBytes));
    this.view = new DataView(this.bytes.buffer);
    this.headers = new Uint32Array(new ArrayBuffer(count * HEADER_WORDS * 4));
    this.names = new Uint32Array(new ArrayBuffer(count * NAME_WORDS * 4));
    this.nameBytes = new Uint8Array(this.names.buffer);
    this.vectors = new BigUint64Array(new ArrayBuffer(count * 16));
    const pointers = new BigUint64Array(this.headers.buffer);
    const slab = libc.address(this.bytes);
    const names = libc.address(this.names);
    const vectors = libc.address(this.vectors);
    for (let slot = 0; slot < count; slot++) {
      this.vectors[slot * 2] = slab + BigInt(slot * slotBytes);
      this.vectors[slot * 2 + 1] = BigInt(slotBytes);
      const header = slot * HEADER_WORDS;
      pointers[(header + NAME) / 2] = names + BigInt(slot * NAME_WORDS * 4);
      this.headers[header + NAME_LENGTH] = NAME_BYTES;
      pointers[(header + VECTOR) / 2] = vectors + BigInt(slot * 16);
      this.headers[header + VECTOR_LENGTH] = 1;
    }
  }

  /** Bytes of the datagram in a slot. */
  length(slot: number): number {
    return this.headers[slot * HEADER_WORDS + LENGTH];
  }

  /** What the system said of it: MSG_TRUNC. */
  flags(slot: number): number {
    return this.headers[slot * HEADER_WORDS + FLAGS];
  }

  /** First word of its sockaddr in {@link names}. */
  name(slot: number): number {
    return slot * NAME_WORDS;
  }

  /**
   * Makes the first `taken` slots ready to receive again, which leaves their datagrams as they are: the system wrote how
   * long each address was, and would cut the next one there.
   */
  renew(taken: number): void {
    for (let slot = 0; slot < taken; slot++) this.headers[slot * HEADER_WORDS + NAME_LENGTH] = NAME_BYTES;
  }
}
