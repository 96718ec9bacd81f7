import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../src/kit/log.ts';
import { NO_COUNTS, type OutputDefinition, type OutputPosition } from '../../src/model/output.ts';
import { PostgresStateStore } from '../../src/stores/state/state-store.ts';
import type { OutputStore } from '../../src/stores/state/store.ts';
import { MemoryOutputs } from '../fakes/outputs.ts';
import { temporaryFolder } from '../support/state-folder.ts';

const definition = (name: string, more: Partial<OutputDefinition> = {}): OutputDefinition => ({
  name,
  type: 'splunk-hec',
  config: { url: 'https://receiver.example:8088', token: 'a secret', gzip: true, fields: { site: "o'ne" } },
  filter: 'risk >= 70',
  paused: false,
  origin: 'api',
  createdAt: '2026-11-20T10:00:00.000Z',
  updatedAt: '2026-11-20T10:00:00.000Z',
  ...more,
});
const position = (bookmark: string, more: Partial<OutputPosition> = {}): OutputPosition => ({
  bookmark,
  counts: NO_COUNTS,
  ahead: {},
  ...more,
});
const letter = (eventId: string, more = {}) => ({
  eventId,
  original: `{"id":"${eventId}"}`,
  code: 'HEC_6',
  reason: 'Invalid data format',
  ...more,
});

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: PostgresStateStore;

beforeAll(async () => {
  folder = await temporaryFolder();
  store = new PostgresStateStore({ dataDir: folder.path, log: silentLog });
  await store.start();
});
afterAll(async () => {
  await store?.stop();
  await folder?.remove();
});

