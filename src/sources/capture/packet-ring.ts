import type { PacketRun } from './pcap-framing.ts';

interface Held {
  readonly run: PacketRun;
  /** The first packet of it that still counts. */
  first: number;
}

/** The newest packets of a capture, bounded by their number and by the bytes they hold in memory. */
export class PacketRing {
  readonly #maxPackets: number;
  readonly #maxBytes: number;
  #header: Buffer | undefined;
  #held: Held[] = [];
  #packets = 0;
  #bytes = 0;

  constructor(maxPackets: number, maxBytes: number) {
    this.#maxPackets = maxPackets;
    this.#maxBytes = maxBytes;
  }

  get packets(): number {
    return this.#packets;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Forgets everything and begins anew with this file header. */
  begin(header: Buffer): void {
    this.#header = header;
    this.#held = [];
    this.#packets = 0;
    this.#bytes = 0;
  }

  push(run: PacketRun): void {
    this.#held.push({ run, first: 0 });
    this.#packets += run.starts.length;
    this.#bytes += run.bytes.length;
    while (this.#bytes > this.#maxBytes && this.#held.length > 0) this.#drop();
    while (this.#packets > this.#maxPackets) {
      const [oldest] = this.#held;
      const left = oldest.run.starts.length - oldest.first;
      const over = this.#packets - this.#maxPackets;
      if (left <= over) this.#drop();
      else {
        oldest.first += over;
        this.#packets -= over;
      }
    }
  }

  /** The packets held at the time of the call, oldest first, as a file; empty when there was no capture. */
  file(): Buffer[] {
    if (this.#header === undefined) return [];
    return [this.#header, ...this.#held.map(({ run, first }) => run.bytes.subarray(run.starts[first]))];
  }

  #drop(): void {
    const [{ run, first }] = this.#held;
    this.#held.shift();
    this.#packets -= run.starts.length - first;
    this.#bytes -= run.bytes.length;
  }
}
