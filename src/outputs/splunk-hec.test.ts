import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../demo/receivers/fault.ts';
import type { Receiver, ReceiverOptions } from '../../demo/receivers/receiver.ts';
import { type SplunkControls, startSplunk } from '../../demo/receivers/splunk.ts';
import { SPLUNK_ANSWERS } from '../../demo/receivers/splunk-answers.ts';
import { HttpClient } from '../kit/http-client.ts';
import { hec, patient, rows, TOKEN } from './fixtures/hec.ts';
import type { HecConfig } from './hec-config.ts';
import type { SplunkHec } from './splunk-hec.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

async function start(
  config: Partial<HecConfig> = {},
  controls: Partial<SplunkControls> = {},
  options: ReceiverOptions<SplunkControls> = {},
): Promise<{ splunk: Receiver<SplunkControls>; output: SplunkHec }> {
  const splunk = await startSplunk({ ...options, controls });
  open.push(splunk);
  const output = hec(splunk.url, { ca: splunk.ca || undefined, ...config });
  open.push(output);
  return { splunk, output };
}

const code = (number: number): Fault => ({ kind: 'code', code: number });

describe('SplunkHec', () => {
  it('delivers events, gzipped or not, over TLS or not', async () => {
    for (const tls of [false, true])
      for (const gzip of [false, true]) {
        const { splunk, output } = await start({ gzip }, {}, { tls });
        const delivery = await output.send(rows(100), patient);
        expect(delivery).toMatchObject({ outcome: 'delivered', left: [], rejected: [], duplicates: 0, status: 200 });
        expect(splunk.ledger.sums).toEqual({ events: 100, distinct: 100, duplicates: 0 });
        expect(delivery.bytes < (delivery.body ?? 0)).toBe(gzip);
      }
  });

  it('makes as many requests as its bytes need', async () => {
    const { splunk, output } = await start({ batch_bytes: 1000 }, { maxBody: 1000 });
    expect(await output.send(rows(50), patient)).toMatchObject({ outcome: 'delivered', left: [] });
    expect(splunk.ledger.sums).toEqual({ events: 50, distinct: 50, duplicates: 0 });
    expect(output.limits).toEqual({ events: 500, bytes: 1000, concurrency: 8 });
  });

  it('has nothing to send when there are no events', async () => {
    const { output, splunk } = await start();
    await splunk.close();
    expect(await output.send([], patient)).toMatchObject({ outcome: 'delivered', bytes: 0 });
  });

  it('reads the columns of its encoder and of the envelope', async () => {
    expect((await start()).output.columns).toEqual(['id', 'note', 'ts', 'exporter']);
  });
});

/** What each code becomes, for three events. */
const OUTCOMES: Readonly<Record<number, string>> = {
  0: 'delivered',
  1: 'blocked',
  2: 'blocked',
  3: 'blocked',
  4: 'blocked',
  5: 'retry',
  6: 'delivered',
  7: 'blocked',
  8: 'retry',
  9: 'retry',
  10: 'blocked',
  11: 'blocked',
  12: 'delivered',
  13: 'delivered',
  14: 'blocked',
  15: 'delivered',
  16: 'blocked',
  17: 'retry',
  18: 'retry',
  19: 'retry',
  20: 'retry',
  21: 'blocked',
  22: 'blocked',
  23: 'retry',
  24: 'delivered',
  25: 'delivered',
  26: 'retry',
  27: 'retry',
  28: 'blocked',
};

