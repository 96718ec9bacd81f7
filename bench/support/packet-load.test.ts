import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/packets/capture-reader.ts';
import { chunks } from '../../test/support/captures.ts';
import { makePacketLoad, type PacketLoad, writePacketLoad } from './packet-load.ts';

const OPTIONS = { packets: 30_000, seed: 5, conversations: 300 };

/** Frames as text, with their times. */
async function framesOf(load: PacketLoad): Promise<{ bytes: Buffer; time: number }[]> {
  const problems: string[] = [];
  const reader = await openCapture(chunks(Buffer.concat(load.chunks)), (text) => problems.push(text));
  const frames: { bytes: Buffer; time: number }[] = [];
  while (await reader.more()) {
    while (reader.next()) {
      const { bytes, start, end, time } = reader.packet;
      frames.push({ bytes: Buffer.from(bytes.subarray(start, end)), time });
    }
  }
  expect(problems).toEqual([]);
  return frames;
}

/** Sum in ones' complement over a header or a packet with its checksum in it: 0xffff when it is right. */
function sum(bytes: Buffer, initial = 0): number {
  let total = initial;
  for (let at = 0; at < bytes.length; at += 2) total += (bytes[at] << 8) | (bytes[at + 1] ?? 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

function count<T>(items: readonly T[], test: (item: T) => boolean): number {
  return items.filter(test).length;
}

interface Seen {
  readonly key: string;
  readonly seq: number;
  readonly length: number;
  readonly flags: number;
}

function segmentOf(frame: Buffer): Seen | undefined {
  const v6 = frame.readUInt16BE(12) === 0x86dd;
  if (!v6 && frame.readUInt16BE(12) !== 0x0800) return undefined;
  if (frame[v6 ? 20 : 23] !== 6) return undefined;
  const at = v6 ? 54 : 34;
  const end = 14 + (v6 ? 40 + frame.readUInt16BE(18) : frame.readUInt16BE(16));
  const key = frame.toString('hex', v6 ? 22 : 26, at + 4);
  const length = end - at - (frame[at + 12] >> 4) * 4;
  return { key, seq: frame.readUInt32BE(at + 4), length, flags: frame[at + 13] };
}

describe('makePacketLoad', () => {
  const load = makePacketLoad(OPTIONS);

  it('is the same for the same seed, and another for another', () => {
    const again = makePacketLoad(OPTIONS);
    expect(Buffer.concat(again.chunks).equals(Buffer.concat(load.chunks))).toBe(true);
    expect(again.totals).toEqual(load.totals);
    const other = makePacketLoad({ ...OPTIONS, seed: 6 });
    expect(Buffer.concat(other.chunks).equals(Buffer.concat(load.chunks))).toBe(false);
  });

  it('is a capture in order of time, with the frames that its totals tell', async () => {
    const frames = await framesOf(load);
    const { totals } = load;
    expect(frames.length).toBe(totals.packets);
    expect(frames.length).toBeGreaterThanOrEqual(30_000);
    for (let i = 1; i < frames.length; i++) expect(frames[i].time).toBeGreaterThanOrEqual(frames[i - 1].time);
    const type = (frame: { bytes: Buffer }) => frame.bytes.readUInt16BE(12);
    expect(count(frames, (frame) => type(frame) === 0x0800)).toBe(totals.ipv4);
    expect(count(frames, (frame) => type(frame) === 0x86dd)).toBe(totals.ipv6);
    expect(count(frames, (frame) => type(frame) === 0x0806)).toBe(totals.arp);
    expect(totals.ipv4 + totals.ipv6 + totals.arp).toBe(totals.packets);
    expect(totals.tcp + totals.udp + totals.icmp).toBe(totals.ipv4 + totals.ipv6);
    expect(frames.reduce((bytes, frame) => bytes + frame.bytes.length, 0)).toBe(totals.wireBytes);
    for (const part of [totals.udp, totals.icmp, totals.arp, totals.dnsAnswers, totals.ipv6])
      expect(part).toBeGreaterThan(10);
  });

  it('has right checksums', async () => {
    for (const { bytes } of await framesOf(load)) {
      const type = bytes.readUInt16BE(12);
      if (type === 0x0806) continue;
      const v6 = type === 0x86dd;
      const length = v6 ? 40 + bytes.readUInt16BE(18) : bytes.readUInt16BE(16);
      const packet = bytes.subarray(14, 14 + length);
      if (!v6) expect(sum(packet.subarray(0, 20))).toBe(0xffff);
      const inner = packet.subarray(v6 ? 40 : 20);
      const proto = packet[v6 ? 6 : 9];
      const pseudo = proto === 1 ? 0 : sum(packet.subarray(v6 ? 8 : 12, v6 ? 40 : 20), proto + inner.length);
      expect(sum(inner, pseudo)).toBe(0xffff);
    }
  });

  it('has the connections, bytes and troubles that its totals tell', async () => {
    const { totals } = load;
    const segments = (await framesOf(load)).flatMap(({ bytes }) => segmentOf(bytes) ?? []);
    const opening = segments.filter(({ flags }) => flags === 2).map(({ key }) => key);
    expect(new Set(opening).size).toBe(totals.connections);
    expect(opening.length).toBe(totals.connections);
    const data = segments.filter(({ length }) => length > 0);
    expect(data.length).toBe(totals.dataSegments);
    let behind = 0;
    let twice = 0;
    const highest = new Map<string, number>();
    const starts = new Set<string>();
    let bytes = 0;
    for (const { key, seq, length } of data) {
      const known = starts.has(`${key} ${seq}`);
      const high = highest.get(key);
      if (known) twice++;
      else {
        bytes += length;
        if (high !== undefined && ((seq - high) | 0) < 0) behind++;
      }
      starts.add(`${key} ${seq}`);
      if (high === undefined || ((seq + length - high) | 0) > 0) highest.set(key, (seq + length) >>> 0);
    }
    expect(twice).toBe(totals.sentTwice);
    expect(behind).toBe(totals.lostBefore + totals.reordered);
    expect(bytes).toBe(totals.tcpBytes);
    for (const part of [totals.sentTwice, totals.lostBefore, totals.reordered, totals.finished, totals.reset])
      expect(part).toBeGreaterThan(10);
    const { finished, reset, refused, unanswered, open } = totals;
    expect(finished + reset + refused + unanswered + open).toBe(totals.connections);
  });

  it('is written to a file as it is made in memory', () => {
    const folder = mkdtempSync(join(tmpdir(), 'packet-load-'));
    try {
      const path = join(folder, 'load.pcap');
      expect(writePacketLoad(path, OPTIONS)).toEqual(load.totals);
      expect(readFileSync(path).equals(Buffer.concat(load.chunks))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
