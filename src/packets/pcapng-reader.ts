import type { ByteWindow } from './byte-window.ts';
import { CaptureInterface } from './capture-interface.ts';
import { MAX_PACKET, type OnProblem, type Packet } from './packet.ts';
import type { PacketFormat } from './packet-format.ts';

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const BYTE_ORDER = 0x1a2b3c4d;
const OPTION_RESOLUTION = 9;
const OPTION_OFFSET = 14;
/** Type, length, and the length again at the end. */
const LEAST_BLOCK = 12;
/** Interfaces of one section. */
const MAX_INTERFACES = 65_536;

export function isPcapng(head: Uint8Array): boolean {
  return head.length >= 4 && head[0] === 0x0a && head[1] === 0x0d && head[2] === 0x0d && head[3] === 0x0a;
}

/** The version that the section header at `at` has and that is not known; 1.2 is 1.0 by another name. */
function unknownVersion(view: DataView, at: number, little: boolean): string | undefined {
  const major = view.getUint16(at + 12, little);
  const minor = view.getUint16(at + 14, little);
  return major === 1 && (minor === 0 || minor === 2) ? undefined : `${major}.${minor}`;
}

/** The same for the beginning of a file. */
export function unknownPcapngVersion(head: Uint8Array): string | undefined {
  if (!isPcapng(head) || head.length < 16) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return unknownVersion(view, 0, view.getUint32(8, true) === BYTE_ORDER);
}

/** pcapng (draft-ietf-opsawg-pcapng): sections of either byte order, each with interfaces of its own. */
export class PcapngReader implements PacketFormat {
  done = false;
  readonly #window: ByteWindow;
  readonly #packet: Packet;
  readonly #onProblem: OnProblem;
  #little = true;
  /** Undefined where the description could not be used: the numbers of the others stay what they are. */
  #interfaces: (CaptureInterface | undefined)[] = [];
  #packets = 0;

  constructor(window: ByteWindow, packet: Packet, onProblem: OnProblem) {
    this.#window = window;
    this.#packet = packet;
    this.#onProblem = onProblem;
  }