describe('the codes of the collector', () => {
  it.each(Object.keys(SPLUNK_ANSWERS).map(Number))('%d, over a socket', async (number) => {
    const { splunk, output } = await start({}, { faults: [code(number)] });
    const delivery = await output.send(rows(3), patient);
    const [status, text] = SPLUNK_ANSWERS[number];
    expect(delivery.outcome).toBe(OUTCOMES[number]);
    if (delivery.outcome !== 'delivered') {
      expect(delivery).toMatchObject({
        left: [0, 1, 2],
        rejected: [],
        status,
        code: number === 17 ? 'BAD_ANSWER' : `HEC_${number}`,
      });
      expect(delivery.detail).toContain(text);
    } else if (status === 200) {
      const warns = number === 24 || number === 25;
      expect(delivery).toMatchObject({ left: [], rejected: [], code: warns ? `HEC_${number}` : '' });
    } else {
      // The collector named no event: each of them, alone at last, was refused.
      expect(delivery.rejected.map(({ index, code }) => [index, code])).toEqual(
        [0, 1, 2].map((index) => [index, `HEC_${number}`]),
      );
      expect(JSON.parse(delivery.rejected[1].original).event.id).toBe('2');
    }
    // Nothing is lost: what is left goes in when the fault is over.
    splunk.controls.faults = [];
    const left = rows(3).filter((_, place) => delivery.left.includes(place));
    expect((await output.send(left, patient)).outcome).toBe('delivered');
    expect(splunk.ledger.sums.distinct).toBe(delivery.left.length);
  });

  it('of token, index and channel come from the settings of the real one', async () => {
    const refused = async (config: Partial<HecConfig>, controls: Partial<SplunkControls>) =>
      (await (await start(config, controls)).output.send(rows(2), patient)).code;
    expect(await refused({ token: 'wrong' }, {})).toBe('HEC_4');
    expect(await refused({}, { disabled: true })).toBe('HEC_1');
    expect(await refused({}, { indexes: ['main'] })).toBe('HEC_7');
    expect(await refused({ ack: false }, { useAck: true })).toBe('HEC_10');
    expect(await refused({ ack: true }, {})).toBe('HEC_14');
    expect(await refused({}, { queue: 'full' })).toBe('HEC_26');
    expect(await refused({}, { queue: 'near' })).toBe('HEC_24');
    expect(await refused({ index: 'main' }, { indexes: ['main'] })).toBe('');
  });
});

describe('events that the collector refuses', () => {
  it.each([6, 12, 13, 15])('become dead letters one by one (code %d); their neighbours go in once', async (number) => {
    const { splunk, output } = await start({}, { faults: [{ kind: 'item', code: number, every: 7 }] });
    expect((await output.send(rows(1), patient)).outcome).toBe('delivered');
    const delivery = await output.send(rows(30, 2), patient);
    expect(delivery).toMatchObject({ outcome: 'delivered', left: [] });
    expect(delivery.rejected.map(({ index }) => index + 2)).toEqual([7, 14, 21, 28]);
    expect(delivery.rejected[0]).toMatchObject({
      code: `HEC_${number}`,
      original: expect.stringContaining('"id":"7"'),
    });
    expect(splunk.ledger.sums).toEqual({ events: 27, distinct: 27, duplicates: 0 });
  });

  it('wait for a person when it is the index of them all (code 7)', async () => {
    const { splunk, output } = await start({}, { indexes: ['main'] });
    const delivery = await output.send(rows(10), patient);
    expect(delivery).toMatchObject({
      outcome: 'blocked',
      code: 'HEC_7',
      left: rows(10).map((_, i) => i),
      rejected: [],
    });
    expect(delivery.detail).toMatch(/Incorrect index.*allow the token to write/);
    expect(splunk.ledger.sums.events).toBe(0);
  });

  it('are found although code 7 counts from one', async () => {
    const { splunk, output } = await start({ ack: false }, { faults: [{ kind: 'item', code: 7, ids: ['4'] }] });
    const delivery = await output.send(rows(10), patient);
    expect(delivery.rejected).toMatchObject([{ index: 3, code: 'HEC_7' }]);
    expect(splunk.ledger.sums).toEqual({ events: 9, distinct: 9, duplicates: 0 });
  });

  it('keep what else was settled when the collector goes away in between', async () => {
    const { splunk, output } = await start({ ack: false }, { faults: [{ kind: 'item', code: 6, ids: ['13'] }] });
    const all = rows(10, 11);
    // The request after the refused event meets a full queue.
    Object.defineProperty(splunk.controls, 'queue', {
      configurable: true,
      get: () => (splunk.ledger.has('12') ? 'full' : 'ok'),
    });
    const delivery = await output.send(all, patient);
    expect(delivery).toMatchObject({ outcome: 'retry', code: 'HEC_26', left: [3, 4, 5, 6, 7, 8, 9] });
    expect(delivery.rejected).toMatchObject([{ index: 2 }]);
  });
});

