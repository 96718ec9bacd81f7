import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Datagrams given to the system and not yet taken by it. */
const IN_FLIGHT = 64;
/** Senders that get a socket of their own; further ones share. */
const MAX_SOCKETS = 200;

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/**
 * Sends to one target, each sender of the capture from a socket of its own: so collectors that tell exporters apart by
 * port can. Where the target is on this machine and the system allows it (Linux does), each has an address of its own
 * out of 127.0.0.0/8 as well.
 */
export class ReplaySockets {
  readonly target: Target;
  sent = 0;
  bytes = 0;
  /** The target answered that nobody listens there. */
  refused = 0;
  /** What the system would not send, by its reason. */
  readonly failures = new Map<string, number>();
  readonly #sockets = new Map<string, Socket>();
  readonly #onOpen: (peer: string, from: string) => void;
  #inFlight = 0;
  #wake: (() => void) | undefined;

  /** @param onOpen told of every new sender, and the address it is sent from. */
  constructor(target: Target, onOpen: (peer: string, from: string) => void) {
    this.target = target;
    this.#onOpen = onOpen;
  }

  /** Sends `datagram`, which is not changed afterwards. Waits while too many are under way. */
  async send(peer: string, datagram: Uint8Array): Promise<void> {
    const socket = this.#sockets.get(peer) ?? (await this.#open(peer));
    while (this.#inFlight >= IN_FLIGHT) await this.#room();
    this.#give(socket, datagram, true);
  }

  /** Everything given has been taken by the system, or been refused. */
  async settled(): Promise<void> {
    while (this.#inFlight > 0) await this.#room();
  }

  close(): void {
    for (const socket of new Set(this.#sockets.values())) socket.close();
    this.#sockets.clear();
  }

  #give(socket: Socket, datagram: Uint8Array, again: boolean): void {
    this.#inFlight++;
    socket.send(datagram, (error) => {
      this.#inFlight--;
      // The answer to an earlier datagram comes with the next, which is not sent then.
      if (error && (error as NodeJS.ErrnoException).code === 'ECONNREFUSED') {
        this.refused++;
        if (again) this.#give(socket, datagram, false);
        else this.#fail('refused');
      } else if (error) this.#fail(reasonOf(error));
      else {
        this.sent++;
        this.bytes += datagram.length;
      }
      this.#wake?.();
    });
  }

  #fail(reason: string): void {
    this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }

  async #open(peer: string): Promise<Socket> {
    const { host, port, family } = this.target;
    const shared = [...this.#sockets.values()];
    let socket = shared[this.#sockets.size % MAX_SOCKETS];
    if (shared.length < MAX_SOCKETS || !socket) {
      const own = host.startsWith('127.') ? `127.0.0.${shared.length + 1}` : undefined;
      socket = (own && (await bound(family, own))) || (await bound(family, undefined)) || createSocket(`udp${family}`);
      // Refusals come with the next send as well.
      socket.on('error', () => undefined);
      const connected = once(socket, 'connect');
      socket.connect(port, host);
      await connected;
    }
    this.#sockets.set(peer, socket);
    const from = socket.address();
    this.#onOpen(peer, from.family === 'IPv6' ? `[${from.address}]:${from.port}` : `${from.address}:${from.port}`);
    return socket;
  }
}

function reasonOf(error: NodeJS.ErrnoException): string {
  return error.code === 'EMSGSIZE' ? 'larger than a datagram can be' : error.message;
}

/** A socket at this address of ours; undefined where it is none. */
async function bound(family: 4 | 6, address: string | undefined): Promise<Socket | undefined> {
  const socket = createSocket(`udp${family}`);
  try {
    const listening = once(socket, 'listening');
    socket.bind({ port: 0, address });
    await listening;
    return socket;
  } catch {
    socket.close();
    return undefined;
  }
}
