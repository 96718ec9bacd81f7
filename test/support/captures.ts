/** Captures built by hand, byte by byte. */

export interface WrittenPacket {
  readonly bytes: Uint8Array;
  /** Whole seconds, and the rest in units of the file. */
  readonly seconds?: number;
  readonly fraction?: number;
  /** Length on the wire, where the capture cut the packet. */
  readonly original?: number;
}

export interface FileOptions {
  readonly little?: boolean;
  readonly nano?: boolean;
  readonly linkType?: number;
}

/** Numbers in the byte order of a file. */
export class Numbers {
  readonly #little: boolean;

  constructor(little: boolean) {
    this.#little = little;
  }

  u16(...values: number[]): Buffer {
    const buffer = Buffer.alloc(values.length * 2);
    for (const [i, value] of values.entries())
      this.#little ? buffer.writeUInt16LE(value, i * 2) : buffer.writeUInt16BE(value, i * 2);
    return buffer;
  }

  u32(...values: number[]): Buffer {
    const buffer = Buffer.alloc(values.length * 4);
    for (const [i, value] of values.entries())
      this.#little ? buffer.writeUInt32LE(value >>> 0, i * 4) : buffer.writeUInt32BE(value >>> 0, i * 4);
    return buffer;
  }
}

export function pcap(packets: readonly WrittenPacket[], options: FileOptions = {}): Buffer {
  const { little = true, nano = false, linkType = 1 } = options;
  const n = new Numbers(little);
  const parts = [n.u32(nano ? 0xa1b23c4d : 0xa1b2c3d4), n.u16(2, 4), n.u32(0, 0, 65_535, linkType)];
  for (const { bytes, seconds = 0, fraction = 0, original = bytes.length } of packets)
    parts.push(n.u32(seconds, fraction, bytes.length, original), Buffer.from(bytes));
  return Buffer.concat(parts);
}

/** Blocks of pcapng in one byte order. */
export class Pcapng {
  readonly #n: Numbers;

  constructor(little = true) {
    this.#n = new Numbers(little);
  }

  block(type: number, ...body: Uint8Array[]): Buffer {
    const content = Buffer.concat(body);
    const padded = Buffer.concat([content, Buffer.alloc(-content.length & 3)]);
    const length = padded.length + 12;
    return Buffer.concat([this.#n.u32(type, length), padded, this.#n.u32(length)]);
  }

  section(major = 1): Buffer {
    return this.block(0x0a0d0d0a, this.#n.u32(0x1a2b3c4d), this.#n.u16(major, 0), this.#n.u32(0xffffffff, 0xffffffff));
  }

  option(code: number, value: Uint8Array): Buffer {
    return Buffer.concat([this.#n.u16(code, value.length), value, Buffer.alloc(-value.length & 3)]);
  }

  /** @param resolution `if_tsresol`; @param offset `if_tsoffset` in seconds. */
  interface(linkType = 1, resolution?: number, offset?: number, snapLength = 0): Buffer {
    const options: Uint8Array[] = [this.option(2, Buffer.from('eth0'))];
    if (resolution !== undefined) options.push(this.option(9, Buffer.from([resolution])));
    if (offset !== undefined) options.push(this.option(14, this.u64(BigInt(offset))));
    options.push(this.#n.u16(0, 0));
    return this.block(1, this.#n.u16(linkType, 0), this.#n.u32(snapLength), ...options);
  }

  u64(value: bigint): Buffer {
    const low = Number(BigInt.asUintN(32, value));
    const high = Number(BigInt.asUintN(32, value >> 32n));
    const first = this.#n.u32(1)[0] === 1 ? [low, high] : [high, low];
    return this.#n.u32(...first);
  }

  packet(bytes: Uint8Array, ticks: bigint, id = 0, original = bytes.length): Buffer {
    const high = Number(ticks >> 32n);
    const low = Number(ticks & 0xffffffffn);
    const padding = Buffer.alloc(-bytes.length & 3);
    return this.block(6, this.#n.u32(id, high, low, bytes.length, original), bytes, padding);
  }

  oldPacket(bytes: Uint8Array, ticks: bigint, id = 0): Buffer {
    const high = Number(ticks >> 32n);
    const low = Number(ticks & 0xffffffffn);
    return this.block(2, this.#n.u16(id, 0), this.#n.u32(high, low, bytes.length, bytes.length), bytes);
  }

  simple(bytes: Uint8Array, original = bytes.length): Buffer {
    return this.block(3, this.#n.u32(original), bytes);
  }
}

export interface Endpoints {
  readonly from?: string;
  readonly to?: string;
  readonly sourcePort?: number;
  readonly port?: number;
}

const big = new Numbers(false);

export function udp(payload: Uint8Array, { sourcePort = 50_000, port = 2055 }: Endpoints = {}): Buffer {
  return Buffer.concat([big.u16(sourcePort, port, payload.length + 8, 0), payload]);
}

function v4(text: string): Buffer {
  return Buffer.from(text.split('.').map(Number));
}

export interface Ipv4Options extends Endpoints {
  readonly id?: number;
  /** Bytes before this fragment, and whether there are more. */
  readonly offset?: number;
  readonly more?: boolean;
  readonly proto?: number;
  /** What the length field says instead of the length. */
  readonly length?: number;
}

export function ipv4(payload: Uint8Array, options: Ipv4Options = {}): Buffer {
  const { from = '192.0.2.1', to = '192.0.2.2', id = 1, offset = 0, more = false, proto = 17 } = options;
  const { length = payload.length + 20 } = options;
  const fragment = (more ? 0x2000 : 0) | (offset / 8);
  const header = [Buffer.from([0x45, 0]), big.u16(length, id, fragment), Buffer.from([64, proto, 0, 0])];
  return Buffer.concat([...header, v4(from), v4(to), payload]);
}

/** `from` and `to` as 16 bytes; `next` is the first header of `payload`. */
export function ipv6(payload: Uint8Array, next: number, from: Uint8Array, to: Uint8Array): Buffer {
  return Buffer.concat([big.u32(0x60000000), big.u16(payload.length), Buffer.from([next, 64]), from, to, payload]);
}

export function ethernet(payload: Uint8Array, type = 0x0800, ...tags: number[]): Buffer {
  const vlans = tags.map((tpid, i) => big.u16(tpid, 100 + i));
  return Buffer.concat([Buffer.alloc(12, 2), ...vlans, big.u16(type), payload]);
}

/** A UDP datagram over IPv4 over Ethernet. */
export function frame(payload: Uint8Array, endpoints: Endpoints = {}): Buffer {
  return ethernet(ipv4(udp(payload, endpoints), endpoints));
}

/** The chunks of a stream, `size` bytes each. */
export async function* chunks(bytes: Uint8Array, size = bytes.length || 1): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
