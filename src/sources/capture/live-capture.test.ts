import { createSocket } from 'node:dgram';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { haveProgram, mayCapture } from '../../../test/support/need.ts';
import type { ToolName } from './capture-tool.ts';
import { LiveCapture } from './live-capture.ts';

let folder: string;
let capture: LiveCapture;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-capture-'));
});
afterEach(async () => {
  await capture.stop();
  await rm(folder, { recursive: true, force: true });
});

function captureWith(tool: ToolName, more: { fileBytes?: number; files?: number } = {}): LiveCapture {
  capture = new LiveCapture({ tool, ringPackets: 5, ringBytes: 1e6, folder, ...more });
  return capture;
}

/** Sends datagrams to a port of this machine where nobody listens. */
async function send(port: number, count: number): Promise<void> {
  const socket = createSocket('udp4').unref();
  for (let i = 0; i < count; i++)
    await new Promise((resolve) => socket.send(`packet ${i}`, port, '127.0.0.1', resolve));
  socket.close();
}

async function collect(stream: AsyncIterable<Uint8Array>, into: Uint8Array[]): Promise<Buffer> {
  for await (const chunk of stream) into.push(chunk);
  return Buffer.concat(into);
}

const until = async (condition: () => boolean) => {
  for (let i = 0; i < 400 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 25));
  expect(condition()).toBe(true);
};

describe.each(['dumpcap', 'tcpdump'] as const)('%s on the loopback', (tool) => {
  const able = haveProgram(tool) && mayCapture();

  it.skipIf(!able)('gives the packets of a filter as a stream, and says what was dropped', async () => {
    const live = captureWith(tool);
    const chunks: Uint8Array[] = [];
    const whole = collect(
      await live.start({ interface: 'lo', filter: 'udp dst port 40211', outputFile: 'out.pcap' }),
      chunks,
    );
    expect(live.status()).toMatchObject({ running: true, tool, interface: 'lo', filter: 'udp dst port 40211' });
    await send(40211, 8);
    await send(40212, 3);
    await until(() => live.status().packets === 8);
    await live.stop();
    const bytes = await whole;
    for (let i = 0; i < 8; i++) expect(bytes.includes(`packet ${i}`)).toBe(true);
    expect(live.status()).toMatchObject({
      running: false,
      packets: 8,
      dropped: 0,
      error: null,
      ring: { packets: 5 },
      files: ['out.pcap'],
    });
    const held = Buffer.concat(live.held());
    expect(held.readUInt32LE(0)).toBe(0xa1b2c3d4);
    expect([held.includes('packet 2'), held.includes('packet 3')]).toEqual([false, true]);
    expect(await readFile(join(folder, 'out.pcap'))).toEqual(bytes);
  });

  it.skipIf(!able)('ends by itself, and when its reader leaves', async () => {
    const live = captureWith(tool);
    await collect(await live.start({ interface: 'lo', durationSeconds: 1 }), []);
    expect(live.running).toBe(false);
    for await (const header of await live.start({ interface: 'lo' })) {
      expect(header.length).toBe(24);
      break;
    }
    expect(live.running).toBe(false);
  });

  it.skipIf(!able)('goes on in further files, of which the oldest go', async () => {
    const live = captureWith(tool, { fileBytes: 100, files: 2 });
    const whole = collect(
      await live.start({ interface: 'lo', filter: 'udp dst port 40213', outputFile: 'many.pcap' }),
      [],
    );
    for (let i = 1; i <= 4; i++) {
      await send(40213, 1);
      await until(() => live.status().packets === i);
    }
    await live.stop();
    await whole;
    expect(live.status().files).toEqual(['many-2.pcap', 'many-3.pcap']);
    expect((await readdir(folder)).sort()).toEqual(['many-2.pcap', 'many-3.pcap']);
    expect((await readFile(join(folder, 'many-3.pcap'))).readUInt32LE(0)).toBe(0xa1b2c3d4);
  });

  it.skipIf(!able)('says why it cannot', async () => {
    const live = captureWith(tool);
    const why = (order: Parameters<LiveCapture['start']>[0]) => live.start(order).then(String, (error) => error);
    expect(await why({ interface: 'lo', filter: 'no such (' })).toMatchObject({
      code: 'INVALID_PARAMETER',
      message: expect.stringContaining('syntax error'),
    });
    expect(await why({ interface: 'lo', filter: 'udp\0' })).toMatchObject({ code: 'INVALID_PARAMETER' });
    expect(await why({ interface: '-w/etc/passwd' })).toMatchObject({
      code: 'INVALID_PARAMETER',
      message: expect.stringMatching(/There is no interface -w.*lo/),
    });
    const reading = collect(await live.start({ interface: 'lo', outputFile: 'a.pcap' }), []);
    expect(await why({ interface: 'lo' })).toMatchObject({
      code: 'CAPTURE_IMPOSSIBLE',
      message: 'A capture on lo is running already.',
    });
    await live.stop();
    await reading;
    expect(await why({ interface: 'lo', outputFile: 'a.pcap' })).toMatchObject({
      code: 'INVALID_PARAMETER',
      message: expect.stringContaining('exists already'),
    });
    expect(live.running).toBe(false);
  });

  it.skipIf(!able)('loses nothing that came before its end', async () => {
    const live = captureWith(tool);
    const whole = collect(await live.start({ interface: 'lo', filter: 'udp dst port 40214' }), []);
    await send(40214, 5);
    await live.stop();
    await whole;
    expect(live.status()).toMatchObject({ packets: 5, dropped: 0 });
  });

  it.skipIf(!able)('ends when nobody reads', async () => {
    const live = captureWith(tool);
    const stream = await live.start({ interface: 'lo' });
    await live.stop();
    await collect(stream, []);
    expect(live.running).toBe(false);
  });
});

it('knows the interfaces of this machine', async () => {
  const loopback = (await captureWith('tcpdump').interfaces()).find(({ addresses }) => addresses.includes('127.0.0.1'));
  expect(loopback?.name).toMatch(/^lo/);
});
