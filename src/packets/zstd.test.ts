import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chunks, pcap } from '../../test/support/captures.ts';
import { zstdFrame } from '../../test/support/zstd.ts';
import { openCapture } from './capture-reader.ts';
import { Xxh64 } from './xxh64.ts';
import { isZstd } from './zstd.ts';
import { inflateFrames } from './zstd-frames.ts';
import { nativeZstd } from './zstd-native.ts';
import { scriptedFrame } from './zstd-scripted.ts';

/**
 * Made by zstd 1.5.4 with `-19 --check`: the line "N green bottles, and N-1 of them fall." for N from 400 down to 1, so
 * that there are literals in Huffman codes, and sequences.
 */
const BOTTLES = Buffer.from(
  'KLUv/QRoTRgARndtGJC5MBxV7YCINEhVFUdKKVNKSSKC7/rgBHQAYQBhAFSrRWxka/8iM0TFYsRGtvYvMkNUrUZsZGv/IjNE5XLERrb2LzJDVK9HbGRr/yIzRCUlERvZ2r/IDFFNTcRGtvYvMkNUVBSxka39i8wQVRWAAASEgoPhgIGBheFAYajqQCChYAiQwABhYUFhwJBgYICgwBDhtVrERrb2LzJDVCxGbGRr/yIzRNVqxEa29i8yQ1QuR2xka/8iM0T1esRGtvYvMkNUUhKxka39i8wQ1dREbGRr/yIzREVFERvZ2r/IDFEVqxixka39i8wQVVREbGRr/yIzFKtFbGRr/yIzRMVixEa29i8yQ1StRmxka/8iM0TlcsRGtvYvMkNUr0dsZGv/IjNEJSURG9nav8gMUU1NxEa29i8yQ1RUFLGRrf2LzBBVrWoRG9nav8gMUUVFxEa29i8yQxTbtm3btm3bRpIkSZIkSZJt27Zt27Zta9u2bdu2bdv/////////LyIiIiIiIiIiIjIzMzMzMzMzMzNDREREREREREREVFVVVVVVVVVVVRWxka39i8wQVVREbGRr/yIzRBWDHqhCqLf9PwOiZ6oOEvgVVFhBQvUD3eCOmqGpG7gxw09dwZ0ZcuoEbpthU2dwzwyduoMbZvh05I3keToe+YryPA8PeUU5W4+HvJE4T8cjvlGW5+Ejryhn5vGQNyrn6XiMN8ryPHjkFeXaPB7yjuQ8HbNLPFRsWNTOeNrYctT4eATZLFJL8niyjVKz8tyywaU25llmo6bG5jlnEfYBwYgJaYy0T8oRS4Sj9pnT4TPTLjvlE3hKOv0LzwSeUfn8bYRLqr7Kci9hKt0TTLknqpdOSfcMBYkWAPeAcKgkVMbaM50hR8Ii+/jr5JjkzpXzCTgnrfqFZwbPqHz6NsIjVV/lupdglO4JltwTtVenJHeGgkQLgHtAeFQSKkPtmZ6QI+GSffy1cExy58r5DJyTTP3CM4NnVH1+G8GRqq9q3cswSvcERu4p1atTqjsTpUAmobUCC0/XKw==',
  'base64',
);
const LINES = Array.from({ length: 400 }, (_, i) => `${400 - i} green bottles, and ${399 - i} of them fall.\n`).join(
  '',
);

const decoders = { scripted: scriptedFrame, ...(nativeZstd && { native: nativeZstd }) };

