import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A capture of the index with what others found in it. */
export interface Input {
  /** Path in the folder of captures. */
  readonly input: string;
  /** The files that hold the payloads, in order; null for a capture of its own. */
  readonly made_from: readonly string[] | null;
  readonly kinds: Readonly<Record<string, number>>;
  readonly goldens: Readonly<Record<string, string | readonly string[]>>;
}

/** Ports that flow datagrams are sent to in the captures. */
const PORTS: ReadonlySet<number> = new Set([2055, 4739, 6343]);

export function readInputs(folder: string): Input[] {
  return JSON.parse(readFileSync(join(folder, 'INDEX.json'), 'utf8')) as Input[];
}

/** The datagrams of an input, and who sent them. */
export function payloadsOf(folder: string, { input, made_from }: Input): { bytes: Uint8Array; peer: string }[] {
  if (made_from) return made_from.map((file) => ({ bytes: readFileSync(join(folder, file)), peer: '192.0.2.1' }));
  return udpPayloads(readFileSync(join(folder, input)));
}

/** Payloads of UDP in Ethernet in a little-endian pcap file: as much of a reader as these few captures need. */
function udpPayloads(file: Buffer): { bytes: Uint8Array; peer: string }[] {
  const payloads: { bytes: Uint8Array; peer: string }[] = [];
  if (file.readUInt32LE(0) !== 0xa1b2c3d4 || file.readUInt32LE(20) !== 1) throw new Error('no pcap of Ethernet');
  for (let at = 24; at + 16 <= file.length; at += 16 + file.readUInt32LE(at + 8)) {
    const frame = file.subarray(at + 16, at + 16 + file.readUInt32LE(at + 8));
    const tagged = frame.readUInt16BE(12) === 0x8100 ? 4 : 0;
    const ip = 14 + tagged;
    const type = frame.readUInt16BE(12 + tagged);
    const udp = type === 0x86dd ? ip + 40 : ip + (frame[ip] & 15) * 4;
    const source = type === 0x86dd ? frame.subarray(ip + 8, ip + 24).toString('hex') : frame.subarray(ip + 12, ip + 16).join('.');
    if (!PORTS.has(frame.readUInt16BE(udp + 2))) continue;
    const end = Math.min(frame.length, udp + frame.readUInt16BE(udp + 4));
    payloads.push({ bytes: frame.subarray(udp + 8, end), peer: source });
  }
  return payloads;
}
