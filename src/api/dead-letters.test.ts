import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asAdmin, deadLetter, queueFull, serverOf, World } from '../../test/fakes/api.ts';
import type { App } from './context.ts';
import { deadLettersAnswer } from './schemas/dead-letter.ts';

let world: World;
let app: App;

beforeEach(async () => {
  world = new World();
  app = await serverOf(world);
});
afterEach(() => app.close());

const get = (url: string) => app.inject({ url, headers: asAdmin });
const send = (method: 'POST' | 'DELETE', url: string, payload?: object) =>
  app.inject({ method, url, headers: asAdmin, ...(payload && { payload }) });

describe('dead letters', () => {
  beforeEach(() => {
    world.letters = [deadLetter(3), deadLetter(2, { reason: 'OTHER' }), deadLetter(1)];
  });

  it('lists and shows them', async () => {
    const page = deadLettersAnswer.strict().parse((await get('/v1/dead-letters?limit=2')).json());
    expect(page).toMatchObject({ next: '2', total: 3, items: [{ id: '3', bytes_preview: '{"broken": 3' }, {}] });
    expect((await get('/v1/dead-letters?before=2')).json().items.map((item: { id: string }) => item.id)).toEqual(['1']);
    expect((await get('/v1/dead-letters/1')).json()).toMatchObject({
      text: '{"broken": 1',
      bytes: Buffer.from('{"broken": 1').toString('base64'),
    });
    world.letters = [deadLetter(4, { bytes: new Uint8Array([0, 0xff]), size: 2 })];
    const binary = (await get('/v1/dead-letters/4')).json();
    expect(binary).not.toHaveProperty('text');
    expect((await get('/v1/dead-letters')).json().items[0].bytes_preview).toBe('00ff');
    expect((await get('/v1/dead-letters/9')).statusCode).toBe(404);
  });

  it('replays one, and all of a reason', async () => {
    expect((await send('POST', '/v1/dead-letters/3/replay')).json()).toEqual({ replayed: 1, failed: 0 });
    expect(world.letters.map(({ id }) => id)).toEqual(['2', '1']);
    world.replay = async () => ({ accepted: 0, rejected: 1, errors: [] });
    expect((await send('POST', '/v1/dead-letters/replay', { reason: 'OTHER' })).json()).toEqual({
      replayed: 0,
      failed: 1,
    });
    expect(world.letters.map(({ id }) => id)).toEqual(['1']);
    expect(world.audited.map(({ action }) => action)).toEqual(['dead-letter.replay', 'dead-letter.replay']);
  });

  it('keeps what could not be replayed', async () => {
    world.letters.unshift(deadLetter(4, { size: 99_999 }));
    expect((await send('POST', '/v1/dead-letters/4/replay')).statusCode).toBe(409);
    world.replay = async () => {
      throw queueFull;
    };
    const refused = await send('POST', '/v1/dead-letters/3/replay');
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '3']);
    expect(world.letters).toHaveLength(4);
  });

  it('replays page by page until the queue is full, and removes what went through', async () => {
    world.letters = Array.from({ length: 250 }, (_, i) => deadLetter(250 - i, i === 5 ? { size: 99_999 } : {}));
    let taken = 0;
    world.replay = async () => {
      if (++taken > 220) throw queueFull;
      return { accepted: 1, rejected: 0, errors: [] };
    };
    expect((await send('POST', '/v1/dead-letters/replay', {})).json()).toEqual({ replayed: 220, failed: 1 });
    expect(world.letters.map(({ id }) => Number(id))).toEqual([245, ...Array.from({ length: 29 }, (_, i) => 29 - i)]);
    expect((await send('POST', '/v1/dead-letters/replay', { ids: ['245'] })).json()).toEqual({
      replayed: 0,
      failed: 1,
    });
    expect((await send('POST', '/v1/dead-letters/replay', { ids: ['29'] })).statusCode).toBe(429);
  });

  it('replays everything when the request has no body', async () => {
    expect((await send('POST', '/v1/dead-letters/replay')).json()).toEqual({ replayed: 3, failed: 0 });
    expect(world.letters).toEqual([]);
  });

  it('removes one, and all', async () => {
    expect((await send('DELETE', '/v1/dead-letters/2')).json()).toEqual({ purged: 1 });
    expect((await send('DELETE', '/v1/dead-letters/2')).statusCode).toBe(404);
    expect((await send('DELETE', '/v1/dead-letters')).json()).toEqual({ purged: 2 });
  });
});
