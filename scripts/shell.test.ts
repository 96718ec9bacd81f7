import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type Answer, type FakeServer, fakeServer, type Seen } from '../test/support/cli.ts';

const folder = dirname(fileURLToPath(import.meta.url));
let server: FakeServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function script(name: string, answer: (seen: Seen) => Answer, env: Record<string, string> = {}) {
  server = await fakeServer(answer);
  const child = spawn('bash', [join(folder, name)], {
    env: { PATH: process.env.PATH, VEDETTE_SERVER: `${server.url}/`, VEDETTE_KEY: 'vdt_test', ...env },
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const exit = await new Promise((resolve) => child.on('close', resolve));
  return { exit, output };
}

describe('test-health.sh', () => {
  it('succeeds when all is well, and fails with the answer when not', async () => {
    let status = 'ok';
    const health = () => ({ body: { status, service: 'vedette' } });
    expect((await script('test-health.sh', health)).exit).toBe(0);
    await server!.close();
    status = 'degraded';
    expect(await script('test-health.sh', health)).toMatchObject({
      exit: 1,
      output: expect.stringContaining('degraded'),
    });
  });
});

describe('test-ingest.sh', () => {
  const asVedette = ({ path, body }: Seen): Answer => {
    if (path === '/v1/lookup') return { status: body.includes('192.0.2.10') ? 200 : 400 };
    return { status: body.includes('test-ingest') ? 202 : 400 };
  };

  it('sends a record in both forms with the key', async () => {
    expect(await script('test-ingest.sh', asVedette)).toMatchObject({ exit: 0 });
    const [plain, zipped] = server!.seen;
    expect(plain.headers.authorization).toBe('Bearer vdt_test');
    expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip', authorization: 'Bearer vdt_test' });
    expect(JSON.parse(zipped.body)).toEqual(JSON.parse(plain.body).records[0]);
  });

  it('fails when a bad request is taken, and without a key', async () => {
    const { exit, output } = await script('test-ingest.sh', () => ({ status: 202 }));
    expect([exit, output]).toEqual([1, expect.stringContaining('answered 202, not 400')]);
    await server!.close();
    expect((await script('test-ingest.sh', asVedette, { VEDETTE_KEY: '' })).output).toContain('set VEDETTE_KEY');
  });
});

describe('configure-*.sh', () => {
  it('send what they are given, whatever characters are in it', async () => {
    const token = 'a"b\\c d';
    const env = { SPLUNK_HEC_URL: 'https://splunk.example:8088', SPLUNK_HEC_TOKEN: token };
    expect(await script('configure-splunk.sh', () => ({ body: { status: 'ok' } }), env)).toMatchObject({ exit: 0 });
    expect(JSON.parse(server!.seen[0].body)).toEqual({
      hec_url: 'https://splunk.example:8088',
      token,
      index: 'telemetry',
      sourcetype: 'telemetry:event',
      verify_tls: true,
    });
    expect(JSON.parse(server!.seen[1].body)).toEqual({ target: 'splunk' });
  });

  it('take several addresses, and refuse what is missing', async () => {
    const env = {
      ELASTIC_URL: 'https://a.example:9200,https://b.example:9200',
      ELASTIC_API_KEY: 'k',
      ELASTIC_VERIFY_TLS: 'false',
    };
    const asVedette = () => ({ body: { status: 'ok' } });
    expect(await script('configure-elastic.sh', asVedette, env)).toMatchObject({ exit: 0 });
    expect(JSON.parse(server!.seen[0].body)).toEqual({
      urls: ['https://a.example:9200', 'https://b.example:9200'],
      index_prefix: 'telemetry-',
      verify_tls: false,
      api_key: 'k',
    });
    await server!.close();
    expect(await script('configure-elastic.sh', () => ({}))).toMatchObject({
      exit: 1,
      output: 'error: set ELASTIC_URL\n',
    });
    await server!.close();
    const refused = await script('configure-elastic.sh', () => ({ status: 403, body: { error: 'no' } }), env);
    expect(refused).toMatchObject({
      exit: 1,
      output: expect.stringContaining('answered 403, not 200: {"error":"no"}'),
    });
  });

  it.each([
    ['https://127.0.0.1:8088', 'auto', true],
    ['https://localhost:8088/services/collector', 'auto', true],
    ['https://[fd12:3456::7]:8088', 'auto', true],
    ['https://172.31.0.9', 'auto', true],
    ['https://172.32.0.9', 'auto', undefined],
    ['https://100.63.0.9:8088', 'auto', undefined],
    ['https://192.168.1.9:8088', 'false', undefined],
    ['https://198.51.100.7:8088', 'true', true],
  ])('allow private addresses where there is one: %s with %s', async (url, setting, allowed) => {
    const asVedette = () => ({ body: { status: 'ok' } });
    const splunk = { SPLUNK_HEC_URL: url, SPLUNK_HEC_TOKEN: 't', SPLUNK_ALLOW_PRIVATE: setting };
    const { exit, output } = await script('configure-splunk.sh', asVedette, splunk);
    expect([exit, JSON.parse(server!.seen[0].body).allow_private]).toEqual([0, allowed]);
    expect(output.includes('allow_private is set')).toBe(allowed === true && setting === 'auto');
    await server!.close();
    const elastic = { ELASTIC_URL: `https://198.51.100.7:9200,${url}`, ELASTIC_ALLOW_PRIVATE: setting };
    expect((await script('configure-elastic.sh', asVedette, elastic)).exit).toBe(0);
    expect(JSON.parse(server!.seen[0].body).allow_private).toBe(allowed);
  });

  it('fail when the receiver does not take the test event', async () => {
    const asVedette = ({ path }: Seen): Answer =>
      path.endsWith('/test') ? { body: { status: 'error', error: 'Invalid token' } } : { body: { status: 'ok' } };
    const env = { SPLUNK_HEC_URL: 'https://splunk.example:8088', SPLUNK_HEC_TOKEN: 't' };
    expect(await script('configure-splunk.sh', asVedette, env)).toMatchObject({
      exit: 1,
      output: expect.stringMatching(/Invalid token[\s\S]*did not take the test event/),
    });
  });
});
