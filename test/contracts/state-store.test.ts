import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../src/kit/log.ts';
import { Metrics } from '../../src/kit/metrics.ts';
import type { ExporterMemory } from '../../src/model/exporter.ts';
import { EmbeddedPostgres } from '../../src/stores/state/embedded.ts';
import { migrate } from '../../src/stores/state/migrate.ts';
import { Database } from '../../src/stores/state/postgres.ts';
import { PostgresStateStore } from '../../src/stores/state/state-store.ts';
import type { StateStore } from '../../src/stores/state/store.ts';
import { temporaryFolder } from '../support/state-folder.ts';

interface Form {
  /** What a store of this form is constructed with. */
  readonly where: { dataDir: string; databaseUrl?: string };
  close(): Promise<void>;
}

async function embedded(): Promise<Form> {
  const folder = await temporaryFolder();
  return { where: { dataDir: folder.path }, close: folder.remove };
}

/** A PostgreSQL that the store knows by URL alone, over TCP. */
async function byUrl(): Promise<Form> {
  const folder = await temporaryFolder();
  const server = new EmbeddedPostgres({ dataDir: folder.path, log: silentLog, listen: 'loopback' });
  await server.start();
  const { target } = server;
  if ('url' in target) throw new Error('an embedded PostgreSQL has no URL');
  const databaseUrl = `postgres://${target.user}:${target.password}@${target.host}:${target.port}/${target.database}`;
  return {
    where: { dataDir: folder.path, databaseUrl },
    close: async () => {
      await server.stop();
      await folder.remove();
    },
  };
}

/** A database for tests alone: our schema in it is dropped. */
async function foreign(databaseUrl: string): Promise<Form> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  await sql`drop schema if exists vedette cascade`;
  await sql.end();
  return { where: { dataDir: '', databaseUrl }, close: async () => undefined };
}

const forms: [string, () => Promise<Form>][] = [
  ['embedded', embedded],
  ['server', byUrl],
];
const given = process.env.VEDETTE_TEST_DATABASE_URL;
if (given) forms.push(['given server', () => foreign(given)]);

