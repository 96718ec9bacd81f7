import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { type ElasticControls, startElastic } from '../../demo/receivers/elastic.ts';
import type { Fault } from '../../demo/receivers/fault.ts';
import type { Receiver, ReceiverOptions } from '../../demo/receivers/receiver.ts';
import type { ElasticConfig } from './elastic-config.ts';
import { elastic } from './fixtures/elastic.ts';
import { patient, rows } from './fixtures/hec.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

async function node(
  controls: Partial<ElasticControls> = {},
  options: ReceiverOptions<ElasticControls> = {},
): Promise<Receiver<ElasticControls>> {
  const started = await startElastic({ ...options, controls });
  open.push(started);
  return started;
}

/** Where no node is. */
async function awayNode(): Promise<{ readonly url: string; readonly port: number }> {
  const started = await startElastic();
  await started.close();
  return { url: started.url, port: started.port };
}

/** An output with a clock that stands still, and what it logs. */
function observed(urls: readonly string[], config: Partial<ElasticConfig> = {}) {
  const clock = { now: 1_000_000 };
  const said: Record<string, unknown>[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void said.push(JSON.parse(line)) });
  const output = elastic(urls, config, { log, now: () => clock.now });
  open.push(output);
  return { output, clock, said };
}

describe('several nodes', () => {
  it('take turns', async () => {
    const nodes = [await node(), await node(), await node()];
    const { output } = observed(nodes.map(({ url }) => url));
    for (let at = 0; at < 6; at++) expect((await output.send(rows(2, at * 2), patient)).outcome).toBe('delivered');
    expect(nodes.map(({ ledger }) => ledger.sums.events)).toEqual([4, 4, 4]);
  });

  it('go on at once without one that is dead, and have it back when it lives', async () => {
    const [gone, live] = [await awayNode(), await node()];
    const { output, clock, said } = observed([gone.url, live.url]);
    expect(await output.send(rows(2), patient)).toMatchObject({ outcome: 'delivered', resent: 2 });
    for (let at = 1; at < 5; at++)
      expect(await output.send(rows(2, 1 + at * 2), patient)).toMatchObject({ outcome: 'delivered', resent: 0 });
    expect(said).toMatchObject([{ output: 'elastic', node: gone.url, code: 'ECONNREFUSED', seconds: 1 }]);
    clock.now += 1000;
    await output.send(rows(2, 11), patient);
    await output.send(rows(2, 13), patient);
    expect(said.slice(1)).toMatchObject([{ node: gone.url, seconds: 2 }]);
    expect(live.ledger.sums).toEqual({ events: 14, distinct: 14, duplicates: 0 });
    const back = await node({}, { port: gone.port });
    clock.now += 2000;
    for (let at = 0; at < 4; at++)
      expect(await output.send(rows(2, 15 + at * 2), patient)).toMatchObject({ outcome: 'delivered', resent: 0 });
    expect([live.ledger.sums.events, back.ledger.sums.events]).toEqual([18, 4]);
  });

  it('say so when none is there, and go on when one is', async () => {
    const gone = [await awayNode(), await awayNode()];
    const { output } = observed(gone.map(({ url }) => url));
    const delivery = await output.send(rows(2), patient);
    expect(delivery).toMatchObject({ outcome: 'retry', code: 'ECONNREFUSED', left: [0, 1], status: null });
    await node({}, { port: gone[1].port });
    const answers = [await output.send(rows(2), patient), await output.send(rows(2), patient)];
    expect(answers.map(({ outcome }) => outcome).sort()).toContain('delivered');
  });

  it('leave one out that lost its cluster, and not one that is only busy', async () => {
    const [sick, busy] = [
      await node({ faults: [{ kind: 'code', code: 503, times: 1 }] }),
      await node({ faults: [{ kind: 'code', code: 429, times: 1 }] }),
    ];
    const { output } = observed([sick.url, busy.url]);
    const codes = [];
    for (let at = 0; at < 4; at++) codes.push((await output.send(rows(1, at), patient)).code);
    expect(codes).toEqual(['cluster_block_exception', 'es_rejected_execution_exception', '', '']);
    expect([sick.ledger.sums.events, busy.ledger.sums.events]).toEqual([0, 2]);
  });

  it('do without one whose certificate is not trusted', async () => {
    const [wrong, right] = [await node({}, { tls: true }), await node({}, { tls: true })];
    const { output, said } = observed([wrong.url, right.url], { ca: right.ca });
    expect((await output.send(rows(3), patient)).outcome).toBe('delivered');
    expect(said).toMatchObject([{ node: wrong.url, code: expect.stringMatching(/SELF_SIGNED|SIGNATURE|VERIFY/) }]);
    expect([wrong.ledger.sums.events, right.ledger.sums.events]).toEqual([0, 3]);
  });

  it('have a path of their own each', async () => {
    const faults: Fault[] = [{ kind: 'status', status: 418, route: '/a/telemetry-events/_bulk' }];
    const [one, two] = [await node({ faults }), await node({ faults })];
    const { output } = observed([`${one.url}/a/`, two.url]);
    expect(await output.send(rows(1), patient)).toMatchObject({ outcome: 'blocked', status: 418 });
    expect((await output.send(rows(1), patient)).outcome).toBe('delivered');
  });
});

