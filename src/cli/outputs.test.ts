import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, eventRow, serverOf, World } from '../../test/fakes/api.ts';
import { FakeReceiver, outputsOf } from '../../test/fakes/output-service.ts';
import type { MemoryOutputs } from '../../test/fakes/outputs.ts';
import { type FakeServer, fakeServer, vedette } from '../../test/support/cli.ts';
import type { App } from '../api/context.ts';
import type { OutputService } from '../pipelines/outputs.ts';

const HOOK = ['--type', 'webhook', 'url=https://hook.example/in'];

let world: World;
let receiver: FakeReceiver;
let service: OutputService;
let store: MemoryOutputs;
let app: App;
let folder: string;
let server = '';

beforeEach(async () => {
  world = new World();
  receiver = new FakeReceiver();
  ({ service, store } = await outputsOf(world, receiver));
  app = await serverOf(world);
  await app.listen({ host: '127.0.0.1', port: 0 });
  server = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), 'vedette-cli-'));
});
afterEach(async () => {
  await app.close();
  await service.stop();
  await rm(folder, { recursive: true });
});

/** The command line against the API as it is, with outputs in memory. */
function run(argv: readonly string[], stdin = '', env: Record<string, string> = {}) {
  return vedette(argv, {
    env: { VEDETTE_SERVER: server, VEDETTE_KEY: ADMIN, ...env },
    cwd: folder,
    stdin: (async function* () {
      yield Buffer.from(stdin);
    })(),
  });
}

const configOf = (name: string) => store.definitions.get(name)?.config;

describe('outputs', () => {
  it('says how to make one when there is none', async () => {
    const { exit, out, err } = await run(['outputs']);
    expect([exit, out, err]).toEqual([0, '', expect.stringContaining('vedette output set NAME')]);
  });

  it('lists them, with what keeps them from delivering', async () => {
    world.events = [eventRow(1), eventRow(2)];
    receiver.trouble = {
      outcome: 'blocked',
      status: 403,
      code: 'HTTP_403',
      detail: `It wants a\u001bnother key.${' x'.repeat(200)}`,
    };
    await run(['output', 'set', 'hook', ...HOOK, '--start', 'oldest']);
    await run(['output', 'set', 'quiet', ...HOOK]);
    await expect.poll(() => service.get('hook')?.status.state).toBe('blocked');
    const { exit, out, err } = await run(['outputs']);
    const [head, first, second] = out.split('\n').map((line) => line.split(/ {2,}/));
    expect(exit).toBe(0);
    expect(head).toEqual([
      'name',
      'type',
      'state',
      'behind',
      'for',
      'events/s',
      'sent',
      'dead letters',
      'lost',
      'endpoint',
    ]);
    expect([first[0], first[1], first[2], first[3]]).toEqual(['hook', 'webhook', 'blocked', '2']);
    expect([second[0], second[2], second[4]]).toEqual(['quiet', 'running', '-']);
    expect(err).toMatch(/warning hook is blocked, tried again in \d.*: It wants a\?nother key\.( x)* ?…\n/);
    expect(err).toContain('2 outputs');
    const csv = await run(['outputs', '-o', 'csv', '--fields', 'name,status.state,status.lag.events']);
    expect(csv.out).toBe('name,status.state,status.lag.events\r\nhook,blocked,2\r\nquiet,running,0\r\n');
    expect(JSON.parse((await run(['outputs', '--json'])).out)).toMatchObject([{ name: 'hook' }, { name: 'quiet' }]);
  });
});

