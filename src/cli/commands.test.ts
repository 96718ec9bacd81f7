import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type FakeServer, fakeServer, type Seen, vedette } from '../../test/support/cli.ts';
import { expiry } from './keys.ts';
import { refang } from './lookup.ts';

let cwd: string;
let server: FakeServer | undefined;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'vedette-cli-'));
});
afterEach(async () => {
  rmSync(cwd, { recursive: true });
  await server?.close();
  server = undefined;
});

async function ask(argv: readonly string[], answer: Answer | ((seen: Seen, index: number) => Answer), env = {}) {
  await server?.close();
  server = await fakeServer(typeof answer === 'function' ? answer : () => answer);
  return vedette(argv, { cwd, env: { VEDETTE_SERVER: server.url, ...env } });
}

describe('top', () => {
  const items = [
    { value: 64500, label: 'Example Hosting', events: 1200, bytes: 5_000_000, packets: 10, risk: 80 },
    { value: null, events: 3, bytes: 20, packets: 1, risk: 0 },
  ];
  const body = { items, distinct: 4812, other: { events: 9, bytes: 1000 }, took_ms: 4 };

  it('asks for what it was asked, and says what is left out', async () => {
    const { exit, out, err } = await ask(['top', 'src.asn', 'risk > 5', '--by', 'bytes', '-n', '2', '--from', '-1d'], {
      body,
    });
    expect(exit).toBe(0);
    expect(Object.fromEntries(server!.seen[0].query)).toEqual({
      field: 'src.asn',
      by: 'bytes',
      limit: '2',
      from: '-1d',
      filter: 'risk > 5',
    });
    expect(out.split('\n')[1]).toMatch(/^64500 +Example Hosting +1,200 +5 MB +10 +80$/);
    expect(out).toContain('(none)');
    expect(err).toBe('top 2 of 4,812; other 9 events, 1 kB (4 ms)\n');
  });

  it('prints the whole answer, or its rows, and nothing else to a program', async () => {
    const { out, err } = await ask(['top', 'src.asn', '--json'], { body });
    expect([JSON.parse(out), err]).toEqual([body, '']);
    const rows = await ask(['top', 'src.asn', '-o', 'ndjson', '--fields', 'value'], { body });
    expect([rows.out, rows.err]).toEqual(['{"value":64500}\n{"value":null}\n', '']);
  });

  it('shows where a filter is wrong, with exit 2', async () => {
    const error = {
      detail: 'There is no field src.prot.',
      code: 'INVALID_FILTER',
      position: 0,
      length: 8,
      suggestion: 'src.port',
    };
    const { exit, err } = await ask(['top', 'src.ip', 'src.prot = 1'], { status: 400, body: error });
    expect(exit).toBe(2);
    expect(err).toContain('There is no field src.prot. Did you mean src.port?');
    expect(err).toContain('  src.prot = 1\n  ^^^^^^^^\n');
  });
});

describe('query', () => {
  const page = (from: number, count: number) =>
    Array.from({ length: count }, (_, n) => ({ ts: '2026-11-20T08:00:00.5Z', src_ip: '192.0.2.1', n: from + n }));

  it('follows the cursor to the number asked for', async () => {
    const { exit, out } = await ask(
      ['query', 'kind = dns', '-n', '1500', '-o', 'ndjson', '--fields', 'n,src.ip'],
      ({ query }) => {
        const from = Number(query.get('cursor') ?? 0);
        const count = Number(query.get('limit'));
        return { body: { items: page(from, count), next_cursor: String(from + count) } };
      },
    );
    expect(exit).toBe(0);
    expect(server!.seen.map(({ query }) => query.get('limit'))).toEqual(['1000', '500']);
    const lines = out.trimEnd().split('\n');
    expect([lines.length, lines[1499]]).toEqual([1500, '{"n":1499,"src.ip":"192.0.2.1"}']);
  });

  it('says how to find more when there is nothing', async () => {
    const { exit, out, err } = await ask(['query'], { body: { items: [], next_cursor: null } });
    expect([exit, out.split('\n').length]).toEqual([0, 2]);
    expect(err).toContain('widen it with --from');
  });
});

