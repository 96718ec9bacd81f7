import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpClient, type HttpRequest } from '../../src/kit/http-client.ts';
import { ecsTemplate } from '../../src/outputs/encode/ecs-template.ts';
import { type ElasticControls, startElastic } from './elastic.ts';
import type { Receiver, ReceiverOptions } from './receiver.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

async function start(
  controls: Partial<ElasticControls> = {},
  options: ReceiverOptions<ElasticControls> = {},
): Promise<{ cluster: Receiver<ElasticControls>; http: HttpClient }> {
  const cluster = await startElastic({ ...options, controls });
  const http = new HttpClient({ origin: cluster.url, allowPrivate: true });
  open.push(cluster, http);
  return { cluster, http };
}

const NDJSON = { 'content-type': 'application/x-ndjson' };
const DOCUMENT = '{"@timestamp":"2026-01-01T00:00:00Z"}';
const bulkOf = (...ids: string[]) => ids.map((id) => `{"create":{"_id":"${id}"}}\n${DOCUMENT}\n`).join('');

async function ask(http: HttpClient, path: string, body?: string | Uint8Array, more: Partial<HttpRequest> = {}) {
  const method = body === undefined ? 'GET' : 'POST';
  const { status, text } = await http.request({ method, path, body, headers: NDJSON, ...more });
  return { status, answer: text === '' ? {} : JSON.parse(text) };
}

async function statuses(http: HttpClient, body: string | Uint8Array, path = '/a/_bulk', headers = {}) {
  const { status, answer } = await ask(http, path, body, { headers: { ...NDJSON, ...headers } });
  if (status !== 200) return { status, type: answer.error?.type };
  return answer.items.map((item: Record<string, { status: number }>) => Object.values(item)[0].status);
}

