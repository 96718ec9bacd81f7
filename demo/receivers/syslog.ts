import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createServer as createTlsServer, Server as TlsServer } from 'node:tls';
import { FaultDice, faultOf } from './fault.ts';
import { Ledger } from './ledger.ts';
import type { Controls, Receiver, ReceiverOptions } from './receiver.ts';
import { type SelfSigned, selfSigned } from './self-signed.ts';
import { SyslogFrames } from './syslog-frames.ts';

/** What the server is told to do. Of the faults `tear` and `slow` hit single messages. */
export interface SyslogControls extends Controls {
  /** Reads nothing any more: its buffers fill up. */
  deaf: boolean;
  /** Asks senders for a certificate; PEM of who may have signed it. */
  clientCa: string;
  /** The last messages, as they came; so many are kept. */
  last: string[];
  keepLast: number;
}

const CONTROL = /^(GET|PATCH|POST) \/control/;
/** The id in the structured data, else the whole message. */
const ID = /^<\d{1,3}>1 \S+ \S+ \S+ \S+ \S+ \[\S+ id="([^"]*)"/;

/**
 * Starts a syslog server on loopback: TCP (TLS with `tls`) and UDP on one port. A TCP connection that begins like a
 * request for `/control` is one: `GET` shows sums and controls, `PATCH` changes controls by name,
 * `POST /control/restart?ms=500` restarts.
 */
export async function startSyslog(options: ReceiverOptions<SyslogControls> = {}): Promise<Receiver<SyslogControls>> {
  const receiver = new SyslogReceiver(options);
  await receiver.listen(options.port ?? 0);
  return receiver;
}

class SyslogReceiver implements Receiver<SyslogControls> {
  readonly controls: SyslogControls;
  readonly ledger: Ledger;
  readonly #tls: SelfSigned | undefined;
  readonly #dice: FaultDice;
  readonly #http = createHttpServer((request, response) => {
    this.#control(request, response).catch(() => response.destroy());
  });
  #sockets = new Set<Socket>();
  #server: Server | undefined;
  #udp: UdpSocket | undefined;
  #port = 0;

  constructor({ controls, file, tls, seed }: ReceiverOptions<SyslogControls>) {
    this.controls = { faults: [], deaf: false, clientCa: '', last: [], keepLast: 10, ...controls };
    this.ledger = new Ledger(file);
    this.#tls = tls === true ? selfSigned(['localhost', '127.0.0.1']) : tls || undefined;
    this.#dice = new FaultDice(seed);
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `syslog+${this.#tls ? 'tls' : 'tcp'}://127.0.0.1:${this.#port}`;
  }

  get ca(): string {
    return this.#tls?.cert ?? '';
  }

  async listen(port: number): Promise<void> {
    const { clientCa } = this.controls;
    const asks = clientCa === '' ? {} : { requestCert: true, rejectUnauthorized: true, ca: clientCa };
    const take = (socket: Socket) => void this.#serve(socket);
    const server = this.#tls ? createTlsServer({ ...this.#tls, ...asks }, take) : createServer(take);
    if (server instanceof TlsServer) server.on('tlsClientError', (_error, socket) => socket.destroy());
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    const udp = createSocket('udp4');
    udp.on('message', (message) => void this.#takeAll([message.toString()]));
    udp.bind(this.#port, '127.0.0.1');
    await once(udp, 'listening');
    this.#udp = udp;
  }

  async restart(ms: number): Promise<void> {
    await this.#stop();
    await wait(ms);
    await this.listen(this.#port);
  }

  async close(): Promise<void> {
    await this.#stop();
    await this.ledger.close();
  }

  async #stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server?.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    this.#udp?.close();
    await closed;
  }

  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    // A sender that goes away in the middle is what this is for.
    socket.on('error', () => socket.destroy()).once('close', () => this.#sockets.delete(socket));
    const frames = new SyslogFrames();
    let first = true;
    try {
      for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        if (first && CONTROL.test(chunk.toString('latin1', 0, 20))) {
          this.#http.emit('connection', socket);
          socket.unshift(chunk);
          return;
        }
        first = false;
        await this.#takeFrom(socket, frames.push(chunk));
        while (this.controls.deaf && !socket.destroyed) await wait(20);
        if (socket.destroyed) return;
      }
    } catch {
      // Broken, or no syslog.
      socket.destroy();
    }
  }

  async #takeFrom(socket: Socket, messages: readonly string[]): Promise<void> {
    const taken: string[] = [];
    for (const message of messages) {
      const faults = this.#dice.pick(this.controls.faults, '', true);
      const slow = faultOf(faults, 'slow');
      if (slow) await wait(slow.ms);
      const tear = faultOf(faults, 'tear');
      if (tear?.when !== 'before') taken.push(message);
      if (!tear) continue;
      await this.#takeAll(taken);
      socket.destroy();
      return;
    }
    await this.#takeAll(taken);
  }

  async #takeAll(messages: readonly string[]): Promise<void> {
    const { controls } = this;
    controls.last = [...controls.last, ...messages.slice(-controls.keepLast)].slice(-controls.keepLast);
    await this.ledger.add(messages.map((message) => ID.exec(message)?.[1] ?? message.replaceAll('\n', ' ')));
  }

  async #control(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += piece;
    if (request.method === 'PATCH') {
      const changes = JSON.parse(text);
      const strange = Object.keys(changes).some((name) => !Object.hasOwn(this.controls, name));
      if (strange) return void response.writeHead(400).end();
      Object.assign(this.controls, changes);
    }
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://receiver');
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ ...this.ledger.sums, controls: this.controls }));
    if (pathname !== '/control/restart') return;
    await once(response, 'close');
    await this.restart(Number(searchParams.get('ms') ?? 0));
  }
}
