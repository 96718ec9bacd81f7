import { afterEach, describe, expect, it } from 'vitest';
import { type ElasticControls, startElastic } from '../../demo/receivers/elastic.ts';
import type { Fault } from '../../demo/receivers/fault.ts';
import type { Receiver, ReceiverOptions } from '../../demo/receivers/receiver.ts';
import { HttpClient } from '../kit/http-client.ts';
import type { ElasticBulk } from './elastic-bulk.ts';
import type { ElasticConfig } from './elastic-config.ts';
import { elastic } from './fixtures/elastic.ts';
import { patient, rows } from './fixtures/hec.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

type Cluster = Receiver<ElasticControls>;

async function start(
  config: Partial<ElasticConfig> = {},
  controls: Partial<ElasticControls> = {},
  options: ReceiverOptions<ElasticControls> = {},
): Promise<{ cluster: Cluster; output: ElasticBulk }> {
  const cluster = await startElastic({ ...options, controls });
  const output = elastic([cluster.url], { ca: cluster.ca || undefined, ...config });
  open.push(cluster, output);
  return { cluster, output };
}

const everything = [0, 1, 2];
const item = (code: number, ...ids: string[]): Fault => ({ kind: 'item', code, ids });

/** What was left goes in when the fault is over, and everything is there once. */
async function goesOn({ cluster, output }: { cluster: Cluster; output: ElasticBulk }): Promise<void> {
  Object.assign(cluster.controls, { faults: [], busyShare: 0, streams: [], maxBody: 1e8 });
  expect(await output.send(rows(3), patient)).toMatchObject({ outcome: 'delivered', left: [], rejected: [] });
  expect(cluster.ledger.sums).toEqual({ events: 3, distinct: 3, duplicates: 0 });
}

describe('ElasticBulk', () => {
  it('delivers events once, gzipped or not, over TLS or not', async () => {
    for (const tls of [false, true])
      for (const gzip of [false, true]) {
        const { cluster, output } = await start({ gzip }, {}, { tls });
        const delivery = await output.send(rows(100), patient);
        expect(delivery).toMatchObject({
          outcome: 'delivered',
          left: [],
          rejected: [],
          duplicates: 0,
          status: 200,
          code: '',
        });
        expect(delivery.bytes < (delivery.body ?? 0)).toBe(gzip);
        expect(await output.send(rows(110), patient)).toMatchObject({ outcome: 'delivered', duplicates: 100 });
        expect(cluster.ledger.sums).toEqual({ events: 110, distinct: 110, duplicates: 0 });
      }
  });

  it('makes as many requests as its bytes need', async () => {
    const { cluster, output } = await start({ batch_bytes: 1000 }, { maxBody: 1000 });
    expect(await output.send(rows(50), patient)).toMatchObject({ outcome: 'delivered', left: [] });
    expect(cluster.ledger.sums.events).toBe(50);
  });

  it('has nothing to send when there are no events', async () => {
    const { output, cluster } = await start();
    await cluster.restart(0);
    cluster.controls.faults = [{ kind: 'status', status: 500 }];
    expect(await output.send([], patient)).toMatchObject({ outcome: 'delivered', bytes: 0 });
  });

  it('names stream and pipeline in the address, whatever they are called', async () => {
    const data_stream = 'logs-netz.ä%2f-default';
    const pipeline = 'my pipeline&x=1';
    const { cluster, output } = await start(
      { data_stream, pipeline },
      { streams: [data_stream], pipelines: [pipeline] },
    );
    expect((await output.send(rows(3), patient)).outcome).toBe('delivered');
    expect(cluster.ledger.sums.events).toBe(3);
  });

  it('tells of documents that went to the failure store', async () => {
    const { cluster, output } = await start({}, { faults: [item(400, '2')], failureStore: true });
    const delivery = await output.send(rows(3), patient);
    expect(delivery).toMatchObject({ outcome: 'delivered', left: [], rejected: [], code: 'FAILURE_STORE' });
    expect(delivery.detail).toContain('refused 1 of');
    expect([...cluster.ledger.ids()]).toEqual(['1', '3']);
  });
});

