import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { chunks, Numbers, Pcapng, pcap, type WrittenPacket } from '../../test/support/captures.ts';
import { CaptureError } from './capture-error.ts';
import { openCapture } from './capture-reader.ts';

interface Read {
  readonly packets: { text: string; time: number; original: number; linkType: number; id: number }[];
  readonly problems: string[];
}

async function read(file: Uint8Array, chunk?: number): Promise<Read> {
  const problems: string[] = [];
  const reader = await openCapture(chunks(file, chunk), (text) => problems.push(text));
  const packets: Read['packets'] = [];
  while (await reader.more()) {
    while (reader.next()) {
      const { bytes, view, start, end, time, originalLength, capturedLength, linkType, interfaceId } = reader.packet;
      expect(capturedLength).toBe(end - start);
      if (capturedLength > 0) expect(view.getUint8(start)).toBe(bytes[start]);
      const text = Buffer.from(bytes.subarray(start, end)).toString('latin1');
      packets.push({ text, time, original: originalLength, linkType, id: interfaceId });
    }
  }
  return { packets, problems };
}

const SECONDS = 1_790_000_000;
const packets: WrittenPacket[] = ['first', 'second packet', '', 'fourth'].map((text, n) => ({
  bytes: Buffer.from(text),
  seconds: SECONDS + n,
  fraction: 123_456 + n,
  original: text.length + n,
}));
const times = packets.map((_, n) => (SECONDS + n) * 1e6 + 123_456 + n);

function several(): Buffer {
  const little = new Pcapng(true);
  const big = new Pcapng(false);
  return Buffer.concat([
    little.section(),
    little.interface(1),
    little.interface(101, 9),
    little.packet(Buffer.from('micro'), BigInt(SECONDS) * 1_000_000n + 250_000n),
    little.packet(Buffer.from('nano'), BigInt(SECONDS) * 1_000_000_000n + 123_456_789n, 1, 99),
    little.block(4, Buffer.from('names are skipped')),
    little.oldPacket(Buffer.from('old'), BigInt(SECONDS) * 1_000_000_000n, 1),
    big.section(),
    big.interface(113, 0x80 | 20, 3600),
    big.packet(Buffer.from('binary'), (BigInt(SECONDS) << 20n) + (1n << 19n)),
    big.block(0x80001234, Buffer.from('local use')),
    big.simple(Buffer.from('simple')),
  ]);
}

describe('pcap', () => {
  for (const little of [true, false]) {
    it(`is read in ${little ? 'little' : 'big'} endian, however it is cut into chunks`, async () => {
      for (const size of [1, 7, 40, undefined]) {
        const { packets: found, problems } = await read(pcap(packets, { little, linkType: 113 }), size);
        expect(problems).toEqual([]);
        expect(found.map((one) => one.text)).toEqual(['first', 'second packet', '', 'fourth']);
        expect(found.map((one) => one.time)).toEqual(times);
        expect(found.map((one) => one.original)).toEqual([5, 14, 2, 9]);
        expect(new Set(found.map((one) => one.linkType))).toEqual(new Set([113]));
      }
    });
  }

  it('keeps the fraction of nanoseconds', async () => {
    const one = { bytes: Buffer.from('x'), seconds: SECONDS, fraction: 123_456_500 };
    for (const little of [true, false]) {
      const { packets: found } = await read(pcap([one], { nano: true, little }));
      expect(found[0].time).toBe(SECONDS * 1e6 + 123_456.5);
    }
  });

  it('reads the longer packet headers of old Linux systems', async () => {
    const n = new Numbers(true);
    const header = Buffer.concat([n.u32(0xa1b2cd34), n.u16(2, 4), n.u32(0, 0, 65_535, 1)]);
    const packet = Buffer.concat([n.u32(SECONDS, 5, 3, 3, 1), n.u16(8), Buffer.alloc(2), Buffer.from('abc')]);
    const { packets: found, problems } = await read(Buffer.concat([header, packet, packet]));
    expect(found.map((one) => one.text)).toEqual(['abc', 'abc']);
    expect(problems).toEqual([]);
  });

  it('uses what is whole of a file cut anywhere, and tells the rest', async () => {
    const file = pcap(packets);
    const ends = [24];
    for (const { bytes } of packets) ends.push((ends.at(-1) ?? 0) + 16 + bytes.length);
    for (let length = 0; length <= file.length; length++) {
      const { packets: found, problems } = await read(file.subarray(0, length));
      expect(found.length).toBe(Math.max(0, ends.filter((end) => end <= length).length - 1));
      expect(problems.length, `${length} bytes: ${problems}`).toBe(ends.includes(length) ? 0 : 1);
    }
    expect((await read(file.subarray(0, 50))).problems).toEqual([
      'The file ends in the header of packet 2, at byte 45.',
    ]);
    expect((await read(file.subarray(0, 70))).problems).toEqual([
      'The file ends in the middle of packet 2, at byte 45: 9 of 13 bytes are there.',
    ]);
  });

  it('stops where a length cannot be, and says so', async () => {
    const file = pcap(packets);
    file.writeUInt32LE(0x7fff_ffff, 45 + 8);
    const { packets: found, problems } = await read(file);
    expect(found.map((one) => one.text)).toEqual(['first']);
    expect(problems).toEqual([
      'The file is damaged at byte 45: packet 2 would be 2147483647 bytes long. What follows is not read.',
    ]);
  });
});

