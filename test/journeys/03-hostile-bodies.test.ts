import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../demo/random.ts';
import { KEY, type RunningApp, startApp } from '../support/app.ts';

const BODIES = 10_000;
const AT_ONCE = 8;

let app: RunningApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(async () => {
  await app?.dispose();
});

const good = {
  ts: 1_700_000_000.25,
  'id.orig_h': '192.0.2.1',
  'id.orig_p': 1234,
  'id.resp_h': '2001:db8::1',
  'id.resp_p': 443,
  proto: 'tcp',
  uid: 'Cabc',
  orig_bytes: 10,
  resp_bytes: 20,
  conn_state: 'SF',
  _path: 'conn',
};

const poison = [
  () =>
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"ts":1,"src_ip":"192.0.2.1","dst_ip":"192.0.2.2"}',
  (r: Random) => '['.repeat(r.between(1, 50_000)),
  (r: Random) => `${'{"a":'.repeat(r.between(1, 20_000))}1`,
  () => '[1,2,3]',
  () => '[]',
  () => '',
  () => 'null',
  () => '"text"',
  (r: Random) => `[{"ts":${'9'.repeat(r.between(1, 400))},"src_ip":"192.0.2.1","dst_ip":"192.0.2.2"}]`,
  () => '[{"ts":1e999,"src_ip":"192.0.2.1","dst_ip":"192.0.2.2","bytes":-1}]',
  () => '[{"ts":true,"src_ip":{},"dst_ip":[],"src_port":"x","bytes":1.5e300}]',
  () => '[{"ts":"not a time","src_ip":"192.0.2.1","dst_ip":"192.0.2.2"}]',
  () => '[{"ts":1,"src_ip":"\\ud800","dst_ip":"\\u0000"}]',
  (r: Random) => JSON.stringify(Array.from({ length: r.between(10_001, 10_050) }, () => ({ ts: 1 }))),
  (r: Random) => JSON.stringify([{ ...good, [`k${'x'.repeat(r.between(1, 30_000))}`]: 'v' }]),
];

/** A body that started out well, or never was. */
function mutated(random: Random): { body: Uint8Array; headers: Record<string, string> } {
  const headers: Record<string, string> = {
    'content-type': random.pick(['application/json', 'application/x-ndjson', 'application/json; charset=utf-8']),
  };
  let bytes: Uint8Array =
    random.next() < 0.3
      ? new TextEncoder().encode(random.pick(poison)(random))
      : new TextEncoder().encode(JSON.stringify(Array.from({ length: random.between(1, 5) }, () => good)));
  const zip = random.next() < 0.4;
  if (zip && random.next() < 0.5) bytes = gzipSync(bytes);
  const changes = random.between(0, 4);
  for (let i = 0; i < changes && bytes.length > 0; i++) {
    const at = random.between(0, bytes.length - 1);
    const dice = random.next();
    if (dice < 0.4) bytes[at] = random.between(0, 255);
    else if (dice < 0.7) bytes = bytes.slice(0, at);
    else
      bytes = Uint8Array.from([
        ...bytes.subarray(0, at),
        ...bytes.subarray(Math.min(bytes.length, at + random.between(1, 8))),
      ]);
  }
  if (zip) headers['content-encoding'] = random.pick(['gzip', 'gzip', 'gzip', 'br', 'x-unknown']);
  return { body: bytes, headers };
}

describe('what must not hurt', () => {
  it(`answers ${BODIES.toLocaleString('en')} mutated bodies with 2xx or 4xx and stays up`, {
    timeout: 300_000,
  }, async () => {
    const random = new Random(20_261_121);
    const answers = new Map<number, number>();
    let sent = 0;
    const worker = async () => {
      while (sent < BODIES) {
        sent++;
        const { body, headers } = mutated(random);
        const path = random.pick([
          '/v1/ingest',
          '/v1/ingest/zeek',
          '/v1/ingest/netflow',
          '/v1/ingest/bulk',
          '/v1/ingest?format=nfdump',
        ]);
        const answer = await fetch(`${app.url}${path}`, {
          method: 'POST',
          headers: { 'x-api-key': KEY, ...headers },
          body,
        });
        await answer.arrayBuffer();
        answers.set(answer.status, (answers.get(answer.status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const unexpected = [...answers.keys()].filter((status) => status >= 500 || status < 200);
    expect(unexpected, JSON.stringify([...answers])).toEqual([]);
    expect(answers.get(400) ?? 0).toBeGreaterThan(1_000);
    expect((await app.get('/v1/health')).body.status).toBe('ok');
    expect(app.process.exitCode).toBeNull();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('refuses a decompression bomb while it inflates, not after', async () => {
    const bomb = gzipSync(new Uint8Array(400 << 20), { level: 9 });
    expect(bomb.length).toBeLessThan(5_000_000);
    const before = (await app.get('/v1/system')).body.memory.rss;
    const answer = await app.post('/v1/ingest', bomb, { 'content-encoding': 'gzip' });
    expect(answer.status).toBe(413);
    const after = (await app.get('/v1/system')).body.memory.rss;
    expect(after - before).toBeLessThan(200 << 20);
  });

  it('refuses a body above the limit while it streams', async () => {
    const answer = await app.post('/v1/ingest', new Uint8Array(6 << 20).fill(32)).catch(() => ({ status: 413 }));
    expect(answer.status).toBe(413);
  });
});
