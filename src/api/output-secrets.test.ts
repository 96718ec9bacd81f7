import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asAdmin, eventRow, serverOf, World } from '../../test/fakes/api.ts';
import { FakeReceiver, outputsOf } from '../../test/fakes/output-service.ts';
import type { OutputService } from '../pipelines/outputs.ts';
import type { App } from './context.ts';

let world: World;
let service: OutputService;
let app: App;

beforeAll(async () => {
  world = new World();
  world.events = [eventRow(1), eventRow(2)];
  const receiver = new FakeReceiver();
  receiver.refuses = () => true;
  ({ service } = await outputsOf(world, receiver));
  app = await serverOf(world);
});
afterAll(async () => {
  await app.close();
  await service.stop();
});

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Every request that there is for these outputs, good ones and bad ones, with the secret wherever one may be. */
function requests(secret: string): [Method, string, object?][] {
  const closed = { allow_private: true, max_retries: 0 };
  const splunk = { hec_url: 'http://127.0.0.1:9', token: secret, ...closed };
  const elastic = { urls: ['http://127.0.0.1:9'], ...closed };
  const hook = { type: 'webhook', config: { url: 'https://hook.example/', secret }, start: 'oldest' };
  const names = ['splunk', 'elastic', 'hook'];
  return [
    ['POST', 'splunk', splunk],
    ['PUT', 'splunk', { token: secret }],
    ['PUT', 'splunk', { type: 'splunk-hec', config: { token: secret } }],
    ['POST', 'elastic', { ...elastic, api_key: secret }],
    ['POST', 'elastic', { ...elastic, username: 'feeder', password: secret }],
    ['PUT', 'elastic', { api_key: secret }],
    ['PUT', 'hook', hook],
    // Mistakes: the sentences about them must not repeat what was given.
    ['POST', 'splunk', { ...splunk, token: `${secret} ` }],
    ['POST', 'splunk', { ...splunk, token: [secret] }],
    ['POST', 'splunk', { ...splunk, hec_url: `https://user:${secret}@splunk.example` }],
    ['POST', 'elastic', { ...elastic, username: { secret }, password: secret }],
    ['POST', 'elastic', { urls: [`https://user:${secret}@elastic.example`] }],
    ['PUT', 'elastic', { config: { password: secret, api_key: secret } }],
    ['PUT', 'hook', { ...hook, config: { url: 7, secret } }],
    ['GET', ''],
    ['GET', 'types'],
    ...names.flatMap((name): [Method, string, object?][] => [
      ['GET', name],
      ['POST', `${name}/test`],
      ['POST', 'test', { target: name }],
      ['POST', `${name}/pause`],
      ['POST', `${name}/resume`],
      ['POST', `${name}/replay`, { to: 'oldest' }],
      ['GET', `${name}/dead-letters`],
      ['POST', `${name}/dead-letters/replay`],
      ['DELETE', `${name}/dead-letters?all=true`],
    ]),
    ['GET', ''],
  ];
}

it('no answer and no entry of the audit log ever holds a secret', { timeout: 60_000 }, async () => {
  const secret = fc.stringMatching(/^[\x21\x23-\x5b\x5d-\x7e]{16,40}$/);
  await fc.assert(
    fc.asyncProperty(secret, async (value) => {
      world.audited = [];
      const statuses = new Set<number>();
      for (const [method, path, payload] of requests(value)) {
        const url = `/v1/outputs${path && `/${path}`}`;
        const answer = await app.inject({ method, url, headers: asAdmin, ...(payload && { payload }) });
        statuses.add(answer.statusCode);
        expect(`${url} ${answer.body}`).not.toContain(value);
        expect(JSON.stringify(answer.headers)).not.toContain(value);
      }
      expect(statuses).toEqual(new Set([200, 400]));
      expect(JSON.stringify(world.audited)).not.toContain(value);
      expect(service.list().map(({ name }) => name)).toEqual(['elastic', 'hook', 'splunk']);
    }),
    { numRuns: 12 },
  );
});
