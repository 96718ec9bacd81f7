import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asAdmin, eventRow, serverOf, World } from '../../test/fakes/api.ts';
import { FakeReceiver, outputsOf } from '../../test/fakes/output-service.ts';
import type { MemoryOutputs } from '../../test/fakes/outputs.ts';
import type { OutputService } from '../pipelines/outputs.ts';
import type { App } from './context.ts';
import {
  outputLetterAnswer,
  outputLettersAnswer,
  outputPurgeAnswer,
  outputReplayAnswer,
  outputReplayOneAnswer,
} from './schemas/output-dead-letter.ts';

const PATH = '/v1/outputs/hook/dead-letters';
const NOBODY = '019a0000-0000-7000-8000-000000000000';

let world: World;
let receiver: FakeReceiver;
let service: OutputService;
let store: MemoryOutputs;
let app: App;

/** Ids of the letters, newest first. */
const letters = () => store.dead.map(({ id }) => id).reverse();
const get = (url: string) => app.inject({ url, headers: asAdmin });
const send = (method: 'POST' | 'DELETE', url: string, payload?: object) =>
  app.inject({ method, url, headers: asAdmin, ...(payload && { payload }) });

beforeEach(async () => {
  world = new World();
  world.events = [1, 2, 3, 4].map((id) => eventRow(id));
  receiver = new FakeReceiver();
  receiver.refuses = (id) => id !== '3';
  ({ service, store } = await outputsOf(world, receiver));
  await service.put('hook', { type: 'webhook', config: { url: 'https://hook.example/' }, start: 'oldest' });
  await expect.poll(() => service.get('hook')?.status.counts.dead).toBe(3);
  await expect.poll(() => store.dead.length).toBe(3);
  store.dead[1] = { ...store.dead[1], code: 'HTTP_422' };
  // Counted a while after the first one otherwise.
  await service.purgeDeadLetters('hook', []);
  app = await serverOf(world);
});
afterEach(async () => {
  await app.close();
  await service.stop();
});