describe.each(forms)('state store, %s', (_name, open) => {
  let form: Form;
  let store: StateStore;
  const metrics = new Metrics();

  beforeAll(async () => {
    form = await open();
    store = new PostgresStateStore({ ...form.where, log: silentLog, metrics, keyCacheMs: 60_000 });
    await store.start();
  });

  afterAll(async () => {
    await store?.stop();
    await form?.close();
  });

  async function queries(): Promise<number> {
    const text = await metrics.registry.getSingleMetricAsString('vedette_state_query_seconds');
    const count = /^vedette_state_query_seconds_count\{outcome="ok"\} (\d+)$/m.exec(text);
    return Number(count![1]);
  }

  it('is healthy and says which engine it has', () => {
    expect(store.health()).toMatchObject({
      state: 'ok',
      figures: { engine: form.where.databaseUrl ? 'server' : 'embedded' },
    });
    expect(JSON.stringify(store.health())).not.toContain('postgres://');
  });

  it('makes keys of which only the hash is kept', async () => {
    const expiresAt = '2001-02-03T04:05:06.000Z';
    const { key, secret } = await store.keys.create({
      name: 'ü',
      scopes: ['read', 'ingest'],
      tier: 'premium',
      expiresAt,
    });
    expect(secret).toMatch(/^vdt_[0-9A-Za-z]{40}$/);
    expect(secret.startsWith(key.prefix)).toBe(true);
    expect(key).toMatchObject({
      name: 'ü',
      scopes: ['read', 'ingest'],
      tier: 'premium',
      disabled: false,
      lastUsedAt: null,
    });
    expect(await store.keys.find(secret)).toEqual({ ...key, expiresAt });
    expect(await store.keys.list()).toContainEqual(key);
    expect(JSON.stringify(await store.keys.list())).not.toContain(secret);
  });

  it('knows no key that was never made, and none by a hostile text', async () => {
    const { secret } = await store.keys.create({ name: 'x', scopes: ['read'] });
    const other = `${secret.slice(0, -1)}${secret.endsWith('a') ? 'b' : 'a'}`;
    for (const text of [
      other,
      other,
      '',
      'vdt_',
      `${secret} `,
      `${secret}'; drop table vedette.keys; --`,
      '\0',
      secret.toUpperCase(),
    ])
      expect(await store.keys.find(text), JSON.stringify(text)).toBeUndefined();
  });

  it('asks the database once for many requests with one key, known or not', async () => {
    const { secret } = await store.keys.create({ name: 'busy', scopes: ['ingest'] });
    const unknown = `vdt_${'q'.repeat(40)}`;
    const before = await queries();
    for (let i = 0; i < 50; i++) {
      await Promise.all([store.keys.find(secret), store.keys.find(secret), store.keys.find(unknown)]);
    }
    // Two, and perhaps the look that the store takes after itself now and then.
    expect((await queries()) - before).toBeLessThan(6);
  });

  it('disables, enables and revokes at once', async () => {
    const { key, secret } = await store.keys.create({ name: 'y', scopes: ['read'] });
    await store.keys.find(secret);
    expect(await store.keys.setDisabled(key.id, true)).toBe(true);
    expect(await store.keys.find(secret)).toMatchObject({ disabled: true });
    expect(await store.keys.setDisabled(key.id, false)).toBe(true);
    expect(await store.keys.find(secret)).toMatchObject({ disabled: false });
    expect(await store.keys.revoke(key.id)).toBe(true);
    expect(await store.keys.find(secret)).toBeUndefined();
    expect(await store.keys.revoke(key.id)).toBe(false);
    expect(await store.keys.setDisabled('no such id', true)).toBe(false);
  });

  it('learns of what another process does to a key', async () => {
    const other = new PostgresStateStore({ ...form.where, log: silentLog, keyCacheMs: 20 });
    await other.start();
    try {
      const { key, secret } = await store.keys.create({ name: 'z', scopes: ['read'] });
      expect(await other.keys.find(secret)).toMatchObject({ id: key.id });
      await store.keys.revoke(key.id);
      await vi.waitFor(async () => expect(await other.keys.find(secret)).toBeUndefined(), 5_000);
    } finally {
      await other.stop();
    }
    expect(await store.settings.get('still there')).toBeUndefined();
  });

  it('remembers when a key was last used, without a query each time', async () => {
    const { key, secret } = await store.keys.create({ name: 'used', scopes: ['read'] });
    const before = await queries();
    for (let i = 0; i < 100; i++) store.keys.touch(key.id);
    expect((await queries()) - before).toBeLessThan(3);
    const seen = (await store.keys.find(secret))?.lastUsedAt;
    expect(Date.parse(seen!)).toBeGreaterThanOrEqual(Date.parse(key.createdAt));
    await store.stop();
    await store.start();
    expect((await store.keys.find(secret))?.lastUsedAt).toBe(seen);
  });

  it('refuses a time of expiry that is none', async () => {
    await expect(store.keys.create({ name: 'w', scopes: [], expiresAt: 'soon' })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER',
    });
  });

  it.each([
    ['object', { a: [1, 2.5, null, { b: '世界 \\ "' }], c: true }],
    ['text that looks like JSON', '{"a":1}'],
    ['null', null],
    ['false', false],
    ['number', -0.125],
    ['list', ['x']],
  ])('keeps a setting: %s', async (name, value) => {
    await store.settings.set(name, 'before');
    await store.settings.set(name, value);
    expect(await store.settings.get(name)).toEqual(value);
  });

  it('has no setting that was never set, and none that is no JSON', async () => {
    expect(await store.settings.get('never')).toBeUndefined();
    await expect(store.settings.set('f', () => 1)).rejects.toMatchObject({ code: 'INVALID_PARAMETER' });
    await expect(store.settings.set('nul', 'a\0b')).rejects.toMatchObject({ code: 'INVALID_PARAMETER' });
    expect(store.health().state).toBe('ok');
  });

  it('lists the audit log page by page, newest first', async () => {
    const targets = Array.from({ length: 25 }, (_, i) => `t${i}`);
    for (const target of targets)
      await store.audit.record({ actor: 'cli', action: 'test', target, detail: { target } });
    const seen: string[] = [];
    for (let before: string | undefined; seen.length < targets.length; ) {
      const page = await store.audit.list({ limit: 10, before });
      if (page.length === 0) break;
      for (const entry of page) {
        expect(entry.detail).toEqual({ target: entry.target });
        expect(new Date(entry.at).toISOString()).toBe(entry.at);
        seen.push(entry.target);
      }
      before = page[page.length - 1].id;
    }
    expect(seen.slice(0, 25)).toEqual(targets.reverse());
    await expect(store.audit.list({ limit: 1, before: "1' or true" })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER',
    });
  });

  it('inserts and updates indicators by their canonical value', async () => {
    const first = await store.indicators.upsert({ value: '192.0.2.77/24', category: 'scan', confidence: 40 });
    expect(first).toMatchObject({ value: '192.0.2.0/24', category: 'scan', confidence: 40 });
    const second = await store.indicators.upsert({ value: '192.0.2.0/24', category: 'c2', confidence: 90.5 });
    expect(second).toMatchObject({ id: first.id, createdAt: first.createdAt, category: 'c2', confidence: 90.5 });
    const domain = await store.indicators.upsert({ value: 'Bad.Example.', category: 'c2', confidence: 0 });
    expect((await store.indicators.list()).map(({ value }) => value)).toEqual(['192.0.2.0/24', 'bad.example']);
    expect(await store.indicators.remove(domain.id)).toBe(true);
    expect(await store.indicators.remove(domain.id)).toBe(false);
    expect(await store.indicators.remove("' or true --")).toBe(false);
    expect(await store.indicators.list()).toEqual([second]);
  });

  it('refuses indicators that are none', async () => {
    await expect(store.indicators.upsert({ value: '192.0.2.300', category: 'x', confidence: 1 })).rejects.toMatchObject(
      {
        code: 'INVALID_ADDRESS',
      },
    );
    for (const confidence of [-1, 101, Number.NaN])
      await expect(store.indicators.upsert({ value: '192.0.2.1', category: 'x', confidence })).rejects.toMatchObject({
        code: 'INVALID_PARAMETER',
      });
  });

  describe('exporters', () => {
    const SEEN = Date.UTC(2026, 10, 20, 12) * 1000 + 123_456;
    const memory = (address: string, more: Partial<ExporterMemory> = {}): ExporterMemory => ({
      address,
      version: 1,
      protocols: { netflow9: { domains: [{ id: 0, templates: [[256, 8, 4]] }] } },
      interfaces: [{ index: 1, name: 'ge-0/0/1', description: 'to \u0000 the \ud800 core' }],
      ...more,
    });
    const traits = { name: 'edge', first_seen: SEEN, last_seen: SEEN + 60e6, protocols: ['netflow9' as const] };

    it('remembers them with what decodes their data, texts that no database likes included', async () => {
      await store.exporters.remember(memory('192.0.2.1'), traits);
      expect(await store.exporters.list()).toEqual([
        {
          address: '192.0.2.1',
          name: 'edge',
          firstSeen: SEEN,
          lastSeen: SEEN + 60e6,
          protocols: ['netflow9'],
          memory: memory('192.0.2.1'),
        },
      ]);
    });

    it('updates by address and keeps the earliest and the latest time', async () => {
      const later = { name: 'edge-1', first_seen: SEEN + 1e6, last_seen: SEEN - 1, protocols: [] };
      await store.exporters.remember(memory('192.0.2.1', { protocols: {} }), later);
      const [only, ...others] = await store.exporters.list();
      expect(others).toEqual([]);
      expect(only).toMatchObject({ name: 'edge-1', firstSeen: SEEN, lastSeen: SEEN + 60e6, protocols: [] });
      expect(only.memory.protocols).toEqual({});
    });

    it('lists the one seen last first, and forgets', async () => {
      const protocols = ['ipfix' as const, 'sflow' as const];
      const newer = { ...traits, last_seen: SEEN + 90e6, protocols };
      await store.exporters.remember(memory('2001:db8::1'), newer);
      const listed = await store.exporters.list();
      expect(listed.map(({ address }) => address)).toEqual(['2001:db8::1', '192.0.2.1']);
      expect(listed[0].protocols).toEqual(protocols);
      expect(await store.exporters.forget('2001:db8::1')).toBe(true);
      expect(await store.exporters.forget('2001:db8::1')).toBe(false);
      expect(await store.exporters.forget("' or true --")).toBe(false);
      expect(await store.exporters.forget('192.0.2.1')).toBe(true);
      expect(await store.exporters.list()).toEqual([]);
    });

    it('refuses a memory without end, and a name it cannot hold', async () => {
      const huge = memory('192.0.2.2', { protocols: { ipfix: 'x'.repeat(9_000_000) } });
      await expect(store.exporters.remember(huge, traits)).rejects.toMatchObject({ code: 'INVALID_PARAMETER' });
      await expect(store.exporters.remember(memory('192.0.2.2'), { ...traits, name: 'a\0b' })).rejects.toMatchObject({
        code: 'INVALID_PARAMETER',
      });
      expect(await store.exporters.list()).toEqual([]);
    });
  });

  it('answers one hundred callers at once', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, i) => store.settings.set(`many-${i % 10}`, i)));
    const values = await Promise.all(Array.from({ length: 10 }, (_, i) => store.settings.get<number>(`many-${i}`)));
    for (const [i, value] of values.entries()) expect(value! % 10).toBe(i);
  });

  it('may be stopped twice and started again', async () => {
    await store.settings.set('kept', 'yes');
    await store.stop();
    await store.stop();
    expect(store.health().state).toBe('stopped');
    await expect(store.settings.get('kept')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await store.start();
    expect(await store.settings.get('kept')).toBe('yes');
  });
});

