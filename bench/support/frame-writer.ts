/** A piece of a file at most; a frame is always whole in its piece. */
const CHUNK = 1 << 20;
const LARGEST = 2048;

const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMP6 = 58;

/**
 * Writes Ethernet frames with IP packets as records of a pcap file (little endian, microseconds), checksums included. A
 * host is one number: its IPv4 address, the end of its IPv6 address and of its hardware address.
 */
export class FrameWriter {
  readonly #onChunk: (chunk: Buffer) => void;
  #bytes = Buffer.allocUnsafe(CHUNK);
  #record = 0;
  #at = 0;
  /** Where the IP header and what is behind it begin, in the frame that is being written. */
  #ip = 0;
  #transport = 0;
  #v6 = false;
  #id = 0;
  packets = 0;
  ipBytes = 0;
  wireBytes = 0;

  constructor(onChunk: (chunk: Buffer) => void) {
    this.#onChunk = onChunk;
    const header = this.#bytes;
    header.writeUInt32LE(0xa1b2c3d4, 0);
    header.writeUInt16LE(2, 4);
    header.writeUInt16LE(4, 6);
    header.fill(0, 8, 16);
    header.writeUInt32LE(65_535, 16);
    header.writeUInt32LE(1, 20);
    this.#at = 24;
  }

  /** A segment; `options` of a SYN are those of today's systems, others carry timestamps. */
  tcp(time: number, v6: boolean, from: number, to: number, ports: number, segment: Segment, data: Data): void {
    const { seq, ack, flags, window } = segment;
    this.#open(time, v6, from, to, TCP);
    const bytes = this.#bytes;
    const at = this.#transport;
    const syn = (flags & 2) !== 0;
    bytes.writeUInt32BE(ports >>> 0, at);
    bytes.writeUInt32BE(seq >>> 0, at + 4);
    bytes.writeUInt32BE(ack >>> 0, at + 8);
    bytes[at + 12] = syn ? 0xa0 : 0x80;
    bytes[at + 13] = flags;
    bytes.writeUInt16BE(window, at + 14);
    bytes.writeUInt32BE(0, at + 16);
    let end = at + 20;
    if (syn) {
      bytes.writeUInt32BE(0x0204_05b4, end);
      bytes.writeUInt32BE(0x0402_080a, end + 4);
      end += 8;
    } else {
      bytes.writeUInt32BE(0x0101_080a, end);
      end += 4;
    }
    bytes.writeUInt32BE((time / 1000) >>> 0, end);
    bytes.writeUInt32BE((flags & 16) === 0 ? 0 : ((time - 5000) / 1000) >>> 0, end + 4);
    end += 8;
    if (syn) {
      bytes.writeUInt32BE(0x0103_0307, end);
      end += 4;
    }
    this.#at = end + copy(data, bytes, end);
    this.#close(TCP, 16);
  }

  /** @param id written over the first two bytes of the payload; -1 leaves them. */
  udp(time: number, v6: boolean, from: number, to: number, ports: number, data: Data, id = -1): void {
    this.#open(time, v6, from, to, UDP);
    const at = this.#transport;
    this.#bytes.writeUInt32BE(ports >>> 0, at);
    this.#bytes.writeUInt16BE(data.length + 8, at + 4);
    this.#bytes.writeUInt16BE(0, at + 6);
    this.#at = at + 8 + copy(data, this.#bytes, at + 8);
    if (id >= 0) this.#bytes.writeUInt16BE(id, at + 8);
    this.#close(UDP, 6);
  }

  /** An echo request or its reply. */
  echo(
    time: number,
    v6: boolean,
    from: number,
    to: number,
    reply: boolean,
    id: number,
    sequence: number,
    data: Data,
  ): void {
    this.#open(time, v6, from, to, v6 ? ICMP6 : ICMP);
    const at = this.#transport;
    this.#bytes[at] = v6 ? (reply ? 129 : 128) : reply ? 0 : 8;
    this.#bytes.fill(0, at + 1, at + 4);
    this.#bytes.writeUInt16BE(id, at + 4);
    this.#bytes.writeUInt16BE(sequence, at + 6);
    this.#at = at + 8 + copy(data, this.#bytes, at + 8);
    this.#close(v6 ? ICMP6 : ICMP, 2);
  }

  arp(time: number, from: number, to: number): void {
    this.#ethernet(time, from, 0xffff_ffff, 0x0806);
    const at = this.#at;
    this.#bytes.writeUInt32BE(0x0001_0800, at);
    this.#bytes.writeUInt32BE(0x0604_0001, at + 4);
    this.#bytes.writeUInt16BE(0x0200, at + 8);
    this.#bytes.writeUInt32BE(from, at + 10);
    this.#bytes.writeUInt32BE(from, at + 14);
    this.#bytes.fill(0, at + 18, at + 46);
    this.#bytes.writeUInt32BE(to, at + 24);
    this.#at = at + 46;
    this.#endRecord();
  }

