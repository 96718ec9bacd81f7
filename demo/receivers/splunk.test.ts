import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpClient } from '../../src/kit/http-client.ts';
import type { Receiver } from './receiver.ts';
import { type SplunkControls, startSplunk } from './splunk.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

async function start(
  controls: Partial<SplunkControls> = {},
): Promise<{ splunk: Receiver<SplunkControls>; http: HttpClient }> {
  const splunk = await startSplunk({ controls });
  const http = new HttpClient({ origin: splunk.url, allowPrivate: true });
  open.push(splunk, http);
  return { splunk, http };
}

const GUID = '01234567-89ab-cdef-0123-456789abcdef';
const AUTHORIZED = { authorization: 'Splunk 11111111-2222-3333-4444-555555555555' };

async function post(
  http: HttpClient,
  body: string | Uint8Array,
  headers: Record<string, string> = AUTHORIZED,
  path = '/services/collector/event',
) {
  const { status, text } = await http.request({ method: 'POST', path, body, headers });
  const { text: words, ...answer } = JSON.parse(text);
  expect(words === undefined || typeof words === 'string').toBe(true);
  return { status, ...answer };
}

describe('the collector', () => {
  it('takes objects back to back, on each of its paths, gzipped or not', async () => {
    const { splunk, http } = await start();
    const body = '{"event":{"id":"1"}}{"event":{"id":"2"}}\n{"event":"text"}';
    for (const path of ['/services/collector', '/services/collector/event', '/services/collector/event/1.0'])
      expect(await post(http, body, AUTHORIZED, path)).toEqual({ status: 200, code: 0 });
    const zipped = await post(http, gzipSync(body), { ...AUTHORIZED, 'content-encoding': 'gzip' });
    expect(zipped).toEqual({ status: 200, code: 0 });
    expect(splunk.ledger.sums).toEqual({ events: 12, distinct: 3, duplicates: 9 });
    expect((await post(http, body, AUTHORIZED, '/services/other')).status).toBe(404);
  });

  it.each<[string, Record<string, string>, number, number]>([
    ['no token', {}, 401, 2],
    ['another scheme', { authorization: 'Bearer x' }, 401, 3],
    ['another token', { authorization: 'Splunk x' }, 403, 4],
    ['a channel that is none', { ...AUTHORIZED, 'x-splunk-request-channel': 'x' }, 400, 11],
  ])('refuses %s', async (_name, headers, status, code) => {
    const { http } = await start();
    expect(await post(http, '{"event":"x"}', headers)).toEqual({ status, code });
  });

  it.each<[string, Partial<SplunkControls>, string, object]>([
    ['no data', {}, ' ', { status: 400, code: 5 }],
    ['half an event', {}, '{"event":"1"}{"event":', { status: 400, code: 6, 'invalid-event-number': 1 }],
    ['no event', {}, '{"time":1}', { status: 400, code: 12, 'invalid-event-number': 0 }],
    ['a blank event', {}, '{"event":""}', { status: 400, code: 13, 'invalid-event-number': 0 }],
    ['nested fields', {}, '{"event":"1","fields":{"a":{}}}', { status: 400, code: 15, 'invalid-event-number': 0 }],
    ['numbers in fields', {}, '{"event":"1","fields":{"a":[1]}}', { status: 400, code: 15, 'invalid-event-number': 0 }],
    ['a time in words', {}, '{"event":"1","time":"now"}', { status: 400, code: 15, 'invalid-event-number': 0 }],
    [
      'a time with exponent',
      {},
      '{"time":1,"event":"1e5"}{"time":1.7e9,"event":"2"}',
      { status: 400, code: 15, 'invalid-event-number': 1 },
    ],
    [
      'another index',
      { indexes: ['a'] },
      '{"event":"1","index":"b"}',
      { status: 400, code: 7, 'invalid-event-number': 1 },
    ],
    ['a disabled token', { disabled: true }, '{"event":"1"}', { status: 403, code: 1 }],
    ['a missing channel', { useAck: true }, '{"event":"1"}', { status: 400, code: 10 }],
    ['a full queue', { queue: 'full' }, '{"event":"1"}', { status: 429, code: 26 }],
  ])('refuses %s', async (_name, controls, body, answer) => {
    const { http } = await start(controls);
    expect(await post(http, body)).toEqual(answer);
  });

  it('has taken what stands before a refused event', async () => {
    const { splunk, http } = await start();
    await post(http, '{"event":{"id":"1"}}{"event":{"id":"2"}}{}{"event":{"id":"4"}}');
    expect([...splunk.ledger.ids()]).toEqual(['1', '2']);
  });

  it('refuses a body that is too large, inflated or not', async () => {
    const { splunk, http } = await start({ maxBody: 1000 });
    const body = `{"event":"${'x'.repeat(2000)}"}`;
    for (const sent of [body, gzipSync(body)]) {
      const headers = typeof sent === 'string' ? AUTHORIZED : { ...AUTHORIZED, 'content-encoding': 'gzip' };
      const answer = await http.request({ method: 'POST', path: '/services/collector', body: sent, headers });
      expect(answer.status).toBe(413);
    }
    expect(splunk.ledger.sums.events).toBe(0);
  });

  it('acknowledges each request once, in its channel, until it restarts', async () => {
    const { splunk, http } = await start({ useAck: true, maxAcks: 3 });
    const headers = { ...AUTHORIZED, 'x-splunk-request-channel': GUID };
    const ask = (...acks: number[]) =>
      post(http, JSON.stringify({ acks }), AUTHORIZED, `/services/collector/ack?channel=${GUID}`);
    expect((await post(http, '{"event":"1"}', headers)).ackId).toBe(0);
    expect((await post(http, '{"event":"2"}', headers)).ackId).toBe(1);
    expect((await ask(0, 7)).acks).toEqual({ 0: true, 7: false });
    expect((await ask(0, 1)).acks).toEqual({ 0: false, 1: true });
    for (const code of [0, 0, 25, 27]) expect((await post(http, '{"event":"3"}', headers)).code).toBe(code);
    await splunk.restart(0);
    expect(await ask(2)).toMatchObject({ acks: { 2: false } });
    expect((await post(http, '{"event":"4"}', headers)).ackId).toBe(0);
    splunk.controls.useAck = false;
    expect(await ask(0)).toEqual({ status: 400, code: 14 });
  });

  it('knows several tokens, each with settings of its own', async () => {
    const { http } = await start({ tokens: { one: {}, two: { disabled: true }, three: { useAck: true } } });
    const code = async (token: string) =>
      (await post(http, '{"event":"1"}', { authorization: `Splunk ${token}` })).code;
    expect([await code('one'), await code('two'), await code('three'), await code('four')]).toEqual([0, 1, 10, 4]);
  });

  it('is told over HTTP what to do', async () => {
    const { splunk, http } = await start();
    const body = JSON.stringify({ faults: [{ kind: 'code', code: 9 }], queue: 'near' });
    expect((await fetch(`${splunk.url}/control`, { method: 'PATCH', body })).status).toBe(200);
    expect(await post(http, '{"event":"1"}')).toEqual({ status: 503, code: 9 });
    expect(splunk.controls.queue).toBe('near');
    expect((await fetch(`${splunk.url}/control`, { method: 'PATCH', body: '{"fault":[]}' })).status).toBe(400);
    const { text } = await http.request({ method: 'GET', path: '/control' });
    expect(JSON.parse(text)).toMatchObject({ events: 0, controls: { queue: 'near' } });
  });
});
