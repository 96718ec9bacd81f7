import { characterOf, latin1 } from './text.ts';

/** RFC 1035 section 2.3.4: octets of a name and of a label. */
const MAX_NAME = 255;
/** Pointers in one name; each has to lead further back than the one before, so there is no loop to be guarded against. */
const MAX_POINTERS = 64;
/** A label of more has one of the two high bits set and is something else. */
const MAX_LABEL = 63;
const DOT = 0x2e;

/** Room for the longest name with every byte escaped. */
const scratch = new Uint8Array(4 * MAX_NAME + MAX_NAME);

/** Reads domain names out of a DNS message (RFC 1035 section 4.1.4). Reused: what it tells is of the last one that any read. */
export class DnsName {
  /** Offset behind the name. */
  next = 0;
  /** Octets of its longest label. */
  longest = 0;
  #length = 0;

  /** @returns false when there is no name at `at`: cut off, too long, or with pointers that lead nowhere. */
  read(bytes: Uint8Array, message: number, at: number, end: number): boolean {
    let length = 0;
    let octets = 0;
    let pointers = 0;
    let position = at;
    let floor = at;
    this.next = -1;
    this.longest = 0;
    for (;;) {
      if (position >= end) return false;
      const size = bytes[position++];
      if (size === 0) break;
      if (size > MAX_LABEL) {
        if (size < 0xc0 || position >= end || ++pointers > MAX_POINTERS) return false;
        const target = message + (((size & 0x3f) << 8) | bytes[position]);
        if (this.next === -1) this.next = position + 1;
        if (target >= floor) return false;
        position = target;
        floor = target;
        continue;
      }
      octets += size + 1;
      if (octets > MAX_NAME || position + size > end) return false;
      if (size > this.longest) this.longest = size;
      if (length > 0) scratch[length++] = DOT;
      for (const stop = position + size; position < stop; position++) length = put(bytes[position], length);
    }
    if (this.next === -1) this.next = position;
    this.#length = length;
    return true;
  }

  /**
   * In lower case, labels with dots between them, `.` for the root; bytes that would be misread as `\xNN`. Made when it is
   * asked for: of most records nobody wants to know the name.
   */
  get text(): string {
    return this.#length === 0 ? '.' : latin1(scratch, 0, this.#length);
  }
}

/** Writes one byte of a label, in lower case. */
function put(byte: number, length: number): number {
  if (byte >= 0x41 && byte <= 0x5a) scratch[length] = byte | 0x20;
  else if (byte > 0x20 && byte < 0x7f && byte !== DOT && byte !== 0x5c) scratch[length] = byte;
  else return putEscaped(byte, length);
  return length + 1;
}

function putEscaped(byte: number, length: number): number {
  // A dot or a blank inside a label is plain text elsewhere, but not here.
  const text = byte === DOT || byte === 0x20 ? `\\x${byte.toString(16).toUpperCase()}` : characterOf(byte);
  for (let i = 0; i < text.length; i++) scratch[length + i] = text.charCodeAt(i);
  return length + text.length;
}

/** The name behind one of NetBIOS (RFC 1001 section 14.1): 32 letters that stand for 16 bytes; undefined when it is none. */
export function netbiosName(text: string): string | undefined {
  const dot = text.indexOf('.');
  const label = dot === -1 ? text : text.slice(0, dot);
  if (!/^[a-p]{32}$/.test(label)) return undefined;
  let name = '';
  for (let i = 0; i < 30; i += 2) name += characterOf(((code(label, i) << 4) | code(label, i + 1)) & 0xff);
  return name.replace(/( |\\x00)+$/, '').toLowerCase();
}

function code(label: string, at: number): number {
  return label.charCodeAt(at) - 0x61;
}