describe('output set', () => {
  it('makes one, and changes what is given', async () => {
    const made = await run(['output', 'set', 'hook', ...HOOK, '--filter', 'risk >= 50']);
    expect([made.exit, made.err]).toEqual([0, expect.stringContaining('Made. vedette output test hook')]);
    expect(made.out).toMatch(/^hook {3}webhook {3}running {3}https:\/\/hook\.example\/in\n {2}only risk >= 50\n/);
    const changed = await run(['output', 'set', 'hook', 'url=https://hook.example/?a=b', '--json']);
    expect(changed.err).toContain('Changed.');
    expect(JSON.parse(changed.out)).toMatchObject({
      filter: 'risk >= 50',
      config: { url: 'https://hook.example/?a=b' },
    });
  });

  it('reads values as the type wants them', async () => {
    const words = ['hec_url=https://splunk.example', 'token=12345678', 'batch_size=50', 'gzip=false', 'ack=true'];
    const parts = ['extra_fields.site=hq', 'extra_fields.rack=7', 'naming=vedette'];
    expect((await run(['output', 'set', 'splunk', '--type', 'splunk-hec', ...words, ...parts])).exit).toBe(0);
    expect(configOf('splunk')).toMatchObject({
      token: '12345678',
      batch_size: 50,
      gzip: false,
      ack: true,
      naming: 'vedette',
      extra_fields: { site: 'hq', rack: '7' },
    });
    await run(['output', 'set', 'splunk', 'ack=auto', 'batch_size=', 'extra_fields.row=2']);
    expect(configOf('splunk')).toMatchObject({
      ack: 'auto',
      batch_size: 500,
      extra_fields: { site: 'hq', rack: '7', row: '2' },
    });
    await run(['output', 'set', 'splunk', 'extra_fields={"a":["b"]}']);
    expect(configOf('splunk')?.extra_fields).toEqual({ a: ['b'] });
    const nodes = ['urls=https://a.example, https://b.example', 'ecs_version=9'];
    await run(['output', 'set', 'elastic', '--type', 'elastic-bulk', ...nodes]);
    expect(configOf('elastic')).toMatchObject({ urls: ['https://a.example', 'https://b.example'], ecs_version: 9 });
    await run(['output', 'set', 'elastic', 'urls=["https://c.example"]']);
    expect(configOf('elastic')?.urls).toEqual(['https://c.example']);
  });

  it('takes secrets from files, stdin and the environment, and warns of others', async () => {
    await writeFile(join(folder, 'token.txt'), 'from-a-file\n');
    const splunk = ['output', 'set', 'splunk', '--type', 'splunk-hec', 'hec_url=https://splunk.example'];
    const quiet = [
      await run([...splunk, 'token=@token.txt']),
      await run([...splunk, 'token=-'], 'from-stdin\r\n'),
      await run([...splunk, 'token=env:HEC_TOKEN'], '', { HEC_TOKEN: 'from-env' }),
    ];
    expect(quiet.map(({ exit, err }) => [exit, err.includes('warning')])).toEqual([
      [0, false],
      [0, false],
      [0, false],
    ]);
    expect(configOf('splunk')?.token).toBe('from-env');
    const loud = await run([...splunk, 'token=on-the-line']);
    expect(loud.err).toContain('warning token was an argument, which others can read: token=@FILE');
    expect(`${loud.out}${loud.err}`).not.toContain('on-the-line');
    await run([...splunk, 'token=@token.txt']);
    expect(configOf('splunk')?.token).toBe('from-a-file');
    await run([...splunk, 'token=-'], 'from-stdin\r\n');
    expect(configOf('splunk')?.token).toBe('from-stdin');
  });

  it.each([
    [['hook', 'url=https://hook.example'], 2, 'There is no output hook yet: give its type.'],
    [['hook', '--type', 'pigeon', 'url=x'], 2, 'There is no type pigeon.'],
    [['hook', ...HOOK, 'colour'], 2, 'colour is not of the form key=value.'],
    [['hook', ...HOOK, 'secrets=1'], 2, 'Did you mean secret?'],
    [['hook', ...HOOK, 'secret=@missing'], 3, 'missing cannot be read'],
    [['hook', ...HOOK, 'secret=env:NOT_SET'], 2, 'NOT_SET is not set.'],
    [['hook', 'url=-', 'secret=-', '--type', 'webhook'], 2, 'Only one value can come from stdin.'],
    [['hook', ...HOOK, '--filter', 'dst.port ~~ 4'], 2, 'dst.port'],
    [['Hook', ...HOOK], 2, 'lower case letters'],
    [
      ['splunk', '--type', 'splunk-hec', 'hec_url=https://s.example', 'token=t', 'batch_size=many'],
      2,
      'batch_size takes a number, not many.',
    ],
    [
      ['splunk', '--type', 'splunk-hec', 'hec_url=https://s.example', 'token=t', 'gzip=often'],
      2,
      'gzip takes true or false',
    ],
    [['splunk', '--type', 'splunk-hec', 'hec_url=https://10.0.0.1', 'token=t'], 2, 'allow_private'],
  ])('refuses %o', async (words, exit, sentence) => {
    const answer = await run(['output', 'set', ...words]);
    expect([answer.exit, answer.err]).toEqual([exit, expect.stringContaining(sentence)]);
    expect(store.definitions.size).toBe(0);
  });

  it('lists types, and what can be set of each', async () => {
    expect((await run(['output', 'types'])).out).toMatch(/^type +needs\n.*splunk-hec +hec_url token\n/s);
    const { out } = await run(['output', 'types', 'splunk-hec']);
    expect(out.split('\n')[0].split(/ {2,}/)).toEqual(['key', 'takes', 'default', 'needed', 'secret', 'description']);
    expect(out).toMatch(/\ntoken +string +yes +yes +Token of the collector/);
    expect(out).toMatch(/\nack +boolean\|string +auto +Indexer/);
    expect(out).toMatch(/\nnaming +cim\|vedette +cim /);
    expect((await run(['output', 'types', 'pigeon'])).exit).toBe(2);
  });
});