describe('lookup', () => {
  const answer = {
    query: '203.0.113.7',
    type: 'ip',
    scope: 'global',
    geo: { country: 'NL', city: 'Utrecht', lat: 52, lon: 5 },
    asn: { asn: 64500, org: 'Example \u001b[31mHosting' },
    threats: [{ indicator: '203.0.113.0/24', category: 'c2', confidence: 90, source: 'local' }],
    risk: { score: 92, reasons: [{ code: 'intel.c2', points: 60, reason: 'on a list of command servers' }] },
    attribution: ['IP geolocation by DB-IP'],
  };

  it('shows a card', async () => {
    const { exit, out } = await ask(['lookup', '203[.]0[.]113[.]7'], { body: answer });
    expect(exit).toBe(0);
    expect(JSON.parse(server!.seen[0].body)).toEqual({ ip: '203.0.113.7' });
    expect(out).toBe(
      [
        '203.0.113.7   MALICIOUS   risk 92 / 100',
        '  AS64500 Example ?[31mHosting · Utrecht, NL',
        '  local  90  c2  203.0.113.0/24',
        '  why  +60  on a list of command servers',
        '  IP geolocation by DB-IP',
        '',
      ].join('\n'),
    );
  });

  it('asks for a domain as one, and for several at once', async () => {
    await ask(['lookup', 'hxxps://Evil[.]example/a'], { body: { query: 'evil.example' } });
    expect(JSON.parse(server!.seen[0].body)).toEqual({ domain: 'evil.example' });
    const results = [answer, { query: 'x', error: 'Not an address.' }];
    const { exit, out } = await ask(['lookup', '203.0.113.7', 'x', '-o', 'csv', '--fields', 'query,asn.asn,error'], {
      body: { results },
    });
    expect(JSON.parse(server!.seen[0].body)).toEqual({ indicators: ['203.0.113.7', 'x'] });
    expect([exit, out]).toEqual([5, 'query,asn.asn,error\r\n203.0.113.7,64500,\r\nx,,Not an address.\r\n']);
  });

  it.each([
    ['evil(.)example', 'evil.example'],
    ['2001:db8[:]:1', '2001:db8::1'],
    ['http://[2001:db8::1]:80/x', '2001:db8::1'],
    ['192.0.2.1', '192.0.2.1'],
  ])('reads %s as %s', (given, meant) => expect(refang(given)).toBe(meant));
});