describe('pcapng', () => {
  it('reads sections of both byte orders with their interfaces, resolutions and kinds of packets', async () => {
    for (const size of [1, 13, undefined]) {
      const { packets: found, problems } = await read(several(), size);
      expect(problems).toEqual([]);
      expect(found).toEqual([
        { text: 'micro', time: SECONDS * 1e6 + 250_000, original: 5, linkType: 1, id: 0 },
        { text: 'nano', time: SECONDS * 1e6 + 123_456.75, original: 99, linkType: 101, id: 1 },
        { text: 'old', time: SECONDS * 1e6, original: 3, linkType: 101, id: 1 },
        { text: 'binary', time: (SECONDS + 3600) * 1e6 + 500_000, original: 6, linkType: 113, id: 0 },
        { text: 'simple', time: Number.NaN, original: 6, linkType: 113, id: 0 },
      ]);
    }
  });

  it('reads times of any resolution to a quarter of a microsecond', async () => {
    const ng = new Pcapng();
    const cases: [number, bigint, number][] = [
      [0, BigInt(SECONDS), SECONDS * 1e6],
      [3, BigInt(SECONDS) * 1000n + 5n, SECONDS * 1e6 + 5000],
      [12, BigInt(SECONDS % 10_000_000) * 10n ** 12n + 7_000_000n, (SECONDS % 10_000_000) * 1e6 + 7],
      [0x80 | 32, (BigInt(SECONDS) << 32n) + (1n << 31n), SECONDS * 1e6 + 500_000],
      [0x80, BigInt(SECONDS), SECONDS * 1e6],
    ];
    for (const [resolution, ticks, time] of cases) {
      const file = Buffer.concat([ng.section(), ng.interface(1, resolution), ng.packet(Buffer.from('x'), ticks)]);
      expect((await read(file)).packets[0].time, `resolution ${resolution}`).toBe(time);
    }
  });

  it('takes a negative time offset, and cuts simple packets to the snap length', async () => {
    const ng = new Pcapng(false);
    const file = Buffer.concat([
      ng.section(),
      ng.interface(1, 6, -60, 4),
      ng.packet(Buffer.from('x'), BigInt(SECONDS) * 1_000_000n),
      ng.simple(Buffer.from('abcd'), 1000),
    ]);
    const { packets: found } = await read(file);
    expect(found.map((one) => [one.text, one.original, one.time])).toEqual([
      ['x', 1, (SECONDS - 60) * 1e6],
      ['abcd', 1000, Number.NaN],
    ]);
  });

  it('uses what is whole of a file cut anywhere, and tells the rest', async () => {
    const file = several();
    const whole = (await read(file)).packets;
    const ends = new Set<number>();
    for (let at = 0; at < file.length; ) {
      const little = at < file.lastIndexOf(Buffer.from([0x0a, 0x0d, 0x0d, 0x0a]));
      at += little ? file.readUInt32LE(at + 4) : file.readUInt32BE(at + 4);
      ends.add(at);
    }
    let most = 0;
    for (let length = 4; length <= file.length; length++) {
      const { packets: found, problems } = await read(file.subarray(0, length), 64);
      expect(found).toEqual(whole.slice(0, found.length));
      expect(found.length).toBeGreaterThanOrEqual(most);
      most = found.length;
      expect(problems.length, `${length} bytes: ${problems}`).toBe(ends.has(length) ? 0 : 1);
    }
    expect(most).toBe(whole.length);
  });

  it('passes over packets that contradict their section, and goes on', async () => {
    const ng = new Pcapng();
    const tooLong = ng.packet(Buffer.from('1234'), 0n, 1);
    tooLong.writeUInt32LE(5000, 20);
    const file = Buffer.concat([
      ng.section(),
      ng.packet(Buffer.from('too early'), 0n),
      ng.simple(Buffer.from('too early')),
      ng.block(1, Buffer.from([1])),
      ng.interface(1),
      ng.packet(Buffer.from('no such'), 0n, 7),
      ng.packet(Buffer.from('unusable'), 0n, 0),
      tooLong,
      ng.packet(Buffer.from('good'), 0n, 1),
    ]);
    const { packets: found, problems } = await read(file);
    expect(found.map((one) => one.text)).toEqual(['good']);
    expect(problems.map((text) => text.replace(/at byte \d+/, 'at N'))).toEqual([
      'Packet 1 at N cannot be used: there is no interface 0.',
      'Packet 2 at N cannot be used: there is no interface for it.',
      'An interface at N cannot be used: its block is too short.',
      'Packet 3 at N cannot be used: there is no interface 7.',
      'Packet 4 at N cannot be used: there is no interface 0.',
      'Packet 5 at N cannot be used: it would be 5000 bytes long, longer than its block.',
    ]);
  });

  it('does not hold blocks that are too long, but passes over them', async () => {
    const ng = new Pcapng();
    const file = Buffer.concat([
      ng.section(),
      ng.interface(1),
      ng.block(5, Buffer.alloc(17 * 1024 * 1024)),
      ng.packet(Buffer.from('behind'), 0n),
    ]);
    const { packets: found, problems } = await read(file, 65_536);
    expect(found.map((one) => one.text)).toEqual(['behind']);
    expect(problems).toEqual([expect.stringMatching(/^The block at byte 60 is passed over: it is 17825804 bytes/)]);
    const cut = await read(file.subarray(0, 1_000_000), 65_536);
    expect(cut.problems[1]).toMatch(/^The file ends in a block that is passed over: \d+ bytes are missing/);
  });

  it('stops at a block whose ends differ, at an impossible length and at a later major version', async () => {
    const ng = new Pcapng();
    const good = Buffer.concat([ng.section(), ng.interface(1), ng.packet(Buffer.from('good'), 0n)]);
    const differs = ng.packet(Buffer.from('1234'), 0n);
    differs.writeUInt32LE(32, differs.length - 4);
    const short = ng.packet(Buffer.from('1234'), 0n);
    short.writeUInt32LE(8, 4);
    for (const [bad, why] of [
      [differs, /a block of 36 bytes ends as one of 32/],
      [short, /a block cannot be 8 bytes long/],
      [ng.section(2), /a section of version 2.0/],
    ] as const) {
      const { packets: found, problems } = await read(Buffer.concat([good, bad, good]));
      expect(found.map((one) => one.text)).toEqual(['good']);
      expect(problems).toEqual([expect.stringMatching(why)]);
    }
  });
});