describe('requests that are too large', () => {
  it('are split, and a single event that is too large is a dead letter', async () => {
    const { splunk, output } = await start({}, { maxBody: 600 });
    expect(await output.send(rows(8), patient)).toMatchObject({
      outcome: 'split',
      code: 'HTTP_413',
      status: 413,
      left: [0, 1, 2, 3, 4, 5, 6, 7],
    });
    expect(await output.send(rows(2), patient)).toMatchObject({ outcome: 'delivered', rejected: [] });
    const big = await output.send(rows(1, 9, 'y'.repeat(1000)), patient);
    expect(big).toMatchObject({ outcome: 'delivered', left: [] });
    expect(big.rejected).toMatchObject([{ index: 0, code: 'HTTP_413', original: expect.stringContaining('yyy') }]);
    expect(splunk.ledger.sums.events).toBe(2);
  });

  it('do not take the events around a large one with them', async () => {
    const { splunk, output } = await start({ batch_bytes: 1000 }, { maxBody: 2000 });
    const mixed = [...rows(2), ...rows(1, 3, 'y'.repeat(5000)), ...rows(2, 4)];
    const delivery = await output.send(mixed, patient);
    expect(delivery).toMatchObject({ outcome: 'delivered', left: [], rejected: [{ index: 2, code: 'HTTP_413' }] });
    expect([...splunk.ledger.ids()]).toEqual(['1', '2', '4', '5']);
  });
});

describe('what can go wrong on the way', () => {
  const everything = [0, 1, 2];
  it.each<[string, Fault, object]>([
    [
      '429 in seconds',
      { kind: 'status', status: 429, retryAfter: 7 },
      { outcome: 'retry', code: 'HTTP_429', retryAfter: 7 },
    ],
    [
      '503 with a date',
      { kind: 'status', status: 503, retryAfter: 30, asDate: true, body: '<h1>busy</h1>' },
      { outcome: 'retry', code: 'HTTP_503', retryAfter: expect.closeTo(30, -1) },
    ],
    ['500', { kind: 'status', status: 500 }, { outcome: 'retry', code: 'HTTP_500' }],
    ['401 of a proxy', { kind: 'status', status: 401 }, { outcome: 'blocked', code: 'HTTP_401' }],
    ['403 of a proxy', { kind: 'status', status: 403 }, { outcome: 'blocked', code: 'HTTP_403' }],
    ['404', { kind: 'status', status: 404 }, { outcome: 'blocked', code: 'HTTP_404' }],
    ['400 of a proxy', { kind: 'status', status: 400, body: 'Bad Request' }, { outcome: 'blocked', code: 'HTTP_400' }],
    [
      'a redirect',
      { kind: 'status', status: 302, headers: { location: '/' } },
      { outcome: 'blocked', code: 'HTTP_302' },
    ],
    ['a login page', { kind: 'status', status: 200, body: '<html>Log in' }, { outcome: 'retry', code: 'BAD_ANSWER' }],
    ['an empty 200', { kind: 'status', status: 200 }, { outcome: 'retry', code: 'BAD_ANSWER' }],
    ['a torn connection', { kind: 'tear', when: 'before' }, { outcome: 'retry', status: null }],
  ])('%s: nothing is taken, everything left', async (_name, fault, expected) => {
    const { splunk, output } = await start({}, { faults: [fault] });
    expect(await output.send(rows(3), patient)).toMatchObject({ left: everything, rejected: [], ...expected });
    expect(splunk.ledger.sums.events).toBe(0);
    splunk.controls.faults = [];
    expect((await output.send(rows(3), patient)).outcome).toBe('delivered');
  });

  it.each<[string, Fault]>([
    ['torn after it was taken', { kind: 'tear', when: 'after', times: 1 }],
    ['answered in half', { kind: 'truncate', times: 1 }],
    ['answered too late', { kind: 'slow', ms: 2500, when: 'after', times: 1 }],
  ])('%s: sent again, which doubles', async (_name, fault) => {
    const { splunk, output } = await start({ timeout_ms: 300 }, { faults: [fault] });
    expect(await output.send(rows(3), patient)).toMatchObject({ outcome: 'retry', left: everything });
    expect((await output.send(rows(3), patient)).outcome).toBe('delivered');
    expect(splunk.ledger.sums).toEqual({ events: 6, distinct: 3, duplicates: 3 });
  });

  it('a certificate of a stranger blocks; when it is right again everything goes on', async () => {
    const { splunk, output } = await start({}, {}, { tls: true });
    expect((await output.send(rows(3), patient)).outcome).toBe('delivered');
    await fetchControl(splunk, '/certificate?which=wrong');
    expect(await output.send(rows(3, 4), patient)).toMatchObject({
      outcome: 'blocked',
      left: everything,
      status: null,
    });
    await fetchControl(splunk, '/certificate?which=right');
    expect((await output.send(rows(3, 4), patient)).outcome).toBe('delivered');
  });

  it('a name that leads inside is refused where that is not allowed', async () => {
    const { splunk } = await start();
    const output = hec(`http://localhost:${splunk.port}`, { allow_private: false });
    open.push(output);
    expect(await output.send(rows(3), patient)).toMatchObject({
      outcome: 'blocked',
      code: 'REFUSED_ADDRESS',
      left: everything,
    });
    expect(() => hec(splunk.url, { allow_private: false })).toThrow(/private or loopback/);
  });

  it('a restart is bridged by attempts at once, as long as they last', async () => {
    const { splunk, output } = await start(
      { max_retries: 5, backoff_ms: 1 },
      { faults: [{ kind: 'tear', when: 'before', times: 3 }] },
    );
    expect(await output.send(rows(3), patient)).toMatchObject({ outcome: 'delivered', resent: 9 });
    splunk.controls.faults = [{ kind: 'tear', when: 'before', times: 6 }];
    expect(await output.send(rows(3, 4), patient)).toMatchObject({ outcome: 'retry', left: everything });
  });

  it('a call that is given up leaves everything', async () => {
    const { output } = await start({ max_retries: 5 }, { faults: [{ kind: 'slow', ms: 60_000 }] });
    const stop = new AbortController();
    const delivery = output.send(rows(3), stop.signal);
    stop.abort();
    expect(await delivery).toMatchObject({ outcome: 'retry', code: 'ABORTED', left: everything });
  });

  it('never shows the token, even when the receiver does', async () => {
    const body = `Authorization: Splunk ${TOKEN}`;
    const { output } = await start({}, { faults: [{ kind: 'status', status: 403, body }] });
    const { detail } = await output.send(rows(3), patient);
    expect(detail).toContain('Authorization: Splunk ********');
    expect(output.endpoint).not.toContain(TOKEN);
  });
});

