/** Length of a file header and of a record header (libpcap file format 2.4). */
export const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** Longer ones are in no network: the stream is damaged. */
const MAX_RECORD = 16 * 1024 * 1024;

/** Whole packets, record header and bytes, as they follow each other in a capture file. */
export interface PacketRun {
  readonly bytes: Buffer;
  /** Where each of them begins. */
  readonly starts: readonly number[];
}

/**
 * Cuts the stream of a capture tool where its packets begin and end, and looks no further: the ring and the files need
 * whole packets, whatever the pieces they come in.
 */
export class PcapFraming {
  /** The file header; undefined until it has come. */
  header: Buffer | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #littleEndian = true;

  /** @returns the packets that are whole now. @throws Error when this is no capture, or a damaged one. */
  push(chunk: Buffer): PacketRun | undefined {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (this.header === undefined) {
      if (bytes.length < FILE_HEADER) {
        this.#rest = bytes;
        return undefined;
      }
      this.#begin(bytes.subarray(0, FILE_HEADER));
      bytes = bytes.subarray(FILE_HEADER);
    }
    const starts: number[] = [];
    let at = 0;
    while (at + RECORD_HEADER <= bytes.length) {
      const length = this.#littleEndian ? bytes.readUInt32LE(at + 8) : bytes.readUInt32BE(at + 8);
      if (length > MAX_RECORD) throw new Error(`a packet of ${length} bytes`);
      if (at + RECORD_HEADER + length > bytes.length) break;
      starts.push(at);
      at += RECORD_HEADER + length;
    }
    // A copy: the rest of a chunk must not keep all of it.
    this.#rest = Buffer.from(bytes.subarray(at));
    return starts.length === 0 ? undefined : { bytes: bytes.subarray(0, at), starts };
  }

  #begin(header: Buffer): void {
    const magic = header.readUInt32LE(0);
    this.#littleEndian = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d;
    const swapped = magic === 0xd4c3b2a1 || magic === 0x4d3cb2a1;
    if (!this.#littleEndian && !swapped) throw new Error('the tool does not write libpcap files');
    this.header = Buffer.from(header);
  }
}