  /** Hands the last piece over. */
  end(): void {
    this.#onChunk(this.#bytes.subarray(0, this.#at));
    this.#bytes = Buffer.alloc(0);
    this.#at = 0;
  }

  #ethernet(time: number, from: number, to: number, type: number): void {
    if (this.#at + LARGEST > CHUNK) {
      this.#onChunk(this.#bytes.subarray(0, this.#at));
      this.#bytes = Buffer.allocUnsafe(CHUNK);
      this.#at = 0;
    }
    const bytes = this.#bytes;
    this.#record = this.#at;
    const seconds = Math.floor(time / 1e6);
    bytes.writeUInt32LE(seconds, this.#record);
    bytes.writeUInt32LE(Math.floor(time - seconds * 1e6), this.#record + 4);
    const at = this.#record + 16;
    bytes.writeUInt16BE(0x0200, at);
    bytes.writeUInt32BE(to >>> 0, at + 2);
    bytes.writeUInt16BE(0x0200, at + 6);
    bytes.writeUInt32BE(from >>> 0, at + 8);
    bytes.writeUInt16BE(type, at + 12);
    this.#at = at + 14;
  }

  #open(time: number, v6: boolean, from: number, to: number, proto: number): void {
    this.#ethernet(time, from, to, v6 ? 0x86dd : 0x0800);
    const bytes = this.#bytes;
    const at = this.#at;
    this.#ip = at;
    this.#v6 = v6;
    this.#transport = at + (v6 ? 40 : 20);
    if (v6) {
      bytes.writeUInt32BE(0x6000_0000, at);
      bytes[at + 6] = proto;
      bytes[at + 7] = 64;
      writeV6(bytes, at + 8, from);
      writeV6(bytes, at + 24, to);
    } else {
      this.#id = (this.#id + 1) & 0xffff;
      bytes.writeUInt16BE(0x4500, at);
      bytes.writeUInt16BE(this.#id, at + 4);
      bytes.writeUInt16BE(0x4000, at + 6);
      bytes[at + 8] = 64;
      bytes[at + 9] = proto;
      bytes.writeUInt16BE(0, at + 10);
      bytes.writeUInt32BE(from >>> 0, at + 12);
      bytes.writeUInt32BE(to >>> 0, at + 16);
    }
  }

  /** Lengths and checksums; `sumAt` is where the checksum stands behind the IP header. */
  #close(proto: number, sumAt: number): void {
    const bytes = this.#bytes;
    const ip = this.#ip;
    const length = this.#at - ip;
    const inner = this.#at - this.#transport;
    if (this.#v6) bytes.writeUInt16BE(inner, ip + 4);
    else {
      bytes.writeUInt16BE(length, ip + 2);
      bytes.writeUInt16BE(checksum(bytes, ip, ip + 20, 0), ip + 10);
    }
    const at = this.#transport + sumAt;
    bytes.writeUInt16BE(0, at);
    // The sum goes over the addresses too, which stand right before (RFC 768, RFC 9293, RFC 4443); not so in ICMP.
    const begin = proto === ICMP ? this.#transport : ip + (this.#v6 ? 8 : 12);
    const sum = checksum(bytes, begin, this.#at, proto === ICMP ? 0 : proto + inner);
    bytes.writeUInt16BE(sum === 0 && proto === UDP ? 0xffff : sum, at);
    this.ipBytes += length;
    // Short frames are filled up by the network card.
    const least = this.#record + 16 + 60;
    if (this.#at < least) {
      bytes.fill(0, this.#at, least);
      this.#at = least;
    }
    this.#endRecord();
  }

  #endRecord(): void {
    const length = this.#at - this.#record - 16;
    this.#bytes.writeUInt32LE(length, this.#record + 8);
    this.#bytes.writeUInt32LE(length, this.#record + 12);
    this.packets++;
    this.wireBytes += length;
  }
}

export interface Segment {
  seq: number;
  ack: number;
  flags: number;
  window: number;
}

/** Payload: `length` bytes of `bytes` from `offset`. */
export interface Data {
  bytes: Buffer;
  offset: number;
  length: number;
}

function copy(data: Data, into: Buffer, at: number): number {
  if (data.length > 0) data.bytes.copy(into, at, data.offset, data.offset + data.length);
  return data.length;
}

/** 2001:db8:0:1::/96 and the number of the host. */
function writeV6(bytes: Buffer, at: number, host: number): void {
  bytes.writeUInt32BE(0x2001_0db8, at);
  bytes.writeUInt32BE(1, at + 4);
  bytes.writeUInt32BE(0, at + 8);
  bytes.writeUInt32BE(host >>> 0, at + 12);
}

/** RFC 1071. */
function checksum(bytes: Buffer, start: number, end: number, initial: number): number {
  let sum = initial;
  const even = end - ((end - start) & 1);
  for (let at = start; at < even; at += 2) sum += (bytes[at] << 8) | bytes[at + 1];
  if (even < end) sum += bytes[even] << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
