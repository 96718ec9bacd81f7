/** A frame as it was seen on the wire. */
export interface CapturedFrame {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly frame: Uint8Array;
}

const ETHERNET = 1;
const SNAPLEN = 262_144;

/** A capture file (libpcap format 2.4, little-endian, microseconds, Ethernet). */
export function writePcap(frames: readonly CapturedFrame[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(SNAPLEN, 16);
  header.writeUInt32LE(ETHERNET, 20);
  const parts: Uint8Array[] = [header];
  for (const { at, frame } of frames) {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(Math.floor(at / 1000), 0);
    record.writeUInt32LE(Math.floor((at % 1000) * 1000), 4);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    parts.push(record, frame);
  }
  return Buffer.concat(parts);
}
