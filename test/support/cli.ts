import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { createColors } from 'picocolors';
import { createAnalysis } from '../../src/analysis.ts';
import type { CreateApp } from '../../src/cli/host.ts';
import type { Io } from '../../src/cli/io.ts';
import { type Parts, run } from '../../src/cli/run.ts';

export interface MemoryIo extends Io {
  readonly written: { out: string; err: string };
  /** As if Ctrl-C had been pressed. */
  interrupt(): void;
}

/** An `Io` that keeps what is written; nothing is a terminal unless said so. */
export function memoryIo(given: Partial<Io> = {}): MemoryIo {
  const written = { out: '', err: '' };
  const handlers = new Set<(times: number) => void>();
  let times = 0;
  return {
    env: {},
    cwd: process.cwd(),
    stdin: (async function* () {})(),
    outIsTerminal: false,
    errIsTerminal: false,
    width: 80,
    colors: createColors(false),
    written,
    async out(data) {
      written.out += typeof data === 'string' ? data : Buffer.from(data).toString('latin1');
    },
    say: (line) => {
      written.err += `${line}\n`;
    },
    status: (line) => {
      written.err += line === '' ? '' : `${line}\r`;
    },
    onInterrupt(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    interrupt() {
      times++;
      for (const handler of handlers) handler(times);
    },
    ...given,
  };
}

const noApp: CreateApp = () => {
  throw new Error('this test starts no app');
};

/** One command line, as `main.ts` runs it. */
export async function vedette(argv: readonly string[], given: Partial<Io> = {}, parts: Partial<Parts> = {}) {
  const io = memoryIo(given);
  const exit = await run(argv, { createApp: noApp, createAnalysis, ...parts }, io);
  return { exit, ...io.written, io };
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Inflated where it was gzip. */
  readonly body: string;
  /** Bytes as sent. */
  readonly size: number;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** Ends the connection without an answer. */
  readonly hangUp?: boolean;
  /** Ends the connection after the body, whatever length was announced. */
  readonly cut?: boolean;
}

export interface FakeServer {
  readonly url: string;
  readonly seen: Seen[];
  close(): Promise<void>;
}

/** A server on loopback that answers as `answer` says; strings and buffers as they are, everything else as JSON. */
export async function fakeServer(answer: (seen: Seen, index: number) => Answer | Promise<Answer>): Promise<FakeServer> {
  const seen: Seen[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const one: Seen = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString(),
      size: raw.length,
    };
    seen.push(one);
    const { status = 200, headers = {}, body = {}, hangUp = false, cut = false } = await answer(one, seen.length - 1);
    if (hangUp) return request.socket.destroy();
    const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    if (cut) return response.write(text, () => request.socket.destroySoon());
    return response.end(text);
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
