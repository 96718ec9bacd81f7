import { createSocket, type Socket } from 'node:dgram';
import type { Random } from '../random.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface SenderOptions {
  /** Address to send from, where the system lets us. */
  readonly from: string;
  readonly target: Target;
  /** One datagram in so many is lost; 0 is none. */
  readonly lossOneIn: number;
  readonly random: Random;
}

/**
 * Sends datagrams from an address of its own, so that it looks like a device of its own; now and then one is lost on the
 * way. Outside Linux only 127.0.0.1 is an address of the loopback interface, and elsewhere than on it none of ours is:
 * then the system chooses.
 */
export class LossySender {
  readonly #options: SenderOptions;
  #socket: Socket | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { from, target } = this.#options;
    const own = target.host.startsWith('127.') ? await bound(from) : undefined;
    this.#socket = own ?? (await bound(undefined, target.host.includes(':')));
  }

  /** Errors are for nobody: a collector that is away loses what is sent, as on a network. */
  send(datagram: Buffer): void {
    const { target, lossOneIn, random } = this.#options;
    if (lossOneIn > 0 && random.next() * lossOneIn < 1) return;
    this.#socket?.send(datagram, target.port, target.host, () => undefined);
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }
}

/** A socket bound to the address, or to any; undefined when the address is not ours. */
function bound(address: string | undefined, ipv6 = false): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(ipv6 ? 'udp6' : 'udp4');
    socket.once('error', () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind({ port: 0, address }, () => {
      socket.removeAllListeners('error');
      socket.on('error', () => undefined);
      socket.unref();
      resolve(socket);
    });
  });
}