describe('the items of an answer', () => {
  it.each<[number, string]>([
    [429, 'es_rejected_execution_exception'],
    [500, 'exception'],
    [503, 'unavailable_shards_exception'],
  ])('%d: that one is sent again, with its id', async (status, code) => {
    const { cluster, output } = await start({}, { faults: [item(status, '2')] });
    expect(await output.send(rows(3), patient)).toMatchObject({
      outcome: 'retry',
      left: [1],
      rejected: [],
      status,
      code,
    });
    expect([...cluster.ledger.ids()]).toEqual(['1', '3']);
    cluster.controls.faults = [];
    expect(await output.send(rows(1, 2), patient)).toMatchObject({ outcome: 'delivered', duplicates: 0 });
    expect(cluster.ledger.sums).toEqual({ events: 3, distinct: 3, duplicates: 0 });
  });

  it.each([401, 403])('%d: that one waits for a person', async (status) => {
    const { cluster, output } = await start({}, { faults: [item(status, '2', '3')] });
    expect(await output.send(rows(3), patient)).toMatchObject({
      outcome: 'blocked',
      left: [1, 2],
      rejected: [],
      status,
      code: 'security_exception',
    });
    expect(cluster.ledger.sums.events).toBe(1);
  });

  it.each<[number, string, string]>([
    [400, 'document_parsing_exception', 'failed to parse field [source.ip]'],
    [404, 'index_not_found_exception', 'no such index [elsewhere]'],
  ])('%d: that one is a dead letter, its neighbours are in', async (status, code, words) => {
    const { cluster, output } = await start({}, { faults: [{ kind: 'item', code: status, every: 7 }] });
    const delivery = await output.send(rows(30), patient);
    expect(delivery).toMatchObject({ outcome: 'delivered', left: [] });
    expect(delivery.rejected.map(({ index }) => index + 1)).toEqual([7, 14, 21, 28]);
    expect(delivery.rejected[0]).toMatchObject({ code, reason: expect.stringContaining(words) });
    expect(JSON.parse(delivery.rejected[0].original)).toMatchObject({ event: { id: '7' } });
    expect(cluster.ledger.sums).toEqual({ events: 26, distinct: 26, duplicates: 0 });
  });

  it('of all kinds in one answer are told apart', async () => {
    const faults = [item(400, '3')];
    const { cluster, output } = await start({}, { faults, busyShare: 0.5 });
    await cluster.ledger.add(['1']);
    const delivery = await output.send(rows(6), patient);
    // 1 is there, 3 is refused; of 2, 4, 5 and 6 every second one meets a full queue.
    expect(delivery).toMatchObject({
      outcome: 'retry',
      status: 429,
      left: [3, 5],
      duplicates: 1,
      rejected: [{ index: 2 }],
    });
    expect([...cluster.ledger.ids()]).toEqual(['1', '2', '5']);
  });

  it('that are fewer than the documents say nothing of any', async () => {
    const started = await start({}, { faults: [{ kind: 'code', code: 'fewer' }] });
    expect(await started.output.send(rows(3), patient)).toMatchObject({
      outcome: 'retry',
      left: everything,
      code: 'ANSWER_UNREADABLE',
      duplicates: 0,
    });
    await goesOn(started);
  });

  it('that name a missing stream or pipeline wait for a person', async () => {
    const started = await start({}, { streams: ['other'] });
    expect(await started.output.send(rows(3), patient)).toMatchObject({
      outcome: 'blocked',
      left: everything,
      rejected: [],
      code: 'index_not_found_exception',
      detail: expect.stringContaining('no such index [telemetry-events]'),
    });
    await goesOn(started);
    const { output } = await start({ pipeline: 'p' });
    expect(await output.send(rows(3), patient)).toMatchObject({
      outcome: 'blocked',
      left: everything,
      detail: expect.stringContaining('pipeline with id [p] does not exist'),
    });
  });
});