describe('gzip around a capture', () => {
  it('is undone, of several members and in any chunks', async () => {
    const file = pcap(packets);
    const members = Buffer.concat([gzipSync(file.subarray(0, 60)), gzipSync(file.subarray(60))]);
    for (const bytes of [gzipSync(file), members]) {
      for (const size of [1, 11, undefined]) {
        const { packets: found, problems } = await read(bytes, size);
        expect(found.map((one) => one.time)).toEqual(times);
        expect(problems).toEqual([]);
      }
    }
    expect((await read(gzipSync(several()))).packets.length).toBe(5);
  });

  it('gives what can be inflated of a stream that is cut anywhere, and says that it is cut', async () => {
    const bytes = gzipSync(pcap(packets));
    for (let length = 2; length < bytes.length; length++) {
      const { packets: found, problems } = await read(bytes.subarray(0, length));
      expect(found.map((one) => one.time)).toEqual(times.slice(0, found.length));
      expect(problems[0], `${length} bytes`).toBe('The gzip stream is cut off before its end.');
    }
    // Only the check sum is missing: all packets are there.
    expect((await read(bytes.subarray(0, -8))).packets.length).toBe(4);
  });

  it('tells damage, and ignores zeros behind the end', async () => {
    const bytes = gzipSync(pcap(packets));
    expect((await read(Buffer.concat([bytes, Buffer.alloc(100_000)]), 1000)).problems).toEqual([]);
    const damaged = Buffer.from(bytes);
    damaged.writeUInt32LE(1, damaged.length - 8);
    expect((await read(damaged)).problems[0]).toMatch(/^The gzip stream is damaged: /);
  });

  it('inflates large files whole', async () => {
    const large = Array.from({ length: 2000 }, (_, n) => ({ bytes: Buffer.alloc(1400, n), seconds: n }));
    const { packets: found, problems } = await read(gzipSync(pcap(large)), 65_536);
    expect(found.map((one) => one.time)).toEqual(large.map(({ seconds }) => seconds * 1e6));
    expect(problems).toEqual([]);
  });
});

