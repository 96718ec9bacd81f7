import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../demo/receivers/fault.ts';
import type { Receiver } from '../../demo/receivers/receiver.ts';
import { startWebhook, type WebhookControls } from '../../demo/receivers/webhook.ts';
import { silentLog } from '../kit/log.ts';
import { patient, plainEncoder, rows } from './fixtures/hec.ts';
import { Webhook } from './webhook.ts';
import { type WebhookConfig, webhookSchema } from './webhook-config.ts';

const SECRET = 'a secret of some length';
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

function hook(url: string, config: Partial<WebhookConfig> = {}): Webhook {
  const parsed = webhookSchema.parse({ url, allow_private: true, max_retries: 0, ...config });
  const output = new Webhook(parsed, plainEncoder, { name: 'hook', version: '1.2.3', log: silentLog, now: Date.now });
  open.push(output);
  return output;
}

async function start(
  config: Partial<WebhookConfig> = {},
  controls: Partial<WebhookControls> = {},
): Promise<{ receiver: Receiver<WebhookControls>; output: Webhook }> {
  const receiver = await startWebhook({ controls });
  open.push(receiver);
  return { receiver, output: hook(`${receiver.url}/hook`, config) };
}

describe('Webhook', () => {
  it.each(['array', 'ndjson', 'single'] as const)('delivers %s, signed', async (body) => {
    const { receiver, output } = await start({ secret: SECRET, body }, { secrets: [SECRET] });
    const delivery = await output.send(rows(250), patient);
    expect(delivery).toMatchObject({ outcome: 'delivered', left: [], rejected: [], duplicates: 0, status: 200 });
    expect(receiver.ledger.sums).toEqual({ events: 250, distinct: 250, duplicates: 0 });
    expect(output.columns).toContain('id');
    expect(output.limits.events).toBe(body === 'single' ? 1 : 100);
  });

  it('goes on while receivers change the secret', async () => {
    const config = { secret: 'the next secret of all', previous_secret: SECRET };
    const { receiver, output } = await start(config, { secrets: [SECRET] });
    expect(await output.send(rows(1), patient)).toMatchObject({ outcome: 'delivered' });
    receiver.controls.secrets = [config.secret];
    expect(await output.send(rows(1), patient)).toMatchObject({ outcome: 'delivered' });
    receiver.controls.secrets = ['quite another one'];
    expect(await output.send(rows(2), patient)).toMatchObject({ outcome: 'blocked', left: [0, 1], code: 'HTTP_401' });
  });

  it('is unsigned without a secret, and then refused where one is wanted', async () => {
    const { output } = await start({}, { secrets: [SECRET] });
    expect(await output.send(rows(1), patient)).toMatchObject({ outcome: 'blocked', status: 401 });
  });

  it('sends the same id again, so that a batch is taken once', async () => {
    const faults: Fault[] = [{ kind: 'tear', when: 'after', times: 1 }];
    const { receiver, output } = await start({ max_retries: 2, backoff_ms: 1 }, { once: true, faults });
    const delivery = await output.send(rows(10), patient);
    expect(delivery).toMatchObject({ outcome: 'delivered', duplicates: 10, resent: 10 });
    expect(receiver.ledger.sums).toEqual({ events: 10, distinct: 10, duplicates: 0 });
  });

  it.each([400, 422])('finds the events that are refused with %i', async (code) => {
    const faults: Fault[] = [{ kind: 'item', code, ids: ['17', '18', '90'] }];
    const { receiver, output } = await start({}, { faults });
    const delivery = await output.send(rows(100), patient);
    expect(delivery).toMatchObject({ outcome: 'delivered', left: [] });
    expect(delivery.rejected.map(({ index }) => index)).toEqual([16, 17, 89]);
    expect(delivery.rejected[0]).toMatchObject({ code: `HTTP_${code}`, original: '{"id":"17","note":"x"}' });
    expect(delivery.rejected[0].reason).toMatch(/Event 17 is not accepted/);
    expect(receiver.ledger.sums).toEqual({ events: 97, distinct: 97, duplicates: 0 });
  });

  it.each<[number, string]>([
    [302, 'blocked'],
    [401, 'blocked'],
    [403, 'blocked'],
    [404, 'blocked'],
    [405, 'blocked'],
    [408, 'retry'],
    [410, 'blocked'],
    [413, 'split'],
    [425, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
  ])('answers %i with %s, nothing lost', async (status, outcome) => {
    const fault: Fault = { kind: 'status', status, times: 1, retryAfter: 7 };
    const { receiver, output } = await start({ batch_size: 4 }, { faults: [fault] });
    const delivery = await output.send(rows(10), patient);
    expect(delivery).toMatchObject({ outcome, status, code: `HTTP_${status}`, retryAfter: 7, rejected: [] });
    expect(delivery.left).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await output.send(rows(10), patient)).toMatchObject({ outcome: 'delivered' });
    expect(receiver.ledger.sums.distinct).toBe(10);
  });

  it('keeps what was taken before the failure', async () => {
    const faults: Fault[] = [{ kind: 'item', code: 503, ids: ['5'] }];
    const { output } = await start({ batch_size: 2 }, { faults });
    expect(await output.send(rows(10), patient)).toMatchObject({ outcome: 'retry', left: [4, 5, 6, 7, 8, 9] });
  });

  it('cuts requests by bytes, and lets an event alone that is larger', async () => {
    const { receiver, output } = await start({ batch_bytes: 1000 }, { maxBody: 5000 });
    expect(await output.send(rows(30, 1, 'x'.repeat(400)), patient)).toMatchObject({ outcome: 'delivered' });
    expect(await output.send(rows(1, 50, 'x'.repeat(4500)), patient)).toMatchObject({ outcome: 'delivered' });
    const large = await output.send(rows(1, 60, 'x'.repeat(6000)), patient);
    expect(large.rejected).toMatchObject([{ index: 0, code: 'HTTP_413' }]);
    expect(receiver.ledger.sums.events).toBe(31);
  });

  it('ends at once when it is given up', async () => {
    const { output } = await start({}, { faults: [{ kind: 'slow', ms: 60_000 }] });
    const controller = new AbortController();
    const sending = output.send(rows(3), controller.signal);
    controller.abort();
    expect(await sending).toMatchObject({ outcome: 'retry', left: [0, 1, 2] });
  });

  it('shows no secret that comes back', async () => {
    const headers = { Authorization: 'Bearer of-a-token', 'content-language': 'en' };
    const body = `you sent Bearer of-a-token and ${SECRET} in English to ?token=hidden-1`;
    const receiver = await startWebhook({ controls: { faults: [{ kind: 'status', status: 403, body }] } });
    open.push(receiver);
    const output = hook(`${receiver.url}/hook?token=hidden-1`, { secret: SECRET, headers });
    const { detail } = await output.send(rows(1), patient);
    expect(detail).toContain('in English');
    expect(`${detail}${output.endpoint}`).not.toMatch(/of-a-token|some length|hidden-1/);
  });

  it('asks whether somebody is there', async () => {
    const { receiver, output } = await start({ timeout_ms: 500 });
    expect(await output.probe(patient)).toMatchObject({ outcome: 'delivered', status: 405 });
    receiver.controls.faults = [{ kind: 'status', status: 503 }];
    expect(await output.probe(patient)).toMatchObject({ outcome: 'retry', code: 'HTTP_503' });
    await receiver.close();
    open.splice(open.indexOf(receiver), 1);
    expect(await output.probe(patient)).toMatchObject({ outcome: 'retry', code: 'ECONNREFUSED' });
  });

  it('speaks TLS with authorities of its own', async () => {
    const receiver = await startWebhook({ tls: true });
    open.push(receiver);
    const trusting = hook(`${receiver.url}/hook`, { ca: receiver.ca });
    expect(await trusting.send(rows(1), patient)).toMatchObject({ outcome: 'delivered' });
    expect(await hook(`${receiver.url}/hook`).send(rows(1), patient)).toMatchObject({ outcome: 'blocked' });
  });

  it('sends nothing to addresses inside unless that is allowed', async () => {
    expect(() => hook('http://127.0.0.1:1/', { allow_private: false })).toThrow(/private or loopback/);
    expect(() => hook('http://169.254.169.254/')).toThrow(/refused always/);
    expect(await hook('http://localhost:1/', { allow_private: false }).send(rows(1), patient)).toMatchObject({
      outcome: 'blocked',
      code: 'REFUSED_ADDRESS',
    });
  });
});

describe('webhookSchema', () => {
  it.each<[string, object, RegExp]>([
    ['a short secret', { secret: 'short' }, /16 characters/],
    ['an old secret alone', { previous_secret: SECRET }, /belongs to a secret/],
    ['a header of ours', { headers: { 'Vedette-Id': '1' } }, /sets itself/],
    ['a header with line ends', { headers: { x: 'a\r\nb: c' } }, /headers/],
    ['credentials in the URL', { url: 'https://a:b@hook.example/' }, /without credentials/],
    ['another scheme', { url: 'ftp://hook.example/' }, /http or https/],
    ['what it does not know', { colour: 'red' }, /colour/],
  ])('refuses %s', (_name, config, message) => {
    const read = webhookSchema.safeParse({ url: 'https://hook.example/', ...config });
    expect(JSON.stringify(read.error?.issues)).toMatch(message);
  });
});
