import type { Peer } from './peer.ts';
import type { ReceivedDatagram } from './receiver.ts';

/**
 * Datagrams between the event loop, which brings them one at a time, and the reader: copied into one slab, oldest first.
 * Bounded in number and in bytes; each lies in one piece, so the last few bytes of the slab may stay unused.
 */
export class DatagramQueue {
  readonly #bytes: Uint8Array;
  readonly #limit: number;
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;
  readonly #times: Float64Array;
  readonly #ports: Uint16Array;
  readonly #listeners: Uint16Array;
  readonly #peers: (Peer | undefined)[];
  readonly #datagram: ReceivedDatagram;
  /** Oldest entry. */
  #head = 0;
  #count = 0;
  /** Where the next datagram is written. */
  #write = 0;
  /** Whether the newest lie before the oldest. */
  #wrapped = false;

  /** @param limit datagrams at most. @param slabBytes bytes at most. */
  constructor(peer: Peer, limit: number, slabBytes: number) {
    this.#limit = limit;
    this.#bytes = new Uint8Array(new ArrayBuffer(slabBytes));
    this.#starts = new Int32Array(limit);
    this.#lengths = new Int32Array(limit);
    this.#times = new Float64Array(limit);
    this.#ports = new Uint16Array(limit);
    this.#listeners = new Uint16Array(limit);
    this.#peers = new Array<Peer | undefined>(limit).fill(undefined);
    const bytes = this.#bytes;
    const view = new DataView(bytes.buffer);
    this.#datagram = { bytes, view, start: 0, end: 0, receivedAt: 0, peer, port: 0, listener: 0 };
  }

  get size(): number {
    return this.#count;
  }

  /** @returns false when there is no room; nothing changed then. */
  push(datagram: Uint8Array, receivedAt: number, peer: Peer, port: number, listener: number): boolean {
    if (this.#count === this.#limit) return false;
    const start = this.#place(datagram.length);
    if (start < 0) return false;
    this.#bytes.set(datagram, start);
    this.#write = start + datagram.length;
    const entry = (this.#head + this.#count) % this.#limit;
    this.#starts[entry] = start;
    this.#lengths[entry] = datagram.length;
    this.#times[entry] = receivedAt;
    this.#ports[entry] = port;
    this.#listeners[entry] = listener;
    this.#peers[entry] = peer;
    this.#count++;
    return true;
  }

  /** The oldest datagram, valid until the next push; undefined when there is none. The object is the same each time. */
  take(): ReceivedDatagram | undefined {
    if (this.#count === 0) return undefined;
    const entry = this.#head;
    const datagram = this.#datagram;
    datagram.start = this.#starts[entry];
    datagram.end = datagram.start + this.#lengths[entry];
    datagram.receivedAt = this.#times[entry];
    datagram.port = this.#ports[entry];
    datagram.listener = this.#listeners[entry];
    datagram.peer = this.#peers[entry] ?? datagram.peer;
    this.#peers[entry] = undefined;
    this.#head = (entry + 1) % this.#limit;
    this.#count--;
    if (this.#count > 0 && this.#starts[this.#head] < datagram.start) this.#wrapped = false;
    return datagram;
  }

  /** Where `length` bytes fit in one piece; -1 for nowhere. */
  #place(length: number): number {
    const size = this.#bytes.length;
    // From the front each time, so that a reader that keeps up touches little memory.
    if (this.#count === 0) this.#write = 0;
    const oldest = this.#count === 0 ? size : this.#starts[this.#head];
    if (this.#wrapped) return oldest - this.#write >= length ? this.#write : -1;
    if (size - this.#write >= length) return this.#write;
    if (this.#count === 0 || oldest < length) return -1;
    this.#wrapped = true;
    return 0;
  }
}
