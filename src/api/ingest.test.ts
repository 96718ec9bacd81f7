import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { createGzip, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, apiOptions, asAdmin, queueFull, World } from '../../test/fakes/api.ts';
import { AppError } from '../kit/errors.ts';
import { DEFAULT_LIMITS } from './options.ts';
import { ApiServer } from './server.ts';

const MB = 1024 * 1024;
const RECORD = '[{"src_ip":"192.0.2.1"}]';

let world: World;
let server: ApiServer;

beforeEach(async () => {
  world = new World();
  const limits = { ...DEFAULT_LIMITS, inflatedBytes: 12 * MB, requestSeconds: 1, ingestPerMinute: 1000 };
  server = new ApiServer(world.deps(), apiOptions({ limits }));
  await server.start();
});
afterEach(() => server.stop());

const url = (path: string) => `http://127.0.0.1:${server.port}${path}`;

async function post(path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const type = { 'content-type': 'application/json' };
  const answer = await fetch(url(path), { method: 'POST', body, headers: { ...asAdmin, ...type, ...headers } });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}

const bytes = (data: Buffer) => new Uint8Array(data);

/** A request whose body is written by the test, piece by piece. */
function open(headers: Record<string, string>): { sent: ClientRequest; answered: Promise<IncomingMessage> } {
  const sent = request(url('/v1/ingest'), { method: 'POST', headers: { ...asAdmin, ...headers }, agent: false });
  // The server closes the connection after its refusal, with data still on the way.
  sent.on('error', () => undefined);
  return { sent, answered: once(sent, 'response').then(([answer]) => answer as IncomingMessage) };
}

async function jsonOf(answer: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of answer) text += chunk;
  return JSON.parse(text);
}

describe('what is taken', () => {
  it('wraps the bytes in an envelope and answers 202', async () => {
    world.ingest = async () => ({ accepted: 3, rejected: 1, errors: [{ index: 1, code: 'X', error: 'y' }] });
    const answer = await post('/v1/ingest?format=conn', RECORD, { 'x-collector-id': 'probe-7' });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ status: 'accepted', queued: 3, failed: 1 });
    expect(world.envelopes[0]).toMatchObject({
      source: 'http',
      encoding: 'zeek.conn',
      peer: '127.0.0.1',
      collectorId: 'probe-7',
    });
    expect(Buffer.from(world.envelopes[0].payload).toString()).toBe(RECORD);
    expect(Math.abs(world.envelopes[0].receivedAt / 1000 - Date.now())).toBeLessThan(60_000);
  });

  it.each([
    ['/v1/ingest', 'auto'],
    ['/v1/ingest/zeek', 'zeek'],
    ['/v1/ingest/netflow', 'netflow'],
    ['/v1/ingest/bulk', 'auto'],
    ['/v1/ingest/bulk/', 'auto'],
    ['/v1/ingest/bulk?type=nfdump', 'nfdump'],
  ])('%s says %s', async (path, encoding) => {
    expect((await post(path, RECORD)).status).toBe(202);
    expect(world.envelopes[0].encoding).toBe(encoding);
  });

  it('names the bad records of the typed paths, at most a thousand', async () => {
    const errors = Array.from({ length: 1500 }, (_, index) => ({ index, code: 'NO_TIME', error: 'No ts.' }));
    world.ingest = async () => ({ accepted: 2, rejected: 1500, errors });
    const answer = await post('/v1/ingest/zeek', RECORD);
    expect(answer.status).toBe(207);
    expect(answer.body).toMatchObject({ status: 'partial', succeeded: 2, failed: 1500 });
    expect((answer.body.errors as unknown[]).length).toBe(1000);
    expect((answer.body.errors as unknown[])[7]).toEqual({ index: 7, error: 'No ts.', code: 'NO_TIME' });
  });

  it.each([
    'application/x-ndjson',
    'application/ndjson',
    'application/jsonl',
    'text/plain; charset=utf-8',
    'application/octet-stream',
    'application/vnd.zeek+json',
    'application/gzip',
  ])('takes %s', async (type) => {
    expect((await post('/v1/ingest', RECORD, { 'content-type': type })).status).toBe(202);
  });

  it('reads the format from the media type', async () => {
    await post('/v1/ingest', RECORD, { 'content-type': 'application/x-ndjson; format=nfdump' });
    expect(world.envelopes[0].encoding).toBe('nfdump');
  });

  it('inflates gzip by header, by magic bytes, in members, and byte by byte', async () => {
    const zipped = gzipSync(RECORD);
    await post('/v1/ingest', bytes(zipped), { 'content-encoding': 'gzip' });
    await post('/v1/ingest', bytes(zipped));
    await post('/v1/ingest', bytes(Buffer.concat([gzipSync('[1,'), gzipSync('2]')])));
    const { sent, answered } = open({ 'content-type': 'application/json' });
    for (const byte of zipped) sent.write(Buffer.from([byte]));
    sent.end();
    expect((await answered).statusCode).toBe(202);
    const texts = world.envelopes.map(({ payload }) => Buffer.from(payload).toString());
    expect(texts).toEqual([RECORD, RECORD, '[1,2]', RECORD]);
  });

  it('takes a large body that inflates honestly', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `{"n":${(i * 7919) % 100_003},"m":${i}}`).join('\n');
    expect((await post('/v1/ingest', bytes(gzipSync(lines)))).status).toBe(202);
    expect(world.envelopes[0].payload.length).toBe(lines.length);
  });
});