describe('requests that are too large', () => {
  it('are split, and a single document that is too large is a dead letter', async () => {
    const { cluster, output } = await start({}, { maxBody: 700 });
    const big = [0, 1, 2, 3, 4, 5, 6, 7];
    expect(await output.send(rows(8), patient)).toMatchObject({ outcome: 'split', code: 'HTTP_413', left: big });
    expect(await output.send(rows(4), patient)).toMatchObject({ outcome: 'delivered', rejected: [] });
    const single = await output.send(rows(1, 9, 'y'.repeat(1000)), patient);
    expect(single).toMatchObject({ outcome: 'delivered', left: [] });
    expect(single.rejected).toMatchObject([{ index: 0, code: 'HTTP_413', original: expect.stringContaining('yyy') }]);
    expect(cluster.ledger.sums.events).toBe(4);
  });

  it('do not take the events around a large one with them', async () => {
    const { cluster, output } = await start({ batch_bytes: 1000 }, { maxBody: 2000 });
    const mixed = [...rows(2), ...rows(1, 3, 'y'.repeat(5000)), ...rows(2, 4)];
    const delivery = await output.send(mixed, patient);
    expect(delivery).toMatchObject({ outcome: 'delivered', left: [], rejected: [{ index: 2, code: 'HTTP_413' }] });
    expect([...cluster.ledger.ids()]).toEqual(['1', '2', '4', '5']);
  });

  it('leave what stood behind them in the same call', async () => {
    const { cluster, output } = await start({ batch_bytes: 1000 });
    Object.defineProperty(cluster.controls, 'maxBody', { get: () => (cluster.ledger.has('3') ? 500 : 1e8) });
    const delivery = await output.send(rows(20), patient);
    expect(delivery.outcome).toBe('split');
    const settled = cluster.ledger.sums.distinct;
    expect(settled).toBeGreaterThan(0);
    expect(delivery.left).toEqual(
      rows(20)
        .map((_, at) => at)
        .slice(settled),
    );
  });
});