describe.each(Object.entries(decoders))('zstd, %s', (_, make) => {
  async function inflated(file: Uint8Array, chunk?: number): Promise<{ bytes: Buffer; problems: string[] }> {
    const problems: string[] = [];
    const out: Uint8Array[] = [];
    for await (const piece of inflateFrames(chunks(file, chunk), (text) => problems.push(text), make)) out.push(piece);
    return { bytes: Buffer.concat(out), problems };
  }

  it.each([1, 7, 1000, undefined])('is undone in chunks of %s bytes', async (chunk) => {
    expect(await inflated(BOTTLES, chunk)).toEqual({ bytes: Buffer.from(LINES), problems: [] });
  });

  it('takes raw and repeated blocks, frames one behind the other, and passes over those with something else', async () => {
    const note = Buffer.from('5a2a4d1804000000deadbeef', 'hex');
    const file = Buffer.concat([
      note,
      zstdFrame([{ raw: Buffer.from('abc') }, { repeat: 0x64, times: 100_000 }, { raw: Buffer.from('e') }]),
      zstdFrame([{ raw: Buffer.alloc(0) }]),
      note,
      BOTTLES,
      zstdFrame([{ raw: Buffer.from('f') }], { single: true }),
      zstdFrame([{ repeat: 0x67, times: 3 }], { window: 0x50 + 7, checkSum: 0x9f0c7d0f }),
    ]);
    for (const chunk of [1, 10, undefined]) {
      const { bytes, problems } = await inflated(file, chunk);
      expect(problems).toEqual(['The zstd stream is damaged: a check sum differs.']);
      expect(bytes.toString()).toBe(`abc${'d'.repeat(100_000)}e${LINES}fggg`);
    }
  });

  it('holds a window and a block of it, however much is in a frame', async () => {
    const file = zstdFrame(Array.from({ length: 300 }, (_, i) => ({ repeat: i & 0xff, times: 131_072 })));
    const hash = createHash('sha256');
    let [bytes, most] = [0, 0];
    for await (const piece of inflateFrames(chunks(file), expect.unreachable, make)) {
      hash.update(piece);
      bytes += piece.length;
      most = Math.max(most, piece.length);
    }
    expect([bytes, most]).toEqual([300 * 131_072, 131_072]);
    const wanted = createHash('sha256');
    for (let i = 0; i < 300; i++) wanted.update(Buffer.alloc(131_072, i & 0xff));
    expect(hash.digest('hex')).toBe(wanted.digest('hex'));
  });

  it('gives the whole blocks of what is cut anywhere, and says that it is cut', async () => {
    const file = Buffer.concat([
      zstdFrame([{ raw: Buffer.from('first') }, { repeat: 0x2e, times: 300 }, { raw: Buffer.from('last') }]),
      BOTTLES,
    ]);
    const frameEnd = file.length - BOTTLES.length;
    const { bytes: whole } = await inflated(file);
    for (let length = 1; length < file.length; length += length < frameEnd + 20 ? 1 : 37) {
      const { bytes, problems } = await inflated(file.subarray(0, length));
      expect(problems, `${length} bytes`).toEqual(
        length === frameEnd ? [] : ['The zstd stream is cut off before its end.'],
      );
      expect(whole.subarray(0, bytes.length).equals(bytes)).toBe(true);
      if (length >= frameEnd) expect(bytes.length).toBeGreaterThanOrEqual(309);
    }
    // Only the check sum is missing: all of it is there.
    expect((await inflated(BOTTLES.subarray(0, -4))).bytes.toString()).toBe(LINES);
  });

  it('tells every damage of a byte that changes what comes out', async () => {
    for (let at = 4; at < BOTTLES.length; at += at < 40 ? 1 : 7) {
      const damaged = Buffer.from(BOTTLES);
      damaged[at] ^= 0x55;
      const { bytes, problems } = await inflated(damaged);
      if (bytes.toString() !== LINES)
        expect(problems, `byte ${at}`).toEqual([expect.stringMatching(/^The zstd stream /)]);
    }
  });

  it.each([
    [
      'rubbish behind a frame',
      Buffer.concat([BOTTLES, Buffer.from('rubbish')]),
      /damaged: no frame begins at byte \d+\.$/,
    ],
    ['a reserved block', Buffer.from('28b52ffd0000070000', 'hex'), /damaged: the block at byte 6 cannot be one/],
    [
      'a block longer than its window',
      zstdFrame([{ repeat: 1, times: 2000 }], { window: 0 }),
      /the block at byte 6 cannot/,
    ],
    ['a reserved bit', Buffer.from('28b52ffd0850010000', 'hex'), /a reserved bit set/],
    ['a dictionary', Buffer.from('28b52ffd015009010000', 'hex'), /needs a dictionary/],
    ['a size that is wrong', Buffer.from('28b52ffd200501000061', 'hex').fill(9, 6, 7), /damaged/],
    [
      'a window of 256 MiB',
      zstdFrame([{ raw: Buffer.from('x') }], { window: 18 << 3 }),
      /asks for 256 MiB of memory, and 128 is/,
    ],
    ['one of 3.75 TiB', zstdFrame([{ raw: Buffer.from('x') }], { window: 0xff }), /asks for 3932160 MiB/],
    ['a frame of 4 GiB in one piece', Buffer.from('28b52ffde00000000001000000010000', 'hex'), /asks for 4096 MiB/],
  ])('refuses %s with a sentence', async (_, file, sentence) => {
    const { problems } = await inflated(file);
    expect(problems).toEqual([expect.stringMatching(sentence)]);
    expect(problems[0]).toMatch(/^The zstd stream /);
  });

  it('closes its source when it is not read to its end', async () => {
    let closed = false;
    async function* source() {
      try {
        for (;;) yield BOTTLES;
      } finally {
        closed = true;
      }
    }
    for await (const _ of inflateFrames(source(), expect.unreachable, make)) break;
    expect(closed).toBe(true);
  });
});

