import type { ByteWindow } from './byte-window.ts';
import { MAX_PACKET, type OnProblem, type Packet } from './packet.ts';
import type { PacketFormat } from './packet-format.ts';

const FILE_HEADER = 24;

interface Flavour {
  readonly magic: number;
  readonly nano: boolean;
  /** Bytes before each packet. */
  readonly header: number;
}

/** The magic number, read big-endian. */
const FLAVOURS: readonly Flavour[] = [
  { magic: 0xa1b2c3d4, nano: false, header: 16 },
  { magic: 0xa1b23c4d, nano: true, header: 16 },
  // Old Linux systems put interface, protocol and packet type behind the lengths.
  { magic: 0xa1b2cd34, nano: false, header: 24 },
];

function flavourOf(head: Uint8Array): { flavour: Flavour; little: boolean } | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < 4) return undefined;
  for (const little of [true, false]) {
    const flavour = FLAVOURS.find(({ magic }) => magic === view.getUint32(0, little));
    if (flavour) return { flavour, little };
  }
  return undefined;
}

export function isPcap(head: Uint8Array): boolean {
  return flavourOf(head) !== undefined;
}

/** The version that a file says it has and that is not known; undefined for 2.4 and its like. */
export function unknownPcapVersion(head: Uint8Array): string | undefined {
  const found = flavourOf(head);
  if (!found || head.length < 8) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const major = view.getUint16(4, found.little);
  const minor = view.getUint16(6, found.little);
  return major === 2 && minor <= 4 ? undefined : `${major}.${minor}`;
}

/** pcap (draft-ietf-opsawg-pcap), micro- and nanoseconds, both byte orders. */
export class PcapReader implements PacketFormat {
  done = false;
  readonly #window: ByteWindow;
  readonly #packet: Packet;
  readonly #onProblem: OnProblem;
  #little = true;
  #nano = false;
  #header = 0;
  #linkType = 0;
  #packets = 0;

  constructor(window: ByteWindow, packet: Packet, onProblem: OnProblem) {
    this.#window = window;
    this.#packet = packet;
    this.#onProblem = onProblem;
  }

  next(): boolean {
    if (this.done || (this.#header === 0 && !this.#readHeader())) return false;
    const { view, at, end } = this.#window;
    if (end - at < this.#header) return false;
    const little = this.#little;
    const captured = view.getUint32(at + 8, little);
    if (captured > MAX_PACKET) return this.#damaged(captured);
    const start = at + this.#header;
    if (end - start < captured) return false;
    const packet = this.#packet;
    const fraction = view.getUint32(at + 4, little);
    packet.bytes = this.#window.bytes;
    packet.view = view;
    packet.start = start;
    packet.end = start + captured;
    packet.capturedLength = captured;
    packet.originalLength = view.getUint32(at + 12, little);
    packet.time = view.getUint32(at, little) * 1e6 + (this.#nano ? fraction / 1000 : fraction);
    packet.linkType = this.#linkType;
    this.#window.at = packet.end;
    this.#packets++;
    return true;
  }

  rest(): string | undefined {
    const { view, at, end } = this.#window;
    if (this.done || at === end) return undefined;
    const where = `at byte ${this.#window.position()}`;
    if (this.#header === 0) return `The file ends in its header, ${where}.`;
    const number = this.#packets + 1;
    if (end - at < this.#header) return `The file ends in the header of packet ${number}, ${where}.`;
    const captured = view.getUint32(at + 8, this.#little);
    const there = end - at - this.#header;
    return `The file ends in the middle of packet ${number}, ${where}: ${there} of ${captured} bytes are there.`;
  }

  #readHeader(): boolean {
    const { bytes, view, at, end } = this.#window;
    if (end - at < FILE_HEADER) return false;
    const found = flavourOf(bytes.subarray(at, at + 4));
    if (!found) return false;
    this.#little = found.little;
    this.#nano = found.flavour.nano;
    this.#header = found.flavour.header;
    // The upper half says whether a frame check sequence follows each packet.
    this.#linkType = view.getUint32(at + 20, found.little) & 0xffff;
    this.#window.at = at + FILE_HEADER;
    return true;
  }

  #damaged(captured: number): false {
    this.done = true;
    const where = `at byte ${this.#window.position()}`;
    this.#onProblem(
      `The file is damaged ${where}: packet ${this.#packets + 1} would be ${captured} bytes long. What follows is not read.`,
    );
    return false;
  }
}