describe('what can go wrong on the way', () => {
  it.each<[string, Fault, object]>([
    [
      'a full queue',
      { kind: 'code', code: 429 },
      { outcome: 'retry', code: 'es_rejected_execution_exception', status: 429 },
    ],
    ['429 in seconds', { kind: 'status', status: 429, retryAfter: 7 }, { outcome: 'retry', retryAfter: 7 }],
    [
      '503 with a date',
      { kind: 'status', status: 503, retryAfter: 30, asDate: true, body: '<h1>busy</h1>' },
      { outcome: 'retry', code: 'HTTP_503', retryAfter: expect.closeTo(30, -1) },
    ],
    ['a cluster that begins', { kind: 'code', code: 503 }, { outcome: 'retry', code: 'cluster_block_exception' }],
    ['500', { kind: 'code', code: 500 }, { outcome: 'retry', code: 'exception' }],
    ['401', { kind: 'code', code: 401 }, { outcome: 'blocked', code: 'security_exception', status: 401 }],
    ['403', { kind: 'code', code: 403 }, { outcome: 'blocked', code: 'security_exception', status: 403 }],
    ['401 of a proxy', { kind: 'status', status: 401 }, { outcome: 'blocked', code: 'HTTP_401' }],
    ['400', { kind: 'code', code: 400 }, { outcome: 'blocked', code: 'illegal_argument_exception' }],
    ['404 of a proxy', { kind: 'status', status: 404, body: 'Not Found' }, { outcome: 'blocked', code: 'HTTP_404' }],
    [
      'a redirect',
      { kind: 'status', status: 302, headers: { location: '/' } },
      { outcome: 'blocked', code: 'HTTP_302' },
    ],
    ['a login page', { kind: 'status', status: 200, body: '<html>' }, { outcome: 'retry', code: 'ANSWER_UNREADABLE' }],
    ['an empty 200', { kind: 'status', status: 200 }, { outcome: 'retry', code: 'ANSWER_UNREADABLE' }],
    ['201', { kind: 'status', status: 201, body: '{"items":[]}' }, { outcome: 'retry', code: 'ANSWER_UNREADABLE' }],
    ['a torn connection', { kind: 'tear', when: 'before' }, { outcome: 'retry', status: null }],
  ])('%s: nothing is taken, everything left', async (_name, fault, expected) => {
    const started = await start({}, { faults: [fault] });
    expect(await started.output.send(rows(3), patient)).toMatchObject({ left: everything, rejected: [], ...expected });
    expect(started.cluster.ledger.sums.events).toBe(0);
    await goesOn(started);
  });

  it.each<[string, Fault]>([
    ['torn after it was taken', { kind: 'tear', when: 'after', times: 1 }],
    ['answered in half', { kind: 'truncate', times: 1 }],
    ['answered too late', { kind: 'slow', ms: 2500, when: 'after', times: 1 }],
  ])('%s: sent again, which harms nothing', async (_name, fault) => {
    const { cluster, output } = await start({ timeout_ms: 300 }, { faults: [fault] });
    expect(await output.send(rows(3), patient)).toMatchObject({ outcome: 'retry', left: everything });
    expect(await output.send(rows(3), patient)).toMatchObject({ outcome: 'delivered', duplicates: 3 });
    expect(cluster.ledger.sums).toEqual({ events: 3, distinct: 3, duplicates: 0 });
  });

  it('a restart is bridged by attempts at once, as long as they last', async () => {
    const config = { max_retries: 5, backoff_ms: 1 };
    const { cluster, output } = await start(config, { faults: [{ kind: 'tear', when: 'before', times: 3 }] });
    expect(await output.send(rows(3), patient)).toMatchObject({ outcome: 'delivered', resent: 9 });
    cluster.controls.faults = [{ kind: 'tear', when: 'before', times: 6 }];
    expect(await output.send(rows(3, 4), patient)).toMatchObject({ outcome: 'retry', left: everything, resent: 15 });
  });

  it('a call that is given up leaves everything', async () => {
    const { output } = await start({ max_retries: 5 }, { faults: [{ kind: 'slow', ms: 60_000 }] });
    const stop = new AbortController();
    const delivery = output.send(rows(3), stop.signal);
    stop.abort();
    expect(await delivery).toMatchObject({ outcome: 'retry', code: 'ABORTED', left: everything });
  });

  it('a certificate of a stranger blocks; when it is right again everything goes on', async () => {
    const { cluster, output } = await start({}, {}, { tls: true });
    expect((await output.send(rows(3), patient)).outcome).toBe('delivered');
    await present(cluster, 'wrong');
    expect(await output.send(rows(3, 4), patient)).toMatchObject({
      outcome: 'blocked',
      left: everything,
      status: null,
    });
    await present(cluster, 'right');
    expect((await output.send(rows(3, 4), patient)).outcome).toBe('delivered');
    expect(cluster.ledger.sums).toEqual({ events: 6, distinct: 6, duplicates: 0 });
  });

  it('a name that leads inside is refused where that is not allowed', async () => {
    const { cluster } = await start();
    const output = elastic([`http://localhost:${cluster.port}`], { allow_private: false });
    open.push(output);
    expect(await output.send(rows(3), patient)).toMatchObject({
      outcome: 'blocked',
      code: 'REFUSED_ADDRESS',
      left: everything,
    });
    expect(() => elastic([cluster.url], { allow_private: false })).toThrow(/private or loopback/);
  });
});

async function present(cluster: Cluster, which: 'right' | 'wrong'): Promise<void> {
  const client = new HttpClient({ origin: cluster.url, verifyTls: false, allowPrivate: true });
  // The connection that asks for it ends with the others.
  await client.request({ method: 'POST', path: `/control/certificate?which=${which}` }).catch(() => undefined);
  await client.close();
}
