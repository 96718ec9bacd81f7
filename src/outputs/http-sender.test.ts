import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { cutOriginal, delivered, HttpSender, type HttpSenderOptions, places, undelivered } from './http-sender.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

interface Arrived {
  readonly headers: IncomingMessage['headers'];
  readonly method: string | undefined;
  readonly text: string;
}

async function start(
  answer: (response: ServerResponse, arrived: Arrived) => void,
  options: Partial<HttpSenderOptions> = {},
): Promise<{ sender: HttpSender; arrived: Arrived[] }> {
  const arrived: Arrived[] = [];
  const server = createServer(async (request, response) => {
    const pieces: Uint8Array[] = [];
    for await (const piece of request as AsyncIterable<Uint8Array>) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    arrived.push({ headers: request.headers, method: request.method, text });
    answer(response, arrived[arrived.length - 1]);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({ close: () => server.close() });
  const sender = new HttpSender({
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    allowPrivate: true,
    headers: { authorization: 'Bearer secret-1' },
    secrets: ['secret-1'],
    gzip: true,
    timeoutMs: 5000,
    now: () => Date.UTC(2026, 0),
    ...options,
  });
  open.push(sender);
  return { sender, arrived };
}

describe('HttpSender', () => {
  it('sends text, pieces and bytes, compressed where that is worth it', async () => {
    const { sender, arrived } = await start((response) => response.end());
    const text = 'ä'.repeat(1000);
    const bodies = [text, ['ä'.repeat(400), 'ä'.repeat(600)], new TextEncoder().encode(text)];
    for (const body of bodies) {
      const { bytes, body: size, problem } = await sender.send('/x', body);
      expect([size, bytes < 100, problem]).toEqual([2000, true, undefined]);
    }
    expect(arrived.map((request) => request.text)).toEqual([text, text, text]);
    const small = await sender.send('/x', 'abc', { headers: { 'x-one': '1' }, method: 'PUT' });
    expect([small.bytes, small.body]).toEqual([3, 3]);
    expect(arrived[3]).toMatchObject({ method: 'PUT', headers: { 'x-one': '1', authorization: 'Bearer secret-1' } });
    expect(arrived[3].headers).not.toHaveProperty('content-encoding');
    expect(await sender.send('/x', undefined, { method: 'GET' })).toMatchObject({ bytes: 0, body: 0 });
  });

  it.each([
    [200, undefined],
    [201, undefined],
    [302, 'blocked'],
    [400, undefined],
    [401, 'blocked'],
    [403, 'blocked'],
    [404, undefined],
    [407, 'blocked'],
    [408, 'retry'],
    [409, undefined],
    [413, 'split'],
    [422, undefined],
    [425, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [504, 'retry'],
    [599, 'retry'],
  ])('sorts %d as %j', async (status, outcome) => {
    const { sender } = await start((response) => response.writeHead(status).end());
    const { answer, problem } = await sender.send('/', 'x');
    expect(answer?.status).toBe(status);
    expect(problem?.outcome).toBe(outcome);
    if (problem) expect(problem).toMatchObject({ status, code: `HTTP_${status}` });
  });

  it('says what the receiver said, without our secrets, and how long to wait', async () => {
    const { sender } = await start((response, { headers }) =>
      response.writeHead(429, { 'retry-after': '9' }).end(`Slow\ndown, ${headers.authorization}!`),
    );
    expect((await sender.send('/', 'x')).problem).toEqual({
      outcome: 'retry',
      status: 429,
      code: 'HTTP_429',
      detail: 'The receiver asks us to slow down (429): Slow down, Bearer ********!',
      retryAfter: 9,
    });
  });

  it('sends the cookies back when it is to stick', async () => {
    const answer = (response: ServerResponse) => response.setHeader('set-cookie', ['node=7', 'x=y']).end();
    const sticky = await start(answer, { cookies: true });
    const free = await start(answer);
    for (const { sender } of [sticky, free]) for (let i = 0; i < 2; i++) await sender.send('/', 'x');
    expect(sticky.arrived.map(({ headers }) => headers.cookie)).toEqual([undefined, 'node=7; x=y']);
    expect(free.arrived.map(({ headers }) => headers.cookie)).toEqual([undefined, undefined]);
  });

  it('has a problem, not an error, when there is no answer', async () => {
    const { sender } = await start((response) => response.destroy());
    const torn = await sender.send('/', 'x');
    expect(torn).toMatchObject({ bytes: 1, answer: undefined, problem: { outcome: 'retry', status: null } });
    const given = await sender.send('/', 'x', { signal: AbortSignal.abort() });
    expect(given.problem).toMatchObject({ outcome: 'retry', code: 'ABORTED' });
    const late = await start(() => undefined);
    expect((await late.sender.send('/', 'x', { timeoutMs: 20 })).problem).toMatchObject({
      outcome: 'retry',
      status: null,
    });
  });

  it('waits for a person when a header cannot be sent, without showing it', async () => {
    const { sender } = await start((response) => response.end(), { headers: { authorization: 'secret-1\n' } });
    const { problem } = await sender.send('/', 'x');
    expect(problem?.outcome).toBe('blocked');
    expect(problem?.detail).not.toContain('secret-1');
  });
});

it('makes deliveries', () => {
  const problem = { outcome: 'retry', status: 503, code: 'HTTP_503', detail: 'Busy.', retryAfter: 3 } as const;
  expect(undelivered(problem, [1, 2], { bytes: 10 })).toEqual({
    ...problem,
    left: [1, 2],
    rejected: [],
    duplicates: 0,
    bytes: 10,
  });
  expect(delivered({ bytes: 10, duplicates: 2 })).toEqual({
    outcome: 'delivered',
    left: [],
    rejected: [],
    duplicates: 2,
    bytes: 10,
    status: 200,
    code: '',
    detail: '',
  });
  expect([places(2, 5), places(2, 2), places(3, 2)]).toEqual([[2, 3, 4], [], []]);
  expect([cutOriginal('abc'), cutOriginal('x'.repeat(70_000)).length]).toEqual(['abc', 65_536]);
});