describe('what is refused', () => {
  it.each([
    ['an unknown format', RECORD, { 'x-a': 'b' }, '?type=nonsense', 400, 'UNKNOWN_FORMAT'],
    ['nothing', '', {}, '', 400, 'EMPTY_BATCH'],
    ['an unread type', RECORD, { 'content-type': 'application/xml' }, '', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a form', RECORD, { 'content-type': 'application/x-www-form-urlencoded' }, '', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a bad collector id', RECORD, { 'x-collector-id': 'a b' }, '', 400, 'INVALID_PARAMETER'],
    ['gzip that is none', RECORD, { 'content-encoding': 'gzip' }, '', 400, 'INVALID_GZIP'],
  ])('%s', async (_name, body, headers, query, status, code) => {
    const answer = await post(`/v1/ingest${query}`, body, headers as unknown as Record<string, string>);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(world.envelopes).toEqual([]);
  });

  it('other encodings, and truncated or damaged gzip', async () => {
    const deflated = await post('/v1/ingest', bytes(deflateSync(RECORD)), { 'content-encoding': 'deflate' });
    expect(deflated.status).toBe(415);
    const zipped = gzipSync(RECORD.repeat(100));
    expect((await post('/v1/ingest', bytes(zipped.subarray(0, 30)))).body.code).toBe('INVALID_GZIP');
    const damaged = Buffer.from(zipped);
    damaged[zipped.length - 6] ^= 0xff;
    expect((await post('/v1/ingest', bytes(damaged))).body.code).toBe('INVALID_GZIP');
  });

  it('a length that is announced too large, before a byte of it arrives', async () => {
    const { sent, answered } = open({ 'content-type': 'application/json', 'content-length': String(50 * MB) });
    sent.flushHeaders();
    const answer = await answered;
    expect([answer.statusCode, (await jsonOf(answer)).code]).toEqual([413, 'BODY_TOO_LARGE']);
    expect(answer.headers.connection).toBe('close');
    sent.destroy();
  });

  it('a stream without a length, as soon as it has sent too much', async () => {
    const { sent, answered } = open({ 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
    let answeredYet = false;
    void answered.then(() => {
      answeredYet = true;
    });
    let written = 0;
    const piece = Buffer.alloc(256 * 1024, 0x20);
    while (!answeredYet && written < 64 * MB && sent.writable) {
      written += piece.length;
      if (!sent.write(piece)) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const answer = await answered;
    expect(answer.statusCode).toBe(413);
    expect(written).toBeLessThan(64 * MB);
    expect(await jsonOf(answer)).toMatchObject({ code: 'BODY_TOO_LARGE' });
    expect(answer.headers['x-ratelimit-limit']).toBe('1000');
    sent.destroy();
  });

  it('a bomb, while it inflates', async () => {
    const bomb = createGzip({ level: 9 });
    const chunks: Buffer[] = [];
    bomb.on('data', (chunk) => chunks.push(chunk));
    for (let i = 0; i < 200; i++) bomb.write(Buffer.alloc(MB));
    bomb.end();
    await once(bomb, 'end');
    const zipped = Buffer.concat(chunks);
    expect(zipped.length).toBeLessThan(MB);
    const before = process.memoryUsage().arrayBuffers;
    const answer = await post('/v1/ingest', bytes(zipped));
    expect([answer.status, answer.body.code]).toEqual([413, 'BODY_TOO_LARGE']);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * MB);
  });

  it('what inflates past the limit without being a bomb', async () => {
    const noise = Buffer.from(Array.from({ length: 13 * MB }, (_, i) => 32 + ((i * i * 31) % 61)));
    const answer = await post('/v1/ingest', bytes(gzipSync(noise)));
    expect(answer.status).toBe(413);
    expect(answer.body.detail).toMatch(/12582912 bytes as inflated|inflates by more/);
  });

  it('a body that comes too slowly', async () => {
    const socket = connect(server.port ?? 0, '127.0.0.1');
    socket.write(
      `POST /v1/ingest HTTP/1.1\r\nHost: x\r\nX-API-Key: ${ADMIN}\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n[`,
    );
    let text = '';
    for await (const chunk of socket) text += chunk;
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(world.envelopes).toEqual([]);
  });

  it('what is no HTTP', async () => {
    const socket = connect(server.port ?? 0, '127.0.0.1');
    socket.write('\x16\x03\x01 hello\r\n\r\n');
    let text = '';
    for await (const chunk of socket) text += chunk;
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(text.slice(text.indexOf('{')))).toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('a full queue, a full disk, and too many records, as the pipeline says', async () => {
    const codes: [AppError, number][] = [
      [queueFull, 429],
      [new AppError('STORAGE_FULL', 'The spool is full.'), 429],
      [new AppError('TOO_MANY_RECORDS', 'At most 10,000.'), 413],
      [new AppError('INVALID_JSON', 'No.'), 400],
      [new AppError('NOT_AN_OBJECT', 'No.'), 400],
    ];
    for (const [error, status] of codes) {
      world.ingest = async () => {
        throw error;
      };
      const answer = await post('/v1/ingest', RECORD);
      expect([answer.status, answer.body.code]).toEqual([status, error.code]);
      if (status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
  });

  it('more large bodies at the same time than there is room for', async () => {
    await server.stop();
    const limits = { ...DEFAULT_LIMITS, bodiesInFlightBytes: 1000 };
    server = new ApiServer(world.deps(), apiOptions({ limits }));
    await server.start();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.ingest = async () => {
      await held;
      return { accepted: 1, rejected: 0, errors: [] };
    };
    const first = post('/v1/ingest', 'x'.repeat(800));
    await expect.poll(() => world.envelopes.length).toBe(1);
    expect((await post('/v1/ingest', 'x'.repeat(800))).body.code).toBe('QUEUE_FULL');
    release();
    expect((await first).status).toBe(202);
    expect((await post('/v1/ingest', 'x'.repeat(800))).status).toBe(202);
  });
});
