import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from 'chdb';

/**
 * The part of ClickHouse's HTTP interface that our driver uses, in front of chDB: the real client on a real socket
 * with the semantics of a current server, where no server can be installed. One session a request, as a server has.
 */
export class ClickHouseFront {
  readonly #server: Server;
  readonly #folder: string;
  /** Keeps the engine open between requests. */
  readonly #keeper: Session;
  #bodies = 0;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#keeper = new Session(join(folder, 'db'));
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<ClickHouseFront> {
    const front = new ClickHouseFront(await mkdtemp(join(tmpdir(), 'clickhouse-front-')));
    await new Promise<void>((resolve) => front.#server.listen(0, '127.0.0.1', resolve));
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    this.#keeper.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (url.pathname === '/ping') {
      response.end('Ok.\n');
      return;
    }
    const session = new Session(join(this.#folder, 'db'));
    try {
      const query = url.searchParams.get('query');
      const sql = query === null ? body.toString('utf8') : await this.#withBody(query, body);
      const result = await session.queryAsync(params(url) + sql, { format: 'TabSeparated' });
      response.end(answerOf(result.bytes()));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const code = /Code: (\d+)/.exec(message)?.[1] ?? '1';
      response.writeHead(500, { 'x-clickhouse-exception-code': code, 'content-type': 'text/plain' });
      response.end(`${message.startsWith('Code:') ? message : `Code: ${code}. DB::Exception: ${message}`}\n`);
    } finally {
      session.close();
    }
  }

  /** The data of an INSERT comes in the body; here it takes the way over a file. */
  async #withBody(query: string, body: Buffer): Promise<string> {
    if (body.length === 0) return query;
    const path = join(this.#folder, `body-${this.#bodies++}`);
    await writeFile(path, body);
    return query.replace(' SETTINGS ', ` FROM INFILE '${path}' SETTINGS `);
  }
}

/** chDB writes the totals of an empty answer before its head; a server does not. */
function answerOf(bytes: Uint8Array): Uint8Array | string {
  return bytes[0] === 0x0a && bytes.includes(0x7b) ? '{"meta":[],"data":[],"rows":0}' : bytes;
}

/** Parameters arrive escaped as fields, as a server expects them. */
function params(url: URL): string {
  const pairs = [...url.searchParams]
    .filter(([name]) => name.startsWith('param_'))
    .map(([name, value]) => `${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`);
  return pairs.length === 0 ? '' : `SET ${pairs.join(', ')}; `;
}
