import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { parseIp } from '../../model/address.ts';
import { DatagramQueue } from './datagram-queue.ts';
import { Gate } from './gate.ts';
import { describeFailure, describeListener, leavesV4, resolveHost } from './listeners.ts';
import { Peer } from './peer.ts';
import { procAddress, readProcNetUdp } from './proc-net-udp.ts';
import {
  type DatagramHandler,
  type ListenAddress,
  type ListenerInfo,
  RECEIVE_BUFFER,
  type Receiver,
  type ReceiverOptions,
  type SocketStats,
} from './receiver.ts';
import { SocketCounters } from './socket-counters.ts';
import { wallClock } from './wall-clock.ts';

/** What may wait between two polls. */
export interface DgramTuning {
  readonly queueDatagrams?: number;
  readonly queueBytes?: number;
}

/** Datagrams one poll hands over at most. */
const ROUND = 1024;

interface Listener {
  readonly index: number;
  readonly name: string;
  readonly socket: Socket;
  /** As in `/proc/net/udp`. */
  readonly procAddress: string;
  readonly counters: SocketCounters;
}

const words = new Uint32Array(4);
const octets = new Uint8Array(words.buffer);

/** Takes datagrams with Node's own sockets, one event each: for where {@link RecvmmsgReceiver} cannot be had. */
export class DgramReceiver implements Receiver {
  readonly mode = 'dgram';
  readonly #options: ReceiverOptions;
  readonly #clock: () => number;
  readonly #gate: Gate;
  readonly #queue: DatagramQueue;
  #names: string[];
  #listeners: Listener[] = [];
  /** Ends the wait of a poll. */
  #wake: (() => void) | undefined;

  /** @throws RangeError for what is no network. */
  constructor(options: ReceiverOptions, tuning: DgramTuning = {}) {
    this.#options = options;
    this.#clock = options.clock ?? wallClock();
    this.#gate = new Gate(options.networks, options.rateLimit, options.maxPeers);
    const none = new Peer(0, 0, 0, 0);
    this.#queue = new DatagramQueue(none, tuning.queueDatagrams ?? 8192, tuning.queueBytes ?? 8 * 2 ** 20);
    this.#names = options.listen.map(({ port }) => `udp:${port}`);
  }

  async open(): Promise<ListenerInfo[]> {
    const infos: ListenerInfo[] = [];
    const asked = this.#options.receiveBuffer ?? RECEIVE_BUFFER;
    for (const [index, at] of this.#options.listen.entries()) {
      try {
        const host = await resolveHost(at.host);
        const socket = await bindOrFallBack({ host, port: at.port }, leavesV4(this.#options.listen, at));
        infos.push(this.#listen(index, socket, asked));
      } catch (error) {
        infos.push(describeFailure(at, asked, error));
      }
    }
    this.#names = infos.map(({ name }) => name);
    return infos;
  }

  poll(waitMs: number, handler: DatagramHandler): number | Promise<number> {
    if (this.#queue.size > 0) return this.#drain(handler);
    return this.#wait(waitMs).then(() => this.#drain(handler));
  }

  stats(): SocketStats[] {
    const stats: SocketStats[] = this.#names.map((name) => new SocketCounters().report(name, undefined));
    const system = readProcNetUdp();
    for (const { index, name, counters, procAddress } of this.#listeners)
      stats[index] = counters.report(name, system.get(procAddress));
    return stats;
  }

  peers(): IterableIterator<Peer> {
    return this.#gate.peers.all();
  }

  refusedPeers(): IterableIterator<Peer> {
    return this.#gate.refused.all();
  }

  close(): void {
    for (const { socket } of this.#listeners) socket.close();
    this.#listeners = [];
    this.#wake?.();
  }

  #listen(index: number, socket: Socket, asked: number): ListenerInfo {
    const { address, port, family } = socket.address();
    growBuffer(socket, asked);
    const info = describeListener(address, port, asked, socket.getRecvBufferSize());
    const counters = new SocketCounters();
    socket.on('message', (bytes, from) => this.#take(bytes, from, counters, index));
    socket.on('error', () => counters.errors++);
    const place = procAddress(address, family === 'IPv4' ? 4 : 6, port);
    this.#listeners.push({ index, name: info.name, socket, procAddress: place, counters });
    return info;
  }

  #take(bytes: Uint8Array, from: RemoteInfo, counters: SocketCounters, listener: number): void {
    const now = this.#clock();
    counters.datagrams++;
    counters.bytes += bytes.length;
    const zone = from.address.indexOf('%');
    parseIp(zone < 0 ? from.address : from.address.slice(0, zone), octets);
    const peer = this.#gate.admit(words[0], words[1], words[2], words[3], bytes.length, now, counters);
    if (!peer) return;
    if (!this.#queue.push(bytes, now, peer, from.port, listener)) counters.overflowed++;
    this.#wake?.();
  }

  #drain(handler: DatagramHandler): number {
    let handed = 0;
    while (handed < ROUND) {
      const datagram = this.#queue.take();
      if (!datagram) break;
      handed++;
      handler(datagram);
    }
    return handed;
  }

  /** Until the event loop brought something, and everything it brings with it; or until the time is up. */
  #wait(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#wake = undefined;
        clearTimeout(timer);
        setImmediate(resolve);
      };
      const timer = setTimeout(done, waitMs);
      this.#wake = done;
    });
  }
}

/** Some systems refuse what is too much instead of granting less. */
function growBuffer(socket: Socket, asked: number): void {
  for (let size = asked; size >= 65_536; size = Math.floor(size / 2)) {
    try {
      socket.setRecvBufferSize(size);
      return;
    } catch {
      // Half of it is asked for next; what was granted in the end is told by the socket.
    }
  }
}

/** Where there is no IPv6, `::` becomes `0.0.0.0`. */
async function bindOrFallBack(at: ListenAddress, v6Only: boolean): Promise<Socket> {
  try {
    return await bind(at, v6Only);
  } catch (error) {
    if (at.host !== '::' || (error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') throw error;
    return bind({ host: '0.0.0.0', port: at.port }, false);
  }
}

function bind({ host, port }: ListenAddress, v6Only: boolean): Promise<Socket> {
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', ipv6Only: v6Only });
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
