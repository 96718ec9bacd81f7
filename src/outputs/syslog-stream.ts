import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { guardedLookup } from '../kit/address-guard.ts';
import { failureOf, HttpFailure } from '../kit/http-client.ts';

export interface SyslogStreamOptions {
  readonly host: string;
  readonly port: number;
  /** Nothing is encrypted without it. */
  readonly tls?: { readonly verify: boolean; readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly allowPrivate: boolean;
  /** For connecting, and for the server to take what is sent. */
  readonly timeoutMs: number;
  /** That a connection must last after what was sent. */
  readonly settleMs: number;
}

/** Written at once: so often it is looked at whether the server still takes something. */
const SLICE = 256 * 1024;
/** Calls at a time, each with listeners of its own. */
const MOST_LISTENERS = 64;

interface Link {
  readonly socket: Socket;
  /** Messages of two calls must not get mixed: each waits for the one before. */
  written: Promise<unknown>;
}

/** Between the kernel's questions whether the other side is still there. */
const KEEPALIVE_MS = 15_000;

/**
 * A connection to a syslog server over TCP or TLS, made when it is needed and again after it broke. Syslog has no
 * acknowledgement (RFC 6587, 4.4): what was sent counts as taken when the connection has lasted for a while after the
 * kernel took the last byte. A break tells on everything that was sent within that while.
 */
export class SyslogStream {
  readonly #options: SyslogStreamOptions;
  #link: Promise<Link> | undefined;
  #connecting: Socket | undefined;
  #closed = false;

  constructor(options: SyslogStreamOptions) {
    this.#options = options;
  }

  /** Resolves when the bytes count as taken. @throws HttpFailure when they do not. */
  async send(bytes: Buffer, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw givenUp();
    const link = await this.#linked(signal);
    const { socket } = link;
    const broken = new AbortController();
    let why: Error | undefined;
    const onBreak = (error?: Error) => {
      why ??= error;
      broken.abort();
    };
    const onClose = () => onBreak();
    const giveUp = () => socket.destroy(givenUp());
    socket.on('error', onBreak).on('end', onClose).on('close', onClose);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      if (signal.aborted) giveUp();
      const written = link.written.then(() => this.#write(socket, bytes));
      link.written = written.catch(() => undefined);
      await written;
      if (!broken.signal.aborted && !socket.destroyed)
        await wait(this.#options.settleMs, undefined, { signal: broken.signal });
      // Data of the other side that is under way is looked at before its silence counts.
      await wait(0);
      if (broken.signal.aborted || socket.destroyed) throw closed();
    } catch (error) {
      socket.destroy();
      const cause = why ?? socket.errored ?? (broken.signal.aborted ? closed() : error);
      throw cause instanceof HttpFailure ? cause : failureOf(cause);
    } finally {
      socket.off('error', onBreak).off('end', onClose).off('close', onClose);
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Resolves when there is a connection. @throws HttpFailure when there is none to be had. */
  async probe(): Promise<void> {
    await this.#linked();
  }

  /** Ends the connection in order: what was written is still sent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#connecting?.destroy(givenUp());
    (await this.#link?.catch(() => undefined))?.socket.destroySoon();
  }

  async #linked(signal?: AbortSignal): Promise<Link> {
    const link = this.#link ?? this.#begin();
    if (!signal) return link;
    let giveUp = () => {};
    const aborted = new Promise<never>((_, reject) => {
      giveUp = () => reject(givenUp());
      signal.addEventListener('abort', giveUp, { once: true });
    });
    try {
      return await Promise.race([link, aborted]);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  #begin(): Promise<Link> {
    const made = this.#connect().then((socket) => ({ socket, written: Promise.resolve() }));
    this.#link = made;
    const forget = () => {
      if (this.#link === made) this.#link = undefined;
    };
    made.then(({ socket }) => {
      socket.once('close', forget).once('end', forget).once('error', forget);
      if (socket.destroyed) forget();
    }, forget);
    return made;
  }

  #connect(): Promise<Socket> {
    if (this.#closed) return Promise.reject(givenUp());
    const { timeoutMs, tls } = this.#options;
    return new Promise((resolve, reject) => {
      const socket = this.#open().setMaxListeners(MOST_LISTENERS);
      this.#connecting = socket;
      const timer = setTimeout(() => socket.destroy(late('No connection')), timeoutMs);
      const fail = (error: Error) => {
        clearTimeout(timer);
        reject(error instanceof HttpFailure ? error : failureOf(error));
      };
      const failClosed = () => fail(closed());
      socket.once('error', fail).once('close', failClosed);
      socket.once(tls ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer);
        socket.off('error', fail).off('close', failClosed);
        // Between two calls nobody else listens, and an error without a listener would end the process.
        socket.on('error', () => socket.destroy());
        // A server of syslog says nothing; reading on is how its end is seen.
        socket.resume();
        resolve(socket);
      });
    });
  }

  #open(): Socket {
    const { host, port, tls, allowPrivate } = this.#options;
    const lookup = guardedLookup(allowPrivate);
    const common = { host, port, lookup, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS, noDelay: true };
    if (!tls) return connectTcp(common);
    const { verify, ca, cert, key } = tls;
    const servername = isIP(host) > 0 ? undefined : host;
    return connectTls({ ...common, servername, rejectUnauthorized: verify, ca, cert, key, minVersion: 'TLSv1.2' });
  }

  /** Resolves when the kernel has taken the bytes. */
  async #write(socket: Socket, bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; at += SLICE) await this.#writeSlice(socket, bytes.subarray(at, at + SLICE));
  }

  #writeSlice(socket: Socket, bytes: Buffer): Promise<void> {
    const { timeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => socket.destroy(late('The server did not take the messages')), timeoutMs);
      socket.write(bytes, (error) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve();
      });
    });
  }
}

function closed(): HttpFailure {
  return new HttpFailure(
    'network',
    'CLOSED',
    'The server closed the connection; what it had not confirmed by lasting is sent again.',
  );
}

function givenUp(): HttpFailure {
  return new HttpFailure('aborted', 'ABORTED', 'The sending was given up.');
}

function late(what: string): HttpFailure {
  return new HttpFailure('timeout', 'ETIMEDOUT', `${what} within the time that is allowed (timeout_ms).`);
}