describe.each<[string, () => OutputStore]>([
  ['PostgreSQL', () => store.outputs],
  ['the fake', () => new MemoryOutputs()],
])('outputs, %s', (_name, make) => {
  let outputs: OutputStore;

  beforeAll(() => {
    outputs = make();
  });

  it('keeps definitions as they are, and when they were made', async () => {
    expect(await outputs.list()).toEqual([]);
    const first = definition('splunk');
    await outputs.put(definition('z_archive', { type: 'file', filter: '', origin: 'settings' }));
    await outputs.put(first);
    const later = { createdAt: '2026-11-21T00:00:00.000Z', updatedAt: '2026-11-21T00:00:00.000Z' };
    const changed = { ...first, ...later, config: { nested: [1, null, 'ü'] }, paused: true };
    await outputs.put(changed);
    const listed = await outputs.list();
    expect(listed.map(({ name }) => name)).toEqual(['splunk', 'z_archive']);
    expect(listed[0]).toEqual({ ...changed, createdAt: first.createdAt });
    expect(await outputs.remove('z_archive')).toBe(true);
    expect(await outputs.remove("' or true --")).toBe(false);
  });

  it('keeps a position for each node, every digit of it', async () => {
    expect(await outputs.position('splunk', 0)).toBeUndefined();
    const counts = { sent: 2 ** 52, duplicates: 1, bytes: 2, retried: 3, dead: 4, lost: 5 };
    const highest = position('18446744073709551615', { counts, ahead: { '20261120': 17, '20261121': 0 } });
    expect(await outputs.save('splunk', 0, highest, [])).toBe(true);
    expect(await outputs.save('splunk', 255, position('0'), [])).toBe(true);
    expect(await outputs.position('splunk', 0)).toEqual(highest);
    expect(await outputs.position('splunk', 255)).toEqual(position('0'));
    // Back, as a replay does.
    await outputs.save('splunk', 0, position('256'), []);
    expect(await outputs.position('splunk', 0)).toEqual(position('256'));
  });

  it('writes nothing for an output that is not there', async () => {
    expect(await outputs.save('nobody', 0, position('1'), [letter('1')])).toBe(false);
    expect(await outputs.position('nobody', 0)).toBeUndefined();
    expect(await outputs.countLetters('nobody')).toBe(0);
  });

  it('has one dead letter an event, counts its attempts and keeps its last words', async () => {
    await outputs.save('splunk', 0, position('512'), [letter('256'), letter('512')]);
    const [newer, older] = await outputs.letters({ output: 'splunk', limit: 10 });
    expect([older.eventId, newer.eventId]).toEqual(['256', '512']);
    expect(older).toMatchObject({ ...letter('256'), output: 'splunk', attempts: 1, firstAt: older.lastAt });
    await new Promise((resolve) => setTimeout(resolve, 3));
    const again = letter('256', { code: 'HTTP_413', reason: 'too large', original: 'x' });
    await outputs.save('splunk', 0, position('512'), [letter('256'), again]);
    const updated = await outputs.letter('splunk', older.id);
    expect(updated).toMatchObject({ ...again, id: older.id, firstAt: older.firstAt });
    expect(updated!.attempts).toBeGreaterThan(1);
    expect(updated!.lastAt > older.lastAt).toBe(true);
    expect(await outputs.countLetters('splunk')).toBe(2);
    expect(await outputs.letters({ output: 'splunk', limit: 10, code: 'HTTP_413' })).toEqual([updated]);
    expect(await outputs.letters({ output: 'other', limit: 10 })).toEqual([]);
  });

  it('pages through letters, finds those asked for, and drops them', async () => {
    await outputs.put(definition('pages'));
    const events = Array.from({ length: 25 }, (_, i) => String((i + 1) * 256));
    for (let at = 0; at < 25; at += 5) {
      const some = events.slice(at, at + 5).map((id) => letter(id));
      await outputs.save('pages', 0, position('1'), some);
    }
    const seen: string[] = [];
    let before: string | undefined;
    for (;;) {
      const page = await outputs.letters({ output: 'pages', limit: 10, before });
      if (page.length === 0) break;
      seen.push(...page.map(({ eventId }) => eventId));
      before = page[page.length - 1].id;
    }
    expect(seen).toEqual([...events].reverse());
    const keys = await outputs.lettersOf('pages');
    expect(keys.map(({ eventId }) => eventId)).toEqual(events);
    const some = [keys[3].id, keys[1].id, "' or true --", '00000000-0000-7000-8000-000000000000'];
    expect((await outputs.lettersOf('pages', some)).map(({ eventId }) => eventId)).toEqual([events[1], events[3]]);
    expect(await outputs.lettersOf('pages', [])).toEqual([]);
    expect((await outputs.lettersOf('pages', undefined, keys[22].id)).map(({ eventId }) => eventId)).toEqual(
      events.slice(23),
    );
    expect(await outputs.letter('other', keys[0].id)).toBeUndefined();
    expect(await outputs.letter('pages', "' or true --")).toBeUndefined();
    expect(await outputs.dropLetters('other', some)).toBe(0);
    expect(await outputs.dropLetters('pages', some)).toBe(2);
    expect(await outputs.dropLetters('pages', some)).toBe(0);
    expect(await outputs.dropLetters('pages', [])).toBe(0);
    expect(await outputs.dropLetters('pages')).toBe(23);
  });

  it('removes what is too old, and what is too much, of each output', async () => {
    await outputs.put(definition('small'));
    const letters = (count: number) => Array.from({ length: count }, (_, i) => letter(String(i)));
    await outputs.dropLetters('splunk');
    await outputs.save('pages', 0, position('1'), letters(9));
    await outputs.save('small', 0, position('1'), letters(3));
    expect(await outputs.expireLetters(0, 1_000_000)).toEqual(new Map());
    expect(await outputs.expireLetters(0, 4)).toEqual(new Map([['pages', 5]]));
    expect((await outputs.lettersOf('pages')).map(({ eventId }) => eventId)).toEqual(['5', '6', '7', '8']);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const between = Date.now() * 1000;
    await outputs.save('small', 0, position('1'), [letter('2'), letter('7')]);
    const removed = await outputs.expireLetters(between, 1_000_000);
    expect([...removed].sort()).toEqual([
      ['pages', 4],
      ['small', 2],
    ]);
    expect((await outputs.lettersOf('small')).map(({ eventId }) => eventId)).toEqual(['2', '7']);
  });

  it('takes positions and letters along when an output goes', async () => {
    await outputs.save('small', 3, position('9'), [letter('4')]);
    expect(await outputs.remove('small')).toBe(true);
    await outputs.put(definition('small'));
    expect(await outputs.position('small', 3)).toBeUndefined();
    expect(await outputs.countLetters('small')).toBe(0);
  });
});