describe('export', () => {
  it('streams to stdout, or to a file that appears when it is whole', async () => {
    const body = '{"a":1}\n{"a":2}\n';
    const { exit, out } = await ask(['export', '--filter', 'risk > 1', '--from', 'all'], { body });
    expect([exit, out]).toEqual([0, body]);
    expect([server!.seen[0].path, Object.fromEntries(server!.seen[0].query)]).toEqual([
      '/v1/download/json',
      { limit: '0', filter: 'risk > 1', from: 'all' },
    ]);
    expect((await ask(['export', 'parquet', '--out', 'e.parquet'], { body: Buffer.from('PAR1') })).exit).toBe(0);
    expect(readFileSync(join(cwd, 'e.parquet'), 'latin1')).toBe('PAR1');
    expect(readdirSync(cwd)).toEqual(['e.parquet']);
  });

  it('leaves no half file behind', async () => {
    const short = { headers: { 'content-length': '100' }, body: 'only this', cut: true };
    const { exit, err } = await ask(['export', 'csv', '--out', 'e.csv'], short);
    expect(exit).toBe(4);
    expect(err).toContain('not complete');
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('tells a file that cannot be written', async () => {
    const { exit, err } = await ask(['export', 'csv', '--out', 'gone/e.csv'], { body: 'x' });
    expect(exit).toBe(3);
    expect(err).toContain('gone/e.csv cannot be written');
  });
});

describe('keys', () => {
  it('prints the new key alone on stdout', async () => {
    const body = { id: '7', name: 'sensor', secret: 'vdt_new', scopes: ['ingest'] };
    const { exit, out } = await ask(['keys', 'create', 'sensor', '--scopes', 'ingest', '--expires', '2999-01-01'], {
      status: 201,
      body,
    });
    expect([exit, out]).toEqual([0, 'vdt_new\n']);
    expect(JSON.parse(server!.seen[0].body)).toEqual({
      name: 'sensor',
      scopes: ['ingest'],
      expires_at: '2999-01-01T00:00:00.000Z',
    });
  });

  it('lists and revokes', async () => {
    const items = [{ id: '7', name: 'sensor', prefix: 'vdt_ab', scopes: ['ingest', 'read'], disabled: false }];
    expect((await ask(['keys', 'list', '--fields', 'id,scopes'], { body: { items } })).out).toBe(
      'id  scopes\n7   ingest,read\n',
    );
    const { exit } = await ask(['keys', 'revoke', 'a/b'], { status: 204, body: '' });
    expect([exit, server!.seen[0].method, server!.seen[0].path]).toEqual([0, 'DELETE', '/v1/keys/a%2Fb']);
    expect((await ask(['keys', 'create', 'x', '--scopes', 'root'], {})).exit).toBe(2);
  });

  it('knows times to come', () => {
    expect(expiry('90d', 0)).toBe('1970-04-01T00:00:00.000Z');
    expect(() => expiry('1999-01-01', Date.UTC(2000, 0))).toThrow('no time to come');
  });
});

describe('the key', () => {
  const keyOf = () => server!.seen[0].headers.authorization;

  it('is the option, VEDETTE_KEY, API_KEY, or the file of a server on this machine', async () => {
    writeFileSync(join(cwd, 'cli-key'), 'vdt_file\n');
    const env = { VEDETTE_KEY: 'vdt_env', API_KEY: 'vdt_api' };
    await ask(['keys', 'list', '--key', 'vdt_flag'], { body: [] }, env);
    expect(keyOf()).toBe('Bearer vdt_flag');
    await ask(['keys', 'list'], { body: [] }, env);
    expect(keyOf()).toBe('Bearer vdt_env');
    await ask(['keys', 'list'], { body: [] }, { API_KEY: 'vdt_api' });
    expect(keyOf()).toBe('Bearer vdt_api');
    await ask(['keys', 'list', '--data', '.'], { body: [] });
    expect(keyOf()).toBe('Bearer vdt_file');
    await ask(['keys', 'list'], { body: [] });
    expect(keyOf()).toBeUndefined();
  });

  it('follows no redirect', async () => {
    const { exit } = await ask(['keys', 'list', '--key', 'vdt_flag'], {
      status: 302,
      headers: { location: '/elsewhere' },
    });
    expect([exit, server!.seen.length]).toEqual([4, 1]);
  });
});

describe('config', () => {
  it('prints what is set and where, without secrets', async () => {
    const { exit, out } = await vedette(
      ['config', 'print', '--changed', '-o', 'csv', '--set', 'risk.preset=classic;node=2'],
      {
        cwd,
        env: { API_KEY: 'a-very-secret-key' },
      },
    );
    expect([exit, out]).toEqual([
      0,
      'name,value,source\r\nnode,2,flag\r\napi.keys,***,env\r\nrisk.preset,classic,flag\r\n',
    ]);
  });

  it('checks the file and ends with 2 and every problem', async () => {
    writeFileSync(join(cwd, 'vedette.yaml'), 'lisen: 1\nnode: 999\n');
    const { exit, out, err } = await vedette(['config', 'check'], { cwd });
    expect([exit, out]).toEqual([2, '']);
    expect(err).toContain('lisen is no setting. Did you mean listen?');
    expect(err).toContain('node must be a whole number from 0 to 255, not 999.');
    expect(existsSync(join(cwd, '.data'))).toBe(false);
  });
});
