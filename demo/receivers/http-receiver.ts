import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip as gunzipCallback } from 'node:zlib';
import { type Fault, FaultDice, faultOf } from './fault.ts';
import type { Ledger } from './ledger.ts';
import type { Controls, Receiver, ReceiverOptions } from './receiver.ts';
import { type SelfSigned, selfSigned } from './self-signed.ts';

const gunzip = promisify(gunzipCallback);

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Inflated; its size is limited by the receiver. */
  readonly text: string;
  /** Of `code` and `item`: those that this request meets. The others are done already. */
  readonly faults: readonly Fault[];
}

export interface Reply {
  readonly status: number;
  /** Text as it is, anything else as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What makes a receiver of one kind: the rest is common. */
export interface ReceiverKind<C extends Controls> {
  readonly controls: C;
  /** Bytes of an inflated body at the moment, and the answer to a larger one. */
  readonly maxBody: (controls: C) => number;
  readonly tooLarge: (bytes: number, limit: number) => Reply;
  /** Whether the path is the one that takes events: faults without a route hit it. */
  readonly main: (path: string) => boolean;
  readonly handle: (request: Received) => Promise<Reply>;
  /** Forgets what a process that ends forgets. */
  readonly forget: () => void;
}

/**
 * The HTTP side of every receiver: bodies, faults, restarts, and a control route on the same port:
 * `GET /control` shows sums and controls, `PATCH /control` changes controls by name, `POST /control/restart?ms=500`,
 * `POST /control/certificate?which=wrong|right`.
 */
export class HttpReceiver<C extends Controls> implements Receiver<C> {
  readonly controls: C;
  readonly ledger: Ledger;
  readonly #kind: ReceiverKind<C>;
  readonly #dice: FaultDice;
  readonly #tls: SelfSigned | undefined;
  #server: Server;
  #port = 0;

  constructor(kind: ReceiverKind<C>, ledger: Ledger, options: ReceiverOptions<C>) {
    this.#kind = kind;
    this.controls = kind.controls;
    this.ledger = ledger;
    this.#dice = new FaultDice(options.seed);
    const { tls } = options;
    this.#tls = tls === true ? selfSigned(['localhost', '127.0.0.1']) : tls || undefined;
    this.#server = this.#create();
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `${this.#tls ? 'https' : 'http'}://127.0.0.1:${this.#port}`;
  }

  get ca(): string {
    return this.#tls?.cert ?? '';
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async restart(ms: number): Promise<void> {
    await this.#stop();
    this.#kind.forget();
    await wait(ms);
    this.#server = this.#create();
    await this.listen(this.#port);
  }

  async close(): Promise<void> {
    await this.#stop();
    await this.ledger.close();
  }

  /** From now on: the certificate it has, or one of a stranger for another name. Connections end. */
  present(which: 'right' | 'wrong'): void {
    if (!(this.#server instanceof TlsServer) || !this.#tls) return;
    this.#server.setSecureContext(which === 'wrong' ? selfSigned(['elsewhere.example']) : this.#tls);
    this.#server.closeAllConnections();
  }

  #create(): Server {
    const answer = (request: IncomingMessage, response: ServerResponse) => {
      // A sender that goes away in the middle is what this is for.
      this.#answer(request, response).catch(() => response.destroy());
    };
    return this.#tls ? createTlsServer(this.#tls, answer) : createServer(answer);
  }

  async #stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://receiver');
    if (pathname.startsWith('/control')) return this.#control(request, response, pathname, searchParams);
    const faults = this.#dice.pick(this.controls.faults, pathname, this.#kind.main(pathname));
    const limit = this.#kind.maxBody(this.controls);
    const body = await bodyOf(request, limit);
    const slow = faultOf(faults, 'slow');
    if (slow && slow.when !== 'after') await wait(slow.ms);
    const tear = faultOf(faults, 'tear');
    if (tear?.when === 'before') return void request.socket.destroy();
    const status = faultOf(faults, 'status');
    if (status) return send(response, statusReply(status));
    if (body.bytes > limit) return send(response, this.#kind.tooLarge(body.bytes, limit));
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value);
    const { method = '' } = request;
    const reply = await this.#kind.handle({
      method,
      path: pathname,
      query: searchParams,
      headers,
      text: body.text,
      faults,
    });
    if (slow?.when === 'after') await wait(slow.ms);
    if (tear) return void request.socket.destroy();
    if (faultOf(faults, 'truncate')) return truncate(response, reply);
    send(response, reply);
  }

  async #control(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    query: URLSearchParams,
  ): Promise<void> {
    const { text } = await bodyOf(request, 2 ** 20);
    if (path === '/control/certificate') this.present(query.get('which') === 'wrong' ? 'wrong' : 'right');
    if (request.method === 'PATCH') {
      const changes = JSON.parse(text);
      const strange = Object.keys(changes).find((name) => !Object.hasOwn(this.controls, name));
      if (strange !== undefined)
        return send(response, { status: 400, body: { error: `There is no control ${strange}.` } });
      Object.assign(this.controls, changes);
    }
    send(response, { status: 200, body: { ...this.ledger.sums, controls: this.controls } });
    if (path !== '/control/restart') return;
    await once(response, 'close');
    await this.restart(Number(query.get('ms') ?? 0));
  }
}

/** Starts a receiver of a kind. */
export async function startHttpReceiver<C extends Controls>(
  kind: ReceiverKind<C>,
  ledger: Ledger,
  options: ReceiverOptions<C>,
): Promise<HttpReceiver<C>> {
  const receiver = new HttpReceiver(kind, ledger, options);
  await receiver.listen(options.port ?? 0);
  return receiver;
}

/** Reads a body to its end, so that the connection can be used again; keeps no more of it than the limit. */
async function bodyOf(request: IncomingMessage, limit: number): Promise<{ text: string; bytes: number }> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes <= limit) pieces.push(piece);
  }
  const body = Buffer.concat(pieces);
  if (bytes > limit || request.headers['content-encoding'] !== 'gzip') return { text: body.toString(), bytes };
  try {
    const plain = await gunzip(body, { maxOutputLength: limit });
    return { text: plain.toString(), bytes: plain.length };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error;
    return { text: '', bytes: limit + 1 };
  }
}

function statusReply(fault: Fault & { kind: 'status' }): Reply {
  const { status, body = '', retryAfter, asDate } = fault;
  const at = retryAfter !== undefined && asDate ? new Date(Date.now() + retryAfter * 1000).toUTCString() : retryAfter;
  return { status, body, headers: { ...fault.headers, ...(at !== undefined && { 'retry-after': String(at) }) } };
}

function send(response: ServerResponse, reply: Reply): void {
  const [text, type] = textOf(reply);
  response.writeHead(reply.status, { 'content-type': type, ...reply.headers }).end(text);
}

function truncate(response: ServerResponse, reply: Reply): void {
  const [text, type] = textOf(reply);
  response.writeHead(reply.status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.write(text.slice(0, text.length / 2), () => response.socket?.destroy());
}

function textOf(reply: Reply): [text: string, type: string] {
  if (typeof reply.body === 'string') return [reply.body, 'text/html; charset=UTF-8'];
  return [JSON.stringify(reply.body), 'application/json; charset=UTF-8'];
}
