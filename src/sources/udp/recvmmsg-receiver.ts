import { Gate } from './gate.ts';
import type { Libc } from './libc.ts';
import { EAGAIN, EINTR, MSG_DONTWAIT, MSG_TRUNC, POLLIN } from './linux-constants.ts';
import { describeFailure, describeListener, leavesV4, resolveHost } from './listeners.ts';
import { MessageSlots } from './message-slots.ts';
import { NativeSocket } from './native-socket.ts';
import { Peer } from './peer.ts';
import { MAPPED } from './peer-table.ts';
import {
  type DatagramHandler,
  type ListenerInfo,
  RECEIVE_BUFFER,
  type ReceivedDatagram,
  type Receiver,
  type ReceiverOptions,
  type SocketStats,
} from './receiver.ts';
import { SocketCounters } from './socket-counters.ts';
import { wallClock } from './wall-clock.ts';

/** How datagrams are taken. */
export interface RecvmmsgTuning {
  /** Datagrams a system call takes at most. */
  readonly slots?: number;
  /** Longest datagram that is taken whole; UDP has none longer than the default. */
  readonly slotBytes?: number;
  /** Milliseconds of sleep before taking datagrams that come too slowly to be worth a call each; 0: none. */
  readonly gather?: number;
}

interface Listener {
  readonly index: number;
  readonly name: string;
  readonly socket: NativeSocket;
  readonly counters: SocketCounters;
}

/** Calls that bring fewer than this are worth a little sleep, so that the next one brings more. */
const FEW = 64;
/** A receive buffer of this size holds what comes within that sleep at any rate at which {@link FEW} come. */
const ROOM = 2 ** 20;

/**
 * Takes many datagrams a system call with recvmmsg(2), straight into memory in which they are decoded. Everything that
 * waits blocks the thread: it belongs in a worker.
 */
export class RecvmmsgReceiver implements Receiver {
  readonly mode = 'recvmmsg';
  readonly #libc: Libc;
  readonly #options: ReceiverOptions;
  readonly #clock: () => number;
  readonly #gate: Gate;
  readonly #slots: MessageSlots;
  readonly #gather: number;
  #names: string[];
  #listeners: Listener[] = [];
  /** `struct pollfd` of each listener: descriptor, then events and revents in 16 bits each. */
  #polled = new Int32Array(0);
  /** Which socket is asked first: each in turn, as the last one waits for the handling of all others. */
  #first = 0;
  /** Datagrams the last round brought, handed over or not. */
  #taken = 0;
  #gathers = false;
  readonly #datagram: ReceivedDatagram;

  /** @throws RangeError for what is no network. */
  constructor(libc: Libc, options: ReceiverOptions, tuning: RecvmmsgTuning = {}) {
    this.#libc = libc;
    this.#options = options;
    this.#clock = options.clock ?? wallClock();
    this.#gate = new Gate(options.networks, options.rateLimit, options.maxPeers);
    this.#slots = new MessageSlots(libc, tuning.slots ?? 128, tuning.slotBytes ?? 65_536);
    this.#gather = tuning.gather ?? 1;
    const { bytes, view } = this.#slots;
    const peer = new Peer(0, 0, 0, 0);
    this.#datagram = { bytes, view, start: 0, end: 0, receivedAt: 0, peer, port: 0, listener: 0 };
    this.#names = options.listen.map(({ port }) => `udp:${port}`);
  }

  async open(): Promise<ListenerInfo[]> {
    const infos: ListenerInfo[] = [];
    const { listen, receiveBuffer = RECEIVE_BUFFER } = this.#options;
    for (const [index, at] of listen.entries()) {
      try {
        const host = await resolveHost(at.host);
        const socket = new NativeSocket(this.#libc, host, at.port, receiveBuffer, leavesV4(listen, at));
        const info = describeListener(socket.host, socket.port, receiveBuffer, socket.granted);
        this.#listeners.push({ index, name: info.name, socket, counters: new SocketCounters() });
        infos.push(info);
      } catch (error) {
        infos.push(describeFailure(at, receiveBuffer, error));
      }
    }
    this.#names = infos.map(({ name }) => name);
    this.#polled = new Int32Array(new ArrayBuffer(Math.max(1, this.#listeners.length) * 8));
    for (const [i, { socket }] of this.#listeners.entries()) {
      this.#polled[i * 2] = socket.fd;
      this.#polled[i * 2 + 1] = POLLIN;
    }
    this.#gathers = this.#gather > 0 && this.#listeners.every(({ socket }) => socket.granted >= ROOM);
    return infos;
  }

  poll(waitMs: number, handler: DatagramHandler): number {
    const trickles = this.#taken > 0 && this.#taken < FEW;
    if (trickles && this.#gathers && waitMs >= this.#gather) this.#libc.poll(this.#polled, 0, this.#gather);
    const handed = this.#round(handler);
    if (this.#taken > 0 || waitMs <= 0) return handed;
    this.#libc.poll(this.#polled, this.#listeners.length, waitMs);
    return this.#round(handler);
  }

  stats(): SocketStats[] {
    const stats: SocketStats[] = this.#names.map((name) => new SocketCounters().report(name, undefined));
    for (const { index, name, counters, socket } of this.#listeners)
      stats[index] = counters.report(name, socket.system());
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
  }

  /** One call for each socket. */
  #round(handler: DatagramHandler): number {
    const listeners = this.#listeners;
    let handed = 0;
    this.#taken = 0;
    if (++this.#first >= listeners.length) this.#first = 0;
    for (let i = 0; i < listeners.length; i++) {
      const listener = listeners[(this.#first + i) % listeners.length];
      const taken = this.#libc.recvmmsg(listener.socket.fd, this.#slots.headers, this.#slots.count, MSG_DONTWAIT, null);
      if (taken > 0) {
        this.#slots.renew(taken);
        this.#taken += taken;
        handed += this.#handOver(taken, listener, handler);
      } else if (taken < 0) {
        const errno = this.#libc.errno();
        if (errno !== EAGAIN && errno !== EINTR) listener.counters.errors++;
      }
    }
    return handed;
  }

  /** @returns how many of the `taken` datagrams were handed over. */
  #handOver(taken: number, { counters, socket, index }: Listener, handler: DatagramHandler): number {
    const slots = this.#slots;
    const { names, nameBytes } = slots;
    const gate = this.#gate;
    const datagram = this.#datagram;
    const v6 = socket.family === 6;
    const now = this.#clock();
    datagram.receivedAt = now;
    datagram.listener = index;
    counters.datagrams += taken;
    let handed = 0;
    for (let slot = 0; slot < taken; slot++) {
      const length = slots.length(slot);
      const name = slots.name(slot);
      counters.bytes += length;
      // sockaddr_in6: the address follows family, port and flow label; sockaddr_in: it follows family and port.
      const peer = v6
        ? gate.admit(names[name + 2], names[name + 3], names[name + 4], names[name + 5], length, now, counters)
        : gate.admit(0, 0, MAPPED, names[name + 1], length, now, counters);
      if (!peer) continue;
      if ((slots.flags(slot) & MSG_TRUNC) !== 0) {
        counters.truncated++;
        continue;
      }
      datagram.peer = peer;
      datagram.port = (nameBytes[name * 4 + 2] << 8) | nameBytes[name * 4 + 3];
      datagram.start = slot * slots.slotBytes;
      datagram.end = datagram.start + length;
      handler(datagram);
      handed++;
    }
    return handed;
  }
}