describe('state schema', () => {
  let form: Form;
  let databases: Database[];

  beforeAll(async () => {
    form = await byUrl();
    databases = Array.from({ length: 4 }, () => {
      const database = new Database({ log: silentLog });
      database.open({ url: form.where.databaseUrl! });
      return database;
    });
  });

  afterAll(async () => {
    await Promise.all((databases ?? []).map((database) => database.close()));
    await form?.close();
  });

  it('is made once by four processes that start together', async () => {
    const applied = await Promise.all(databases.map((database) => migrate(database, 10_000)));
    expect(applied.filter((count) => count > 0)).toHaveLength(1);
    expect(await migrate(databases[0], 10_000)).toBe(0);
  });

  it('is not touched when an applied migration differs or is not known', async () => {
    const [database] = databases;
    await database.run((sql) => sql`update vedette.migrations set checksum = 'x' || checksum`);
    await expect(migrate(database, 1_000)).rejects.toThrow('differs');
    await database.run((sql) => sql`update vedette.migrations set checksum = substr(checksum, 2)`);
    await database.run((sql) => sql`insert into vedette.migrations values (900, '900-later.sql', '')`);
    await expect(migrate(database, 1_000)).rejects.toThrow('newer version');
    await database.run((sql) => sql`delete from vedette.migrations where id = 900`);
    expect(await migrate(database, 1_000)).toBe(0);
  });
});