describe('dead letters of an output', () => {
  it('are listed newest first, by page and by code', async () => {
    const page = outputLettersAnswer.strict().parse((await get(`${PATH}?limit=2`)).json());
    expect(page).toMatchObject({ total: 3, next: letters()[1] });
    expect(page.items[0]).toEqual({
      id: letters()[0],
      output: 'hook',
      event_id: '4',
      code: 'HTTP_400',
      reason: 'Event 4 is refused.',
      attempts: 1,
      first_at: expect.stringMatching(/Z$/),
      last_at: expect.stringMatching(/Z$/),
      preview: '{"id":"4"}',
    });
    const rest = (await get(`${PATH}?limit=2&before=${page.next}`)).json();
    expect(rest).toMatchObject({ items: [{ event_id: '1' }], next: null });
    expect((await get(`${PATH}?code=HTTP_422`)).json()).toMatchObject({ items: [{ event_id: '2' }], total: 3 });
  });

  it('are shown with what was sent', async () => {
    const letter = outputLetterAnswer.strict().parse((await get(`${PATH}/${letters()[0]}`)).json());
    expect(letter).toMatchObject({ event_id: '4', original: '{"id":"4"}' });
    expect((await get(`${PATH}/${NOBODY}`)).json()).toMatchObject({ code: 'NOT_FOUND' });
    expect((await get(`${PATH}/7`)).json()).toMatchObject({ code: 'INVALID_PARAMETER' });
  });

  it('tell what became of one that is sent again', async () => {
    const [newest] = letters();
    const replay = async () =>
      outputReplayOneAnswer.strict().parse((await send('POST', `${PATH}/${newest}/replay`)).json());
    expect(await replay()).toMatchObject({ result: 'refused', dead_letter: { event_id: '4', attempts: 2 } });
    receiver.trouble = { outcome: 'retry', code: 'HTTP_503' };
    expect(await replay()).toMatchObject({ result: 'left', dead_letter: { attempts: 2 } });
    receiver.trouble = undefined;
    receiver.refuses = () => false;
    expect(await replay()).toEqual({ result: 'delivered', dead_letter: null });
    expect((await send('POST', `${PATH}/${newest}/replay`)).statusCode).toBe(404);
    world.events = [];
    const gone = await send('POST', `${PATH}/${letters()[0]}/replay`);
    expect(gone.json()).toMatchObject({ result: 'missing', dead_letter: { attempts: 1, original: '{"id":"2"}' } });
    expect(world.audited.map(({ action, detail }) => [action, detail.result])).toEqual(
      ['refused', 'left', 'delivered', 'missing'].map((result) => ['output.dead-letter.replay', result]),
    );
  });

  it.each([
    ['all', undefined, { delivered: 2, refused: 1 }, ['1']],
    ['those with a code', { code: 'HTTP_422' }, { delivered: 1, refused: 0 }, ['1', '4']],
  ])('are sent again: %s', async (_, body, result, left) => {
    receiver.refuses = (id) => id === '1';
    const answer = await send('POST', `${PATH}/replay`, body);
    expect(outputReplayAnswer.strict().parse(answer.json())).toEqual({ ...result, missing: 0, left: 0, next: null });
    expect(store.dead.map(({ eventId }) => eventId)).toEqual(left);
    expect(world.audited).toMatchObject([{ action: 'output.dead-letter.replay', target: 'hook', detail: result }]);
  });

  it('are sent again by id, and stay while the receiver takes nothing', async () => {
    receiver.trouble = { outcome: 'blocked', code: 'HTTP_403' };
    const ids = letters().slice(0, 2);
    const stuck = (await send('POST', `${PATH}/replay`, { ids })).json();
    expect(stuck).toEqual({ delivered: 0, refused: 0, missing: 0, left: 2, next: null });
    receiver.trouble = undefined;
    receiver.refuses = () => false;
    expect((await send('POST', `${PATH}/replay`, { ids })).json()).toMatchObject({ delivered: 2 });
    expect(store.dead.map(({ eventId }) => eventId)).toEqual(['1']);
    expect((await get('/v1/outputs/hook')).json().output.status.dead_letters).toBe(1);
  });

  it('go on where a long replay ended', async () => {
    const [, second, third] = letters();
    receiver.refuses = () => false;
    const answer = await send('POST', `${PATH}/replay`, { before: second });
    expect(answer.json()).toMatchObject({ delivered: 1 });
    expect(letters()).not.toContain(third);
  });

  it('are removed by id, by code, one, and all when that is said', async () => {
    const [newest] = letters();
    expect(outputPurgeAnswer.strict().parse((await send('DELETE', `${PATH}/${newest}`)).json())).toEqual({ purged: 1 });
    expect((await send('DELETE', `${PATH}/${newest}`)).statusCode).toBe(404);
    for (const query of ['', '?all=false', '?all=true&code=HTTP_422']) {
      const refused = await send('DELETE', PATH + query);
      expect(refused.json()).toMatchObject({ code: 'INVALID_PARAMETER', detail: expect.stringContaining('all=true') });
    }
    expect(store.dead).toHaveLength(2);
    expect((await send('DELETE', `${PATH}?code=HTTP_422`)).json()).toEqual({ purged: 1 });
    expect((await send('DELETE', PATH, { ids: [NOBODY] })).json()).toEqual({ purged: 0 });
    expect((await send('DELETE', PATH, { ids: letters() })).json()).toEqual({ purged: 1 });
    await store.addLetters('hook', [{ eventId: '9', original: '', code: 'X', reason: '' }]);
    expect((await send('DELETE', `${PATH}?all=true`)).json()).toEqual({ purged: 1 });
    expect(store.dead).toEqual([]);
    expect(world.audited.map(({ action, detail }) => [action, detail.purged])).toEqual(
      [1, 1, 0, 1, 1].map((purged) => ['output.dead-letter.purge', purged]),
    );
  });

  it.each([
    ['GET', '?limit=0'],
    ['GET', '?before=7'],
    ['DELETE', '?all=yes'],
  ] as const)('%s %s is refused', async (method, query) => {
    const answer = await app.inject({ method, url: PATH + query, headers: asAdmin });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'INVALID_PARAMETER']);
  });
});
