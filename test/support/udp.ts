import { spawn, spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { isSupportedPlatform, type Libc, loadLibc } from '../../src/sources/udp/libc.ts';
import type { ListenAddress, Receiver } from '../../src/sources/udp/receiver.ts';
import { REQUIRE_ALL } from './need.ts';

export const LOOPBACK: ListenAddress = { host: '127.0.0.1', port: 0 };
export const onLinux = process.platform === 'linux';

/** The C library; undefined where it cannot be called. Throws where everything is required. */
export async function findLibc(): Promise<Libc | undefined> {
  try {
    return await loadLibc();
  } catch (error) {
    if (REQUIRE_ALL && isSupportedPlatform()) throw error;
    return undefined;
  }
}

/** Is there IPv6 on the loopback interface? Throws where everything is required. */
export function haveV6(): boolean {
  const found = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
  if (!found && REQUIRE_ALL) throw new Error('no IPv6 on the loopback interface, and VEDETTE_REQUIRE_ALL=1');
  return found;
}

/** A datagram that was received, copied. */
export interface Got {
  readonly bytes: Buffer;
  /** First byte, read through the view; -1 for an empty datagram. */
  readonly first: number;
  readonly address: string;
  readonly port: number;
  readonly listener: number;
  readonly receivedAt: number;
}

/** Polls until `count` datagrams came, or nothing came for a while. */
export async function collect(receiver: Receiver, count: number): Promise<Got[]> {
  const got: Got[] = [];
  for (let idle = 0; got.length < count && idle < 8; ) {
    const handed = await receiver.poll(50, (datagram) => {
      const { view, start, end, peer, port, listener, receivedAt } = datagram;
      const bytes = Buffer.from(datagram.bytes.subarray(start, end));
      const first = end > start ? view.getUint8(start) : -1;
      got.push({ bytes, first, address: peer.address, port, listener, receivedAt });
    });
    idle = handed > 0 ? 0 : idle + 1;
    await new Promise(setImmediate);
  }
  return got;
}

/** What a test opened; closed with one call. */
export class OpenThings {
  readonly #receivers: Receiver[] = [];
  readonly #sockets: Socket[] = [];

  receiver<T extends Receiver>(receiver: T): T {
    this.#receivers.push(receiver);
    return receiver;
  }

  async sender(host = '127.0.0.1'): Promise<Socket> {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    this.#sockets.push(socket);
    socket.bind(0, host);
    await once(socket, 'listening');
    return socket;
  }

  async close(): Promise<void> {
    for (const receiver of this.#receivers.splice(0)) receiver.close();
    const closed = this.#sockets.splice(0).map((socket) => once(socket.close(), 'close'));
    await Promise.all(closed);
  }
}

/** On the loopback interface a datagram has arrived, or was dropped, when this resolves. */
export function send(socket: Socket, bytes: Uint8Array, port: number, host = '127.0.0.1'): Promise<void> {
  return new Promise((resolve, reject) =>
    socket.send(bytes, port, host, (error) => (error ? reject(error) : resolve())),
  );
}

function sendingProgram(port: number, count: number, size: number): string {
  return `
    const socket = require('node:dgram').createSocket('udp4');
    let left = ${count};
    const next = () => left-- > 0 ? socket.send(Buffer.alloc(${size}), ${port}, '127.0.0.1', next) : socket.close();
    next();`;
}

/** Sends from another process while this one, and its event loop, stand still. */
export function sendAsleep(port: number, count: number, size: number): void {
  const { status, stderr } = spawnSync(process.execPath, ['-e', sendingProgram(port, count, size)]);
  if (status !== 0) throw new Error(String(stderr));
}

/** Sends from another process soon. Resolves when that ended. */
export async function sendSoon(port: number, count: number, size: number): Promise<void> {
  const child = spawn(process.execPath, ['-e', sendingProgram(port, count, size)], { stdio: 'inherit' });
  const [status] = await once(child, 'exit');
  if (status !== 0) throw new Error(`sender ended with ${status}`);
}

/** Bytes that differ from place to place and from seed to seed. */
export function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 7 + (i >> 8) * 31 + seed) & 255;
  return bytes;
}