describe('output', () => {
  beforeEach(async () => {
    world.events = [eventRow(1), eventRow(2), eventRow(3)];
    receiver.refuses = (id) => id === '2';
    await run(['output', 'set', 'hook', ...HOOK, '--start', 'oldest']);
    await expect.poll(() => service.get('hook')?.status.lagEvents).toBe(0);
    await expect.poll(() => store.dead.length).toBe(1);
  });

  it('shows one', async () => {
    const { exit, out } = await run(['output', 'show', 'hook']);
    expect(exit).toBe(0);
    expect(out).toContain(
      'behind 0 events\n  bookmark 3, committed 2026-11-20T12:00:00.000003Z\n  sent 2 in 30 B, again 0',
    );
    expect(out).toContain('  refused 1, dead letters');
    expect(out).toContain('  url = https://hook.example/in\n');
    expect(JSON.parse((await run(['output', 'show', 'hook', '--json'])).out)).toMatchObject({ name: 'hook' });
    expect(await run(['output', 'show', 'gone'])).toMatchObject({ exit: 4, err: 'error There is no output gone.\n' });
  });

  it('tests one, and fails when the receiver refuses', async () => {
    const good = await run(['output', 'test', 'hook']);
    expect([good.exit, good.out]).toEqual([0, expect.stringMatching(/^ok HTTP 200, [\d.]+ ms, 10 bytes, event test-/)]);
    receiver.trouble = { outcome: 'blocked', status: 401, code: 'HTTP_401', detail: 'Wrong key.' };
    const bad = await run(['output', 'test', 'hook']);
    expect([bad.exit, bad.out]).toEqual([4, expect.stringMatching(/^failed .*Wrong key\.\n {2}HTTP 401, /)]);
    expect(JSON.parse((await run(['output', 'test', 'hook', '--json'])).out)).toMatchObject({ status: 'error' });
  });

  it('pauses, resumes, and removes', async () => {
    expect((await run(['output', 'pause', 'hook'])).out).toMatch(/^hook {3}webhook {3}paused/);
    expect((await run(['output', 'resume', 'hook'])).out).toMatch(/^hook {3}webhook {3}running/);
    expect(await run(['output', 'remove', 'hook'])).toMatchObject({
      exit: 0,
      out: '',
      err: expect.stringContaining('removed'),
    });
    expect(service.list()).toEqual([]);
  });

  it('replays from a time or an event on', async () => {
    receiver.taken.length = 0;
    const dry = await run(['output', 'replay', 'hook', '--to', 'oldest', '--dry-run']);
    expect(dry.out).toBe('3 stored events from the oldest on would be delivered to hook\n');
    expect(receiver.taken).toEqual([]);
    const one = await run(['output', 'replay', 'hook', '2']);
    expect(one.out).toBe('1 stored events from 2026-11-20T12:00:00.000002Z on are delivered to hook\n');
    await expect.poll(() => receiver.taken).toEqual(['3']);
    expect((await run(['output', 'replay', 'hook', '--to', '-1h', '--json', '--skip'])).exit).toBe(0);
    expect(await run(['output', 'replay', 'hook'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('from where on'),
    });
  });

  it('lists and shows dead letters', async () => {
    const { exit, out, err } = await run(['output', 'dead', 'hook']);
    const [head, row] = out.split('\n').map((line) => line.split(/ {2,}/));
    expect([exit, head]).toEqual([0, ['last', 'id', 'event', 'code', 'attempts', 'reason']]);
    expect(row.slice(1)).toEqual([store.dead[0].id, '2', 'HTTP_400', '1', 'Event 2 is refused.']);
    expect(err).toMatch(/^1 of \d dead letters\n$/);
    const shown = await run(['output', 'dead', 'hook', 'show', store.dead[0].id]);
    expect(shown.out).toMatch(/^HTTP_400 {3}event 2 {3}attempts 1\n {2}Event 2 is refused\.\n.*\n\{"id":"2"\}\n$/);
    expect((await run(['output', 'dead', 'hook', '--code', 'OTHER', '-o', 'ndjson'])).out).toBe('');
    expect((await run(['output', 'dead', 'hook', 'show'])).exit).toBe(2);
    expect((await run(['output', 'dead', 'hook', 'bury'])).exit).toBe(2);
    expect((await run(['output', 'dead', 'hook', '--limit', 'few'])).exit).toBe(2);
  });

  it('sends dead letters again', async () => {
    const refused = await run(['output', 'dead', 'hook', 'replay']);
    expect([refused.exit, refused.out]).toEqual([5, '0 delivered, 1 refused again\n']);
    receiver.trouble = { outcome: 'retry', code: 'HTTP_503' };
    const left = await run(['output', 'dead', 'hook', 'replay', '--code', 'HTTP_400']);
    expect([left.exit, left.err]).toEqual([4, expect.stringContaining('takes nothing at the moment')]);
    receiver.trouble = undefined;
    receiver.refuses = () => false;
    const good = await run(['output', 'dead', 'hook', 'replay', store.dead[0].id, '--json']);
    expect([good.exit, JSON.parse(good.out)]).toEqual([0, { delivered: 1, refused: 0, missing: 0, left: 0 }]);
    expect(store.dead).toEqual([]);
  });

  it('removes dead letters that are named', async () => {
    expect((await run(['output', 'dead', 'hook', 'purge'])).exit).toBe(2);
    expect((await run(['output', 'dead', 'hook', 'purge', '--all', '--code', 'X'])).exit).toBe(2);
    expect((await run(['output', 'dead', 'hook', 'purge', '--code', 'OTHER'])).out).toBe('0 removed\n');
    expect((await run(['output', 'dead', 'hook', 'purge', store.dead[0].id])).out).toBe('1 removed\n');
    expect((await run(['output', 'dead', 'hook', 'purge', '--all'])).out).toBe('0 removed\n');
  });

  it.each([
    [['output'], 'ACTION'],
    [['output', 'show'], 'Name the output.'],
    [['output', 'burn', 'hook'], 'outputs cannot burn.'],
    [['output', 'pause', 'hook', 'now'], 'pause takes a name only, not now.'],
  ])('%o is no command line', async (argv, words) => {
    expect(await run(argv)).toMatchObject({ exit: 2, err: expect.stringContaining(words) });
  });
});

describe('output elastic-template', () => {
  let cluster: FakeServer | undefined;
  afterEach(() => cluster?.close());

  const template = async (...argv: string[]) => {
    const { exit, out } = await run(['output', 'elastic-template', ...argv]);
    expect(exit).toBe(0);
    return JSON.parse(out);
  };

  it('is for the default data stream, or the one that is named', async () => {
    expect(await template()).toMatchObject({
      index_patterns: ['telemetry-events'],
      _meta: { ecs_version: expect.stringMatching(/^8/) },
    });
    const named = await template('--stream', 'logs-vedette.events-*', '--version', '9', '--retention', '90d');
    expect(named.index_patterns).toEqual(['logs-vedette.events-*']);
    expect(named._meta.ecs_version).toMatch(/^9/);
    expect(named.template.lifecycle).toEqual({ data_retention: '90d' });
  });

  it('follows an output', async () => {
    await run(['output', 'set', 'search', '--type', 'opensearch', 'urls=https://os.example', 'index_prefix=net-']);
    const answer = await template('search');
    expect(answer.index_patterns).toEqual(['net-events']);
    expect(JSON.stringify(answer)).toContain('flat_object');
    await run([
      'output',
      'set',
      'elastic',
      '--type',
      'elastic-bulk',
      'urls=https://es.example',
      'data_stream=net',
      'ecs_version=9',
    ]);
    const other = await template('elastic');
    expect([other.index_patterns, other._meta.ecs_version]).toEqual([['net'], expect.stringMatching(/^9/)]);
  });

  it('is handed to a cluster with the credentials of the environment', async () => {
    cluster = await fakeServer(({ headers }) =>
      headers.authorization === 'ApiKey a2V5' ? { body: { acknowledged: true } } : { status: 401, body: 'no\u001b' },
    );
    const put = ['output', 'elastic-template', '--put', `${cluster.url}/behind/`];
    const refused = await run(put, '', { ELASTIC_USERNAME: 'u', ELASTIC_PASSWORD: 'p' });
    expect([refused.exit, refused.err]).toEqual([4, expect.stringContaining('answered 401: no?')]);
    expect(cluster.seen[0].headers.authorization).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`);
    const good = await run(put, '', { ELASTIC_API_KEY: 'a2V5' });
    expect([good.exit, good.out, good.err]).toEqual([0, '', expect.stringContaining('is at http://127.0.0.1')]);
    expect(cluster.seen[1]).toMatchObject({ method: 'PUT', path: '/behind/_index_template/vedette' });
    expect(JSON.parse(cluster.seen[1].body).index_patterns).toEqual(['telemetry-events']);
  });

  it.each([
    [['hook'], 2, 'templates are for Elasticsearch'],
    [['gone'], 4, 'There is no output gone.'],
    [['--version', '7'], 2, 'There is no version 7.'],
    [['--engine', 'solr'], 2, 'There is no engine solr.'],
    [['--retention', 'long'], 2, 'is no time to keep documents'],
    [['--put', 'elastic.example'], 2, 'is no address of a cluster'],
    [['--put', 'https://u:p@elastic.example'], 2, 'Credentials are no part of the address.'],
    [['--put', 'http://127.0.0.1:9'], 4, 'No answer from http://127.0.0.1:9'],
  ])('refuses %o', async (argv, exit, words) => {
    await run(['output', 'set', 'hook', ...HOOK]);
    const answer = await run(['output', 'elastic-template', ...argv]);
    expect([answer.exit, answer.err]).toEqual([exit, expect.stringContaining(words)]);
  });
});