describe('the cluster', () => {
  it('takes documents once, gzipped or not', async () => {
    const { cluster, http } = await start();
    expect(await statuses(http, bulkOf('1', '2', '1'))).toEqual([201, 201, 409]);
    expect(await statuses(http, gzipSync(bulkOf('2', '3')), '/_bulk', { 'content-encoding': 'gzip' })).toEqual([
      409, 201,
    ]);
    expect(cluster.ledger.sums).toEqual({ events: 3, distinct: 3, duplicates: 0 });
    expect((await ask(http, '/a/_count')).answer).toEqual({ count: 3 });
    expect(await statuses(http, `{"create":{}}\n${DOCUMENT}\n`)).toEqual([201]);
    expect(await statuses(http, `{"create":{}}\n${DOCUMENT}\n`)).toEqual([201]);
  });

  it('answers with what is asked for', async () => {
    const { http } = await start();
    const { answer } = await ask(http, '/a/_bulk', bulkOf('1'));
    const item = { _index: '.ds-a-2026.01.01-000001', _id: '1', status: 201, result: 'created' };
    expect(answer).toEqual({ took: 1, errors: false, items: [{ create: item }] });
    const filtered = await ask(http, '/a/_bulk?filter_path=errors,items.*.error.type', bulkOf('1'));
    expect(filtered.answer).toEqual({
      errors: true,
      items: [{ create: { error: { type: 'version_conflict_engine_exception' } } }],
    });
  });

  it.each<[string, string, string, Record<string, string>, object]>([
    ['no body', '/a/_bulk', '', {}, { status: 400, type: 'parse_exception' }],
    ['nothing to do', '/a/_bulk', '\n', {}, { status: 400, type: 'action_request_validation_exception' }],
    ['no last line feed', '/a/_bulk', bulkOf('1').trim(), {}, { status: 400, type: 'illegal_argument_exception' }],
    ['an action alone', '/a/_bulk', '{"create":{}}\n', {}, { status: 400, type: 'illegal_argument_exception' }],
    ['no action', '/a/_bulk', `x\n${DOCUMENT}\n`, {}, { status: 400, type: 'illegal_argument_exception' }],
    ['a parameter of nobody', '/a/_bulk?ids=1', bulkOf('1'), {}, { status: 400, type: 'illegal_argument_exception' }],
    [
      'another type',
      '/a/_bulk',
      bulkOf('1'),
      { 'content-type': 'text/plain' },
      { status: 406, type: 'media_type_header_exception' },
    ],
    ['another path', '/a/_bulks', bulkOf('1'), {}, { status: 400, type: 'illegal_argument_exception' }],
  ])('refuses %s', async (_name, path, body, headers, answer) => {
    const { cluster, http } = await start();
    expect(await statuses(http, body, path, headers)).toEqual(answer);
    expect(cluster.ledger.sums.events).toBe(0);
  });

  it.each<[string, string, Partial<ElasticControls>, string, number]>([
    ['an update', `{"index":{"_id":"1"}}\n${DOCUMENT}\n`, {}, 'op_type of create', 400],
    ['no time', '{"create":{"_id":"1"}}\n{}\n', {}, '@timestamp', 400],
    ['no document', '{"create":{"_id":"1"}}\n[]\n', {}, 'failed to parse', 400],
    ['a stream that is not there', bulkOf('1'), { streams: ['b'] }, 'no such index [a]', 404],
    ['a full queue', bulkOf('1'), { busyShare: 1 }, 'rejected execution', 429],
    ['a document', bulkOf('1'), { faults: [{ kind: 'item', code: 503, ids: ['1'] }] }, 'primary shard', 503],
  ])('refuses %s', async (_name, body, controls, words, status) => {
    const { cluster, http } = await start(controls);
    const { answer } = await ask(http, '/a/_bulk', body);
    expect(answer).toMatchObject({ errors: true });
    const [item] = Object.values<{ status: number; error: { reason: string } }>(answer.items[0]);
    expect([item.status, item.error.reason]).toEqual([status, expect.stringContaining(words)]);
    expect(cluster.ledger.sums.events).toBe(0);
  });

  it('refuses a body that is too large, inflated or not', async () => {
    const { cluster, http } = await start({ maxBody: 100 });
    const body = bulkOf('1', '2');
    for (const sent of [body, gzipSync(body)]) {
      const headers = { ...NDJSON, ...(typeof sent !== 'string' && { 'content-encoding': 'gzip' }) };
      expect((await ask(http, '/a/_bulk', sent, { headers })).status).toBe(413);
    }
    expect(cluster.ledger.sums.events).toBe(0);
  });

  it('knows pipelines, and puts aside what it cannot parse where it is told to', async () => {
    const { cluster, http } = await start({ pipelines: ['p'] });
    expect(await statuses(http, bulkOf('1'), '/a/_bulk?pipeline=p')).toEqual([201]);
    expect(await statuses(http, bulkOf('2'), '/a/_bulk?pipeline=q')).toEqual([400]);
    cluster.controls.failureStore = true;
    const { answer } = await ask(http, '/a/_bulk', '{"create":{"_id":"3"}}\n{}\n');
    expect(answer).toMatchObject({ errors: false, items: [{ create: { status: 201, failure_store: 'used' } }] });
    expect([...cluster.ledger.ids()]).toEqual(['1']);
  });

  it('takes the template of our documents, and has its streams from then on', async () => {
    const { http } = await start({ streams: ['none'] });
    const put = (name: string, template: object) =>
      ask(http, `/_index_template/${name}`, JSON.stringify(template), { method: 'PUT' });
    const template = ecsTemplate({ patterns: ['telemetry-*'], retention: '90d' });
    expect(await put('vedette', template)).toEqual({ status: 200, answer: { acknowledged: true } });
    const { answer } = await ask(http, '/_index_template/vedette');
    expect(answer.index_templates).toEqual([{ name: 'vedette', index_template: JSON.parse(JSON.stringify(template)) }]);
    expect(await statuses(http, bulkOf('1'), '/telemetry-events/_bulk')).toEqual([201]);
    expect(await statuses(http, bulkOf('2'), '/telemetry/_bulk')).toEqual([404]);
    expect((await ask(http, '/_index_template/other')).status).toBe(404);
    for (const wrong of [
      {},
      { index_patterns: [] },
      { ...template, mappings: {} },
      { ...template, template: { x: 1 } },
    ])
      expect((await put('wrong', wrong)).status).toBe(400);
  });

  it('knows who may do what', async () => {
    const [all, ingest, read] = ['ApiKey a', 'ApiKey i', 'ApiKey r'];
    const { http } = await start({ credentials: [all, ingest, read], ingestOnly: [ingest], readOnly: [read] });
    const both = async (authorization?: string) => {
      const headers = { ...NDJSON, ...(authorization && { authorization }) };
      const taken = await ask(http, '/a/_bulk', bulkOf('1'), { headers });
      return [(await ask(http, '/', undefined, { headers })).status, taken.status];
    };
    expect([await both(all), await both(ingest), await both(read)]).toEqual([
      [200, 200],
      [403, 200],
      [200, 403],
    ]);
    expect([await both(), await both('ApiKey x')]).toEqual([
      [401, 401],
      [401, 401],
    ]);
  });

  it('is told over HTTP what to do', async () => {
    const { cluster, http } = await start();
    const told = async (change: object) =>
      (await fetch(`${cluster.url}/control`, { method: 'PATCH', body: JSON.stringify(change) })).status;
    expect(await told({ faults: [{ kind: 'code', code: 429 }] })).toBe(200);
    expect(await statuses(http, bulkOf('1'))).toEqual({ status: 429, type: 'es_rejected_execution_exception' });
    expect(await told({ faults: [{ kind: 'code', code: 'fewer' }] })).toBe(200);
    expect(await statuses(http, bulkOf('1', '2'))).toEqual([201]);
    expect(await told({ nothing: 1 })).toBe(400);
    expect((await ask(http, '/control')).answer).toMatchObject({ events: 2, controls: { busyShare: 0 } });
  });

  it('knows after its end what it had said to be there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'elastic-'));
    try {
      const file = join(folder, 'taken');
      const first = await start({}, { file });
      // The same document at the same time: whoever is told that it is there is told the truth.
      const answers = await Promise.all([1, 2, 3].map(() => statuses(first.http, bulkOf('1', '2'))));
      expect(answers.flat().sort()).toEqual([201, 201, 409, 409, 409, 409]);
      const second = await start({}, { file });
      expect(await statuses(second.http, bulkOf('1', '2', '3'))).toEqual([409, 409, 201]);
    } finally {
      for (const thing of open.splice(0).reverse()) await thing.close();
      rmSync(folder, { recursive: true });
    }
  });
});
