import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeIpfix } from '../../demo/exporters/encode-ipfix.ts';
import { dataTemplate } from '../../demo/exporters/template.ts';
import { chunks, frame, pcap } from '../../test/support/captures.ts';
import { memoryIo, vedette } from '../../test/support/cli.ts';
import { message5 } from '../decoders/fixtures/netflow5-datagram.ts';
import { Pacer } from './pacer.ts';

const SECONDS = 1_600_000_000;

/** A collector on loopback that keeps what comes. */
class Receiver {
  readonly datagrams: Buffer[] = [];
  readonly from: RemoteInfo[] = [];
  readonly #socket: Socket;
  readonly port: number;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.port = socket.address().port;
    socket.on('message', (datagram, from) => {
      this.datagrams.push(datagram);
      this.from.push(from);
    });
  }

  static async open(): Promise<Receiver> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
    const listening = once(socket, 'listening');
    socket.bind(0, '127.0.0.1');
    await listening;
    return new Receiver(socket);
  }

  async has(datagrams: number): Promise<Buffer[]> {
    await expect.poll(() => this.datagrams.length, { timeout: 10_000 }).toBe(datagrams);
    return this.datagrams;
  }

  get to(): string {
    return `127.0.0.1:${this.port}`;
  }

  close(): void {
    this.#socket.close();
  }
}

let cwd: string;
let receiver: Receiver;
beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'vedette-replay-'));
  receiver = await Receiver.open();
});
afterEach(() => {
  receiver.close();
  rmSync(cwd, { recursive: true });
});

function message(sequence: number, count = 2, engineId = 0): Uint8Array {
  const header = { uptime: 100_000, seconds: SECONDS, nanoseconds: 5000, sequence, engineId };
  return message5(
    header,
    Array.from({ length: count }, () => ({ src: 0x0a000001, octets: 100, packets: 1 })),
  );
}

/** A packet every `step` microseconds. */
function capture(messages: readonly Uint8Array[], step = 1000, from: readonly string[] = ['192.0.2.1']): Buffer {
  return pcap(
    messages.map((bytes, n) => ({
      bytes: frame(bytes, { from: from[n % from.length] }),
      seconds: SECONDS + Math.floor((n * step) / 1e6),
      fraction: (n * step) % 1e6,
    })),
  );
}

async function send(content: Uint8Array, ...args: string[]) {
  writeFileSync(join(cwd, 'file'), content);
  return vedette(['replay', 'file', '--to', receiver.to, ...args], { cwd });
}

const sequences = (datagrams: readonly Buffer[], at: number) => datagrams.map((datagram) => datagram.readUInt32BE(at));