describe('what is no capture', () => {
  it('is refused with its name', async () => {
    const cases: [Uint8Array, RegExp][] = [
      [Buffer.from('PK\x03\x04....'), /^It is a zip archive, not a pcap/],
      [gzipSync(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0])), /compressed with zstd/],
      [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a]), /compressed with xz/],
      [Buffer.from('{"ts": 1}'), /^It is JSON/],
      [Buffer.from('hello world, this is'), /^It is text/],
      [Buffer.from('snoop\0\0\0....'), /snoop capture/],
      [Buffer.from([0x0c, 0xa5, 1, 0]), /a file of nfcapd/],
      [gzipSync(gzipSync('x')), /compressed with gzip twice/],
      [pcap(packets).fill(9, 4, 5), /^It is a capture of version 9.4, which is not known/],
      [new Pcapng(false).section(3), /^It is a capture of version 3.0, which is not known/],
      [Buffer.from([1, 2, 3, 4]), /neither a pcap nor a pcapng file: it begins with the bytes 01 02 03 04/],
    ];
    for (const [bytes, sentence] of cases) {
      await expect(openCapture(chunks(bytes), () => undefined)).rejects.toThrow(sentence);
      await expect(openCapture(chunks(bytes), () => undefined)).rejects.toBeInstanceOf(CaptureError);
    }
  });

  it('is told when it is too short to say', async () => {
    expect(await read(Buffer.alloc(0))).toEqual({ packets: [], problems: ['The file is empty.'] });
    expect((await read(Buffer.from([1, 2]))).problems).toEqual([
      'The file ends after 2 bytes, too early to tell what it is.',
    ]);
  });
});

describe('reading', () => {
  it('closes a file that is not read to its end', async () => {
    let closed = false;
    async function* source() {
      try {
        for (;;) yield pcap(packets);
      } finally {
        closed = true;
      }
    }
    const reader = await openCapture(source(), () => undefined);
    expect(await reader.more()).toBe(true);
    await reader.close();
    expect([closed, await reader.more()]).toEqual([true, false]);
  });
});