async function fetchControl(splunk: Receiver<SplunkControls>, path: string): Promise<void> {
  const client = new HttpClient({ origin: splunk.url, verifyTls: false, allowPrivate: true });
  await client.request({ method: 'POST', path: `/control${path}` }).catch(() => undefined);
  await client.close();
}

describe('probe', () => {
  it.each<[Partial<SplunkControls>, object]>([
    [{}, { outcome: 'delivered', status: 200 }],
    [{ queue: 'full' }, { outcome: 'retry', code: 'HEC_18' }],
    [{ ackService: false }, { outcome: 'retry', code: 'HEC_19' }],
    [
      { queue: 'full', ackService: false },
      { outcome: 'retry', code: 'HEC_20' },
    ],
    [{ tokens: { other: {} } }, { outcome: 'blocked', code: 'HEC_21' }],
    [{ disabled: true }, { outcome: 'blocked', code: 'HEC_22' }],
    [{ faults: [{ kind: 'code', code: 6, route: '/health' }] }, { outcome: 'retry', code: 'HEC_6' }],
    [{ faults: [{ kind: 'status', status: 404, route: '/health' }] }, { outcome: 'delivered', status: 404 }],
    [{ faults: [{ kind: 'tear', when: 'before', route: '/health' }] }, { outcome: 'retry', status: null }],
  ])('asks for the health: %j', async (controls, expected) => {
    const { splunk, output } = await start({}, controls);
    expect(await output.probe(patient)).toMatchObject({ left: [], ...expected });
    expect(splunk.ledger.sums.events).toBe(0);
  });

  it('asks whether there are acknowledgements where they are insisted on', async () => {
    const { splunk, output } = await start({ ack: true });
    expect(await output.probe(patient)).toMatchObject({ outcome: 'blocked', code: 'HEC_14' });
    splunk.controls.useAck = true;
    expect(await output.probe(patient)).toMatchObject({ outcome: 'delivered' });
  });
});