describe('outputs in PostgreSQL', () => {
  const find = async (eventId: string) =>
    (await store.outputs.letters({ output: 'texts', limit: 100 })).find((each) => each.eventId === eventId);

  it('keeps texts that PostgreSQL refuses, and cuts those that are too long between characters', async () => {
    await store.outputs.put(definition('texts'));
    const long = 'ü€😀'.repeat(20_000);
    const letters = [
      letter('1', { original: 'a\0b', code: 'x\0', reason: '\ud800 half' }),
      letter('2', { original: long, code: long, reason: long }),
      letter('3', { original: `${'x'.repeat(65_535)}ü` }),
      letter('4', { original: 'x'.repeat(65_536) }),
    ];
    await store.outputs.save('texts', 0, position('1'), letters);
    expect(await find('1')).toMatchObject({ original: 'a\\u0000b', code: 'x\\u0000', reason: '\ufffd half' });
    const cut = await find('2');
    for (const [text, bytes] of [
      [cut!.original, 65_536],
      [cut!.code, 128],
      [cut!.reason, 4096],
    ] as const) {
      expect(long.startsWith(text)).toBe(true);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bytes);
      expect(Buffer.byteLength(text)).toBeGreaterThan(bytes - 4);
    }
    expect((await find('3'))!.original).toBe('x'.repeat(65_535));
    expect((await find('4'))!.original).toHaveLength(65_536);
  });

  it('writes letters by the thousand', async () => {
    await store.outputs.put(definition('many'));
    const letters = Array.from({ length: 2000 }, (_, i) => letter(String(i), { original: 'x'.repeat(10_000) }));
    await store.outputs.save('many', 0, position('1'), letters);
    expect(await store.outputs.countLetters('many')).toBe(2000);
  });

  it('refuses what it cannot hold, and then writes nothing of it', async () => {
    const { outputs } = store;
    await outputs.put(definition('whole'));
    await outputs.save('whole', 0, position('256'), []);
    for (const [bookmark, letters] of [
      ['512', [letter('1'), letter('no id')]],
      ['x', [letter('1')]],
      ['1'.repeat(30), [letter('1')]],
    ] as const)
      await expect(outputs.save('whole', 0, position(bookmark), letters)).rejects.toMatchObject({
        code: 'INVALID_PARAMETER',
      });
    expect(await outputs.position('whole', 0)).toEqual(position('256'));
    expect(await outputs.countLetters('whole')).toBe(0);
    await expect(outputs.letters({ output: 'whole', limit: 1, before: 'x' })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER',
    });
    await expect(outputs.put(definition('nul', { filter: 'a\0' }))).rejects.toMatchObject({
      code: 'INVALID_PARAMETER',
    });
  });

  it('those who write letters of the same events at once wait for each other', async () => {
    await store.outputs.put(definition('both'));
    const events = Array.from({ length: 300 }, (_, i) => String(i));
    const orders = [events, [...events].reverse()];
    for (let round = 0; round < 5; round++)
      await Promise.all(
        orders.map((order, node) =>
          store.outputs.save(
            'both',
            node,
            position('1'),
            order.map((id) => letter(id)),
          ),
        ),
      );
    const [last] = await store.outputs.letters({ output: 'both', limit: 1 });
    expect([await store.outputs.countLetters('both'), last.attempts]).toEqual([300, 10]);
  });

  it('has position and letters or neither when PostgreSQL is killed, and counts no attempt twice', async () => {
    const { outputs } = store;
    await outputs.put(definition('killed'));
    for (let i = 1; i <= 60; i++) {
      if (i % 20 === 0) {
        const pid = store.health().figures?.pid;
        setTimeout(() => process.kill(Number(pid), 'SIGKILL'), i / 20);
      }
      await outputs.save('killed', 0, position(String(i)), [letter(String(i)), letter('1000')]);
      if (i % 20 === 0)
        await vi.waitFor(() => expect(store.health().figures).toMatchObject({ restarts: i / 20 }), { timeout: 10_000 });
      const [bookmark, count] = [(await outputs.position('killed', 0))?.bookmark, await outputs.countLetters('killed')];
      expect([bookmark, count]).toEqual([String(i), i + 1]);
    }
    const common = (await outputs.letters({ output: 'killed', limit: 100 })).find(({ eventId }) => eventId === '1000');
    expect(common!.attempts).toBe(60);
  });
});