it('gives up blocks that are all work and no output', async () => {
  const problems: string[] = [];
  const tiny = Array.from({ length: 40 }, () => ({ raw: Buffer.from('x') }));
  const file = zstdFrame(tiny, { window: 17 << 3 });
  for await (const _ of inflateFrames(chunks(file), (text) => problems.push(text), scriptedFrame));
  expect(problems).toEqual([expect.stringContaining('its blocks are too small for its window of 134217728 bytes')]);
});

it('is undone around a capture, which is known by its first bytes', async () => {
  const file = pcap([{ bytes: Buffer.from('a packet'), seconds: 5 }]);
  const zipped = zstdFrame([{ raw: file.subarray(0, 30) }, { raw: file.subarray(30) }]);
  const reader = await openCapture(chunks(zipped), expect.unreachable);
  const times: number[] = [];
  while (await reader.more()) while (reader.next()) times.push(reader.packet.time);
  expect(times).toEqual([5e6]);
  expect([zipped, Buffer.from('502a4d1800000000', 'hex'), zipped.subarray(0, 3), file].map(isZstd)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

// Check sums that zstd 1.5.4 wrote behind the bytes 0, 1, 2... of each length.
it.each([
  [0, 0x51d8e999],
  [1, 0xdb052768],
  [3, 0x33bc65dd],
  [4, 0x4453cc1e],
  [7, 0x630c72d2],
  [8, 0x14b81b8d],
  [12, 0x1f08dca5],
  [31, 0x9b4d8ee1],
  [32, 0x16ff32b4],
  [33, 0xcafb8ead],
  [63, 0xa95f8e4f],
  [64, 0xdb6713f0],
  [100, 0x32166597],
  [255, 0x7caad693],
  [1000, 0xeba4078],
])('XXH64 of %i bytes', (length, sum) => {
  const bytes = Uint8Array.from({ length }, (_, i) => i & 0xff);
  for (const piece of [1, 5, 33, Math.max(1, length)]) {
    const hash = new Xxh64();
    for (let at = 0; at < length; at += piece) hash.update(bytes.subarray(at, at + piece));
    expect(hash.digest()).toBe(sum);
  }
});