describe('vedette replay', () => {
  it('sends the datagrams as they were, in their order', async () => {
    const messages = [message(0), message(2), message(4)];
    const { exit, out, err } = await send(capture(messages));
    expect([exit, out]).toEqual([0, '']);
    expect(await receiver.has(3)).toEqual(messages.map((bytes) => Buffer.from(bytes)));
    expect(err).toMatch(/^192\.0\.2\.1 is sent from 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+\n/);
    expect(err).toMatch(/done 3 datagrams sent to 127\.0\.0\.1:\d+ \(360 B in /);
  });

  it('sends raw messages and standard input as well', async () => {
    await send(Buffer.concat([message(0), message(2, 30)]), '--rate', '1000');
    expect((await receiver.has(2)).map((datagram) => datagram.length)).toEqual([120, 1464]);
    const stdin = chunks(capture([message(4)]), 10);
    expect((await vedette(['replay', '-', '--to', receiver.to], { stdin })).exit).toBe(0);
    expect((await receiver.has(3))[2].readUInt32BE(16)).toBe(4);
  });

  it('goes on with the sequence numbers of every stream when it loops', async () => {
    const messages = [message(10, 2), message(500, 3, 1), message(12, 5), message(503, 1, 1)];
    expect((await send(capture(messages), '--loop', '3', '--speed', 'max')).exit).toBe(0);
    const received = await receiver.has(12);
    const ofEngine = (id: number) =>
      sequences(
        received.filter((datagram) => datagram[21] === id),
        16,
      );
    expect(ofEngine(0)).toEqual([10, 12, 17, 19, 24, 26]);
    expect(ofEngine(1)).toEqual([500, 503, 504, 507, 508, 511]);
  });

  it('writes the present into headers with --now, and leaves them without', async () => {
    const before = Date.now() / 1000;
    await send(capture([message(0)]), '--now');
    const [datagram] = await receiver.has(1);
    const told = datagram.readUInt32BE(8) + datagram.readUInt32BE(12) / 1e9;
    expect(told).toBeGreaterThanOrEqual(Math.floor(before));
    expect(told).toBeLessThanOrEqual(Date.now() / 1000 + 0.001);
    expect(datagram.subarray(16)).toEqual(Buffer.from(message(0)).subarray(16));
    await send(capture([message(0)]));
    expect((await receiver.has(2))[1].readUInt32BE(8)).toBe(SECONDS);
  });

  it('sends each exporter from a port of its own, and on Linux from an address of its own', async () => {
    const { err } = await send(
      capture([message(0), message(0), message(2), message(2)], 10, ['192.0.2.1', '192.0.2.2']),
    );
    await receiver.has(4);
    const ports = receiver.from.map(({ port }) => port);
    expect([ports[2], ports[3]]).toEqual([ports[0], ports[1]]);
    expect(ports[0]).not.toBe(ports[1]);
    expect(receiver.from[0].address).toBe('127.0.0.1');
    if (process.platform === 'linux') expect(receiver.from[1].address).toBe('127.0.0.2');
    expect(err).toContain('192.0.2.2 is sent from 127.0.0.');
  });

  it('stops at the limit, over all passes', async () => {
    await send(capture([message(0), message(2)]), '--limit', '3', '--loop', '5', '--speed', 'max');
    await receiver.has(3);
    await sleep(20);
    expect(receiver.datagrams.length).toBe(3);
  });

  it('sends many as fast as the system takes them, and none twice', async () => {
    const messages = Array.from({ length: 150 }, (_, n) => message(n * 2));
    const { exit } = await send(capture(messages), '--speed', 'max');
    expect(exit).toBe(0);
    const received = sequences(await receiver.has(150), 16);
    expect(received).toEqual(messages.map((_, n) => n * 2));
  });

  it('ends a long pause at Ctrl-C', async () => {
    writeFileSync(join(cwd, 'file'), capture([message(0), message(2)], 3600e6));
    const io = memoryIo();
    const running = vedette(['replay', 'file', '--to', receiver.to], { cwd, onInterrupt: io.onInterrupt });
    await receiver.has(1);
    io.interrupt();
    expect((await running).exit).toBe(130);
    expect(receiver.datagrams.length).toBe(1);
  });

  it('says when nobody listens', async () => {
    const { port } = receiver;
    receiver.close();
    writeFileSync(join(cwd, 'file'), capture(Array.from({ length: 20 }, (_, n) => message(n))));
    const { exit, err } = await vedette(['replay', 'file', '--to', `127.0.0.1:${port}`], { cwd });
    receiver = await Receiver.open();
    if (process.platform === 'linux') {
      expect(exit).toBe(4);
      expect(err).toContain('Nobody listened at 127.0.0.1:');
    }
  });

  it('moves the absolute times of IPFIX records with --now, and counts them for the sequence', async () => {
    const template = dataTemplate(300, 'sourceIPv4Address', 'flowStartMilliseconds', 'flowEndMilliseconds');
    const at = SECONDS * 1000;
    const record = { sourceIPv4Address: '10.0.0.1', flowStartMilliseconds: at - 5000, flowEndMilliseconds: at - 1000 };
    const header = { domain: 7, exportTime: at };
    const messages = [
      encodeIpfix({ ...header, sequence: 0 }, [{ templates: [template] }, { template, records: [record, record] }]),
      encodeIpfix({ ...header, sequence: 2 }, [{ template, records: [record] }]),
    ];
    const before = Date.now();
    await send(capture(messages), '--now', '--loop', '2', '--speed', 'max');
    const received = await receiver.has(4);
    expect(sequences(received, 8)).toEqual([0, 2, 3, 5]);
    for (const datagram of received) {
      const last = datagram.subarray(-20);
      const [start, end] = [Number(last.readBigUInt64BE(4)), Number(last.readBigUInt64BE(12))];
      expect(end - start).toBe(4000);
      expect(end).toBeGreaterThanOrEqual(before - 1001);
      expect(end).toBeLessThanOrEqual(Date.now() - 999);
      expect(datagram.readUInt32BE(4)).toBeGreaterThanOrEqual(Math.floor(before / 1000));
    }
  });

  it.each([
    [['file'], 'Missing required argument: --to'],
    [['file', '--to', 'nowhere'], '--to takes HOST:PORT, not nowhere.'],
    [['file', '--to', '127.0.0.1:99999'], '--to takes HOST:PORT'],
    [['file', '--to', '127.0.0.1:9', '--speed', '0'], '--speed takes a number above 0, or max'],
    [['file', '--to', '127.0.0.1:9', '--rate', 'x'], '--rate takes a whole number'],
    [['-', '--to', '127.0.0.1:9', '--loop', '2'], '--loop needs a file'],
    [['a', 'b', '--to', '127.0.0.1:9'], 'replay takes one file'],
  ])('ends with 2 for %j', async (args, says) => {
    const { exit, err } = await vedette(['replay', ...args], { cwd });
    expect(exit).toBe(2);
    expect(err).toContain(says);
  });

  it('ends with 3 for a file without flows', async () => {
    const { exit, err } = await send(pcap([{ bytes: frame(Buffer.from('hello'), { port: 53 }) }]));
    expect(exit).toBe(3);
    expect(err).toContain('1 packets, 1 of them UDP');
  });
});

describe('the pace', () => {
  it('is that of the capture, divided', () => {
    let now = 1000;
    const pacer = new Pacer({ speed: 10, rate: undefined }, () => now);
    expect([0, 5e6, 10e6].map((time) => pacer.wait(time))).toEqual([0, 500, 1000]);
    now = 1200;
    // Late datagrams are not made later still, and one without a time comes with the one before.
    expect([10e6, 1e6, Number.NaN].map((time) => pacer.wait(time))).toEqual([800, -100, 0]);
    pacer.nextPass();
    expect([0, 1e6].map((time) => pacer.wait(time))).toEqual([0, 100]);
  });

  it('leaves no pause at full speed, and is steady at a rate', () => {
    const fast = new Pacer({ speed: Number.POSITIVE_INFINITY, rate: undefined }, () => 7);
    expect([0, 1e12].map((time) => fast.wait(time))).toEqual([0, 0]);
    const steady = new Pacer({ speed: 1, rate: 200 }, () => 7);
    expect([0, 0, 1e12, Number.NaN].map((time) => steady.wait(time))).toEqual([0, 5, 10, 15]);
  });
});