  next(): boolean {
    const window = this.#window;
    while (!this.done && window.missing === 0 && window.end - window.at >= LEAST_BLOCK) {
      const { view, at } = window;
      const section = view.getUint32(at) === SECTION;
      if (section && !this.#readOrder(at)) return false;
      const told = view.getUint32(at + 4, this.#little);
      // Some writers leave the padding out of the length.
      const length = (told + 3) & ~3;
      if (told < LEAST_BLOCK) return this.#damaged(`a block cannot be ${told} bytes long`);
      if (told > MAX_PACKET) {
        this.#onProblem(`The block at byte ${window.position()} is passed over: it is ${told} bytes long.`);
        window.skip(told + (-told & 3));
        continue;
      }
      if (window.end - at < length) return false;
      const again = view.getUint32(at + length - 4, this.#little);
      if (again !== told) return this.#damaged(`a block of ${told} bytes ends as one of ${again}`);
      const found = this.#readBlock(view.getUint32(at, this.#little), at, at + length - 4);
      window.at = at + length;
      if (found) return true;
    }
    return false;
  }

  rest(): string | undefined {
    const { view, at, end, missing } = this.#window;
    if (this.done) return undefined;
    if (missing > 0) return `The file ends in a block that is passed over: ${missing} bytes are missing.`;
    if (at === end) return undefined;
    const where = `at byte ${this.#window.position()}, after packet ${this.#packets}`;
    const there = end - at;
    if (there < LEAST_BLOCK) return `The file ends in the middle of a block, ${where}.`;
    const length = view.getUint32(at + 4, this.#little);
    return `The file ends in the middle of a block, ${where}: ${there} of ${length} bytes are there.`;
  }

  /** The byte order counts for the length of the section header already. */
  #readOrder(at: number): boolean {
    const { view } = this.#window;
    if (view.getUint32(at + 8, true) === BYTE_ORDER) this.#little = true;
    else if (view.getUint32(at + 8, false) === BYTE_ORDER) this.#little = false;
    else return this.#damaged('a section without its byte order');
    return true;
  }

  /** One whole block, its body up to `end`. Answers whether it holds a packet. */
  #readBlock(type: number, at: number, end: number): boolean {
    switch (type) {
      case SECTION:
        this.#readSection(at, end);
        return false;
      case INTERFACE:
        this.#readInterface(at, end);
        return false;
      case ENHANCED_PACKET:
      case OLD_PACKET:
        return this.#readPacket(type, at, end);
      case SIMPLE_PACKET:
        return this.#readSimple(at, end);
      default:
        // Names, statistics, secrets, and what is not known: none of them is a packet.
        return false;
    }
  }

  #readSection(at: number, end: number): void {
    this.#interfaces = [];
    if (end - at < 24) return;
    const version = unknownVersion(this.#window.view, at, this.#little);
    if (version) this.#damaged(`a section of version ${version}, which is not known`);
  }

  #readInterface(at: number, end: number): void {
    const { view } = this.#window;
    const little = this.#little;
    const full = this.#interfaces.length >= MAX_INTERFACES;
    if (full || end - at < 16) {
      this.#unusable('An interface', full ? 'there are too many' : 'its block is too short');
      if (!full) this.#interfaces.push(undefined);
      return;
    }
    let resolution = 6;
    let offset = 0;
    for (let option = at + 16; option + 4 <= end; ) {
      const code = view.getUint16(option, little);
      const length = view.getUint16(option + 2, little);
      const value = option + 4;
      if (code === 0 || value + length > end) break;
      if (code === OPTION_RESOLUTION && length >= 1) resolution = view.getUint8(value);
      if (code === OPTION_OFFSET && length === 8) {
        const high = view.getInt32(little ? value + 4 : value, little);
        offset = high * 2 ** 32 + view.getUint32(little ? value : value + 4, little);
      }
      option = value + ((length + 3) & ~3);
    }
    const linkType = view.getUint16(at + 8, little);
    this.#interfaces.push(new CaptureInterface(linkType, view.getUint32(at + 12, little), resolution, offset));
  }

  #readPacket(type: number, at: number, end: number): boolean {
    const { view } = this.#window;
    const little = this.#little;
    this.#packets++;
    if (end - at < 28) return this.#lost('its block is too short');
    const id = type === OLD_PACKET ? view.getUint16(at + 8, little) : view.getUint32(at + 8, little);
    const from = this.#interfaces[id];
    if (!from) return this.#lost(`there is no interface ${id}`);
    const captured = view.getUint32(at + 20, little);
    if (captured > end - at - 28) return this.#lost(`it would be ${captured} bytes long, longer than its block`);
    const time = from.time(view.getUint32(at + 12, little), view.getUint32(at + 16, little));
    return this.#give(at + 28, captured, view.getUint32(at + 24, little), time, from.linkType, id);
  }

  /** No time, and always of the first interface. */
  #readSimple(at: number, end: number): boolean {
    this.#packets++;
    const from = this.#interfaces[0];
    if (end - at < 12 || !from) return this.#lost('there is no interface for it');
    const original = this.#window.view.getUint32(at + 8, this.#little);
    const captured = Math.min(original, from.snapLength === 0 ? original : from.snapLength, end - at - 12);
    return this.#give(at + 12, captured, original, Number.NaN, from.linkType, 0);
  }

  #give(start: number, length: number, original: number, time: number, linkType: number, id: number): true {
    const packet = this.#packet;
    packet.bytes = this.#window.bytes;
    packet.view = this.#window.view;
    packet.start = start;
    packet.end = start + length;
    packet.capturedLength = length;
    packet.originalLength = original;
    packet.time = time;
    packet.linkType = linkType;
    packet.interfaceId = id;
    return true;
  }

  #lost(why: string): false {
    this.#unusable(`Packet ${this.#packets}`, why);
    return false;
  }

  #unusable(what: string, why: string): void {
    this.#onProblem(`${what} at byte ${this.#window.position()} cannot be used: ${why}.`);
  }

  #damaged(why: string): false {
    this.done = true;
    const where = `at byte ${this.#window.position()}, after packet ${this.#packets}`;
    this.#onProblem(`The file is damaged ${where}: ${why}. What follows is not read.`);
    return false;
  }
}
