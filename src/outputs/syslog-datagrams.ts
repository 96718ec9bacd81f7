import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { guardedLookup } from '../kit/address-guard.ts';
import { failureOf } from '../kit/http-client.ts';

export interface SyslogDatagramsOptions {
  readonly host: string;
  readonly port: number;
  readonly allowPrivate: boolean;
  /** Milliseconds after which the name is looked up again. */
  readonly refreshMs?: number;
}

const REFRESH_MS = 60_000;

/**
 * Datagrams to a syslog server (RFC 5426). Nothing tells whether they arrive; only a port that nobody listens on may be
 * told of, by the datagram after.
 */
export class SyslogDatagrams {
  readonly #options: SyslogDatagramsOptions;
  #socket: Promise<Socket> | undefined;
  #until = 0;
  #told: Error | undefined;

  constructor(options: SyslogDatagramsOptions) {
    this.#options = options;
  }

  /** Does not throw: `sent` is how many were sent before `error`. */
  async send(
    datagrams: readonly Buffer[],
    signal: AbortSignal,
  ): Promise<{ readonly sent: number; readonly error?: unknown }> {
    let sent = 0;
    try {
      const socket = await this.#connected();
      for (const datagram of datagrams) {
        if (this.#told) throw this.#told;
        if (signal.aborted) return { sent, error: signal.reason };
        await sendOne(socket, datagram);
        sent++;
      }
      return { sent };
    } catch (error) {
      await this.close();
      return { sent, error: failureOf(error) };
    }
  }

  /** Looks the name up. @throws HttpFailure when it has no address that may be sent to. */
  async probe(): Promise<void> {
    try {
      await this.#connected();
    } catch (error) {
      throw failureOf(error);
    }
  }

  async close(): Promise<void> {
    const made = this.#socket;
    this.#socket = undefined;
    (await made?.catch(() => undefined))?.close();
  }

  async #connected(): Promise<Socket> {
    const now = performance.now();
    if (this.#socket && now >= this.#until) await this.close();
    if (!this.#socket) {
      this.#until = now + (this.#options.refreshMs ?? REFRESH_MS);
      const made = this.#connect();
      this.#socket = made;
      made.catch(() => {
        if (this.#socket === made) this.#socket = undefined;
      });
    }
    return this.#socket;
  }

  async #connect(): Promise<Socket> {
    const { port } = this.#options;
    const address = await this.#address();
    const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
    this.#told = undefined;
    // What comes back late (ICMP) is told by the next datagram.
    socket.on('error', (error) => {
      this.#told = error;
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(port, address, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    return socket;
  }

  #address(): Promise<string> {
    const { host, allowPrivate } = this.#options;
    if (isIP(host) > 0) return Promise.resolve(host);
    return new Promise((resolve, reject) => {
      guardedLookup(allowPrivate)(host, {}, (error, address) => {
        if (error) reject(error);
        else resolve(String(address));
      });
    });
  }
}

function sendOne(socket: Socket, datagram: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(datagram, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