const API_KEY = Buffer.from('VuaCfGcBCdbkQm-e5aOx:ui2lp2axTNmsyakw9tvNnw').toString('base64');
const BASIC = Buffer.from('elastic:open sésame').toString('base64');
const LOGINS: [string, Partial<ElasticConfig>, string][] = [
  ['an API key', { api_key: API_KEY }, `ApiKey ${API_KEY}`],
  ['a password', { username: 'elastic', password: 'open sésame' }, `Basic ${BASIC}`],
];

describe.each(LOGINS)('with %s', (_name, config, header) => {
  it('it is let in, and nobody else', async () => {
    const { url, ledger, controls } = await node({ credentials: [header] });
    expect((await observed([url], config).output.send(rows(2), patient)).outcome).toBe('delivered');
    for (const other of [{}, { api_key: 'eDp5' }, { username: 'elastic', password: 'x' }]) {
      const { output } = observed([url], other);
      const refused = { outcome: 'blocked', status: 401, code: 'security_exception' };
      expect(await output.send(rows(2, 3), patient)).toMatchObject({ ...refused, left: [0, 1] });
      expect(await output.probe(patient)).toMatchObject({ ...refused, left: [] });
    }
    controls.readOnly = [header];
    expect(await observed([url], config).output.send(rows(2, 3), patient)).toMatchObject({
      outcome: 'blocked',
      status: 403,
      left: [0, 1],
      detail: expect.stringContaining('indices:data/write/bulk'),
    });
    expect(ledger.sums.events).toBe(2);
  });

  it('it is never shown, even when the cluster does', async () => {
    const body = `${header} ui2lp2axTNmsyakw9tvNnw open sésame ${encodeURIComponent('open sésame')}`;
    const { url, controls } = await node();
    const { output, said } = observed([url, url], config);
    const secrets = [...Object.entries(config).filter(([name]) => name !== 'username'), ['', header.split(' ')[1]]];
    const shown: string[] = [output.endpoint];
    const error = { type: 'security_exception', reason: body };
    for (const text of [body, JSON.stringify({ error }), JSON.stringify({ error: body })])
      for (const status of [200, 400, 401, 403, 404, 413, 429, 500]) {
        controls.faults = [{ kind: 'status', status, body: text }];
        shown.push(JSON.stringify(await output.send(rows(2), patient)), JSON.stringify(await output.probe(patient)));
      }
    const items = [401, 400].map((status) => ({ create: { status, error } }));
    controls.faults = [{ kind: 'status', status: 200, body: JSON.stringify({ items }) }];
    shown.push(JSON.stringify(await output.send(rows(2), patient)), JSON.stringify(said));
    expect(shown.some((text) => text.includes('********'))).toBe(true);
    for (const [, secret] of secrets) for (const text of shown) expect(text).not.toContain(String(secret));
    if (config.api_key) for (const text of shown) expect(text).not.toContain('ui2lp2axTNmsyakw9tvNnw');
  });
});

describe('probe', () => {
  it('is possible with a key that may do nothing but write', async () => {
    const credentials = [`ApiKey ${API_KEY}`];
    const { url, ledger, controls } = await node({ credentials, ingestOnly: credentials });
    const headers = { authorization: credentials[0] };
    for (const path of ['/', '/_cluster/health', '/telemetry-events'])
      expect((await fetch(`${url}${path}`, { headers })).status).toBe(403);
    const { output } = observed([url], { api_key: API_KEY });
    expect(await output.probe(patient)).toMatchObject({ outcome: 'delivered', status: 400, left: [], bytes: 0 });
    controls.distribution = 'opensearch';
    expect((await output.probe(patient)).outcome).toBe('delivered');
    expect(ledger.sums.events).toBe(0);
  });

  it.each<[string, Fault, object]>([
    ['a full queue', { kind: 'code', code: 429 }, { outcome: 'retry', code: 'es_rejected_execution_exception' }],
    ['a node that begins', { kind: 'code', code: 503 }, { outcome: 'retry', code: 'cluster_block_exception' }],
    ['a key that is unknown', { kind: 'code', code: 401 }, { outcome: 'blocked', code: 'security_exception' }],
    ['a key that may not', { kind: 'code', code: 403 }, { outcome: 'blocked', code: 'security_exception' }],
    ['a torn connection', { kind: 'tear', when: 'before' }, { outcome: 'retry', status: null }],
    ['a login page', { kind: 'status', status: 200, body: '<html>' }, { outcome: 'retry', code: 'ANSWER_UNREADABLE' }],
    ['another server', { kind: 'status', status: 404, body: 'Not Found' }, { outcome: 'blocked', code: 'HTTP_404' }],
    ['a proxy', { kind: 'status', status: 400, body: 'Bad Request' }, { outcome: 'blocked', code: 'HTTP_400' }],
    ['a redirect', { kind: 'status', status: 301 }, { outcome: 'blocked', code: 'HTTP_301' }],
  ])('tells of %s', async (_name, fault, expected) => {
    const { url } = await node({ faults: [fault] });
    expect(await observed([url]).output.probe(patient)).toMatchObject({ left: [], rejected: [], ...expected });
  });

  it('looks at the next node where one is away', async () => {
    const [gone, live] = [await awayNode(), await node()];
    expect((await observed([gone.url, live.url]).output.probe(patient)).outcome).toBe('delivered');
  });
});
