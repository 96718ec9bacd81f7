import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Receiver } from '../../demo/receivers/receiver.ts';
import { type SplunkControls, startSplunk } from '../../demo/receivers/splunk.ts';
import { hec, patient, QUICK, rows } from './fixtures/hec.ts';
import type { HecConfig } from './hec-config.ts';
import type { SplunkHec } from './splunk-hec.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

async function start(
  controls: Partial<SplunkControls> = {},
  config: Partial<HecConfig> = {},
  timing = QUICK,
): Promise<{ splunk: Receiver<SplunkControls>; output: SplunkHec }> {
  const splunk = await startSplunk({ controls: { useAck: true, ...controls } });
  const output = hec(splunk.url, config, timing);
  open.push(splunk, output);
  return { splunk, output };
}

describe('indexer acknowledgement', () => {
  it.each([true, 'auto'] as const)('is waited for with ack %j', async (ack) => {
    const { splunk, output } = await start({ ackDelayMs: 50 }, { ack });
    const deliveries = await Promise.all([1, 11, 21, 31].map((from) => output.send(rows(10, from), patient)));
    for (const delivery of deliveries) expect(delivery).toMatchObject({ outcome: 'delivered', left: [], code: '' });
    expect(splunk.ledger.sums).toEqual({ events: 40, distinct: 40, duplicates: 0 });
  });

  it('is not delivery before it came', async () => {
    const { splunk, output } = await start({ ackDelayMs: 60_000 });
    const stop = new AbortController();
    const delivery = output.send(rows(3), stop.signal);
    while (splunk.ledger.sums.events < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    expect(await delivery).toMatchObject({ outcome: 'retry', code: 'ABORTED', left: [0, 1, 2] });
  });

  it('leaves what is not acknowledged in time, and only that', async () => {
    const { splunk, output } = await start({ loseAcks: 0.5 }, { ack: true, batch_size: 2 });
    expect(output.limits.events).toBe(20);
    const delivery = await output.send(rows(20), patient);
    expect(delivery).toMatchObject({ outcome: 'retry', code: 'ACK_TIMEOUT', rejected: [] });
    expect(delivery.left.length).toBeGreaterThan(0);
    expect(delivery.left.length).toBeLessThan(20);
    // Whole requests, each with its number.
    for (const place of delivery.left) expect(delivery.left).toContain(place ^ 1);
    expect(splunk.ledger.sums.distinct).toBe(20);
  });

  it.each([
    ['a page', { kind: 'status', status: 200, body: '<html>' }],
    ['another object', { kind: 'status', status: 200, body: '{"acks":true}' }],
    ['words for truth', { kind: 'status', status: 200, body: '{"acks":{"0":"true","1":1}}' }],
    ['a refusal', { kind: 'status', status: 400, body: 'no' }],
    ['half an answer', { kind: 'truncate' }],
    ['no answer', { kind: 'tear', when: 'before' }],
  ] as const)('counts nothing as delivered when the answer is %s', async (_name, fault) => {
    const { output } = await start({ faults: [{ ...fault, route: '/ack' }] });
    const delivery = await output.send(rows(3), patient);
    expect(delivery).toMatchObject({ outcome: 'retry', left: [0, 1, 2] });
    expect(delivery.code).toMatch(/^ACK_(UNKNOWN|TIMEOUT)$/);
  });

  it('sends a request with a refused event once more without it, since nobody acknowledges the first', async () => {
    const { splunk, output } = await start({ faults: [{ kind: 'item', code: 6, ids: ['4', '8'] }] });
    const delivery = await output.send(rows(10), patient);
    expect(delivery).toMatchObject({ outcome: 'delivered', left: [] });
    expect(delivery.rejected.map(({ index }) => index)).toEqual([3, 7]);
    expect(splunk.ledger.sums).toEqual({ events: 14, distinct: 8, duplicates: 6 });
    expect(delivery.resent).toBe(6);
  });

  it('does not do so where the token has none', async () => {
    const { splunk, output } = await start({ useAck: false, faults: [{ kind: 'item', code: 6, ids: ['4'] }] });
    const delivery = await output.send(rows(10), patient);
    expect(delivery.rejected).toHaveLength(1);
    expect(splunk.ledger.sums).toEqual({ events: 9, distinct: 9, duplicates: 0 });
  });

  it('begins anew with the collector: what it had not acknowledged comes again', async () => {
    const config = { max_retries: 5, backoff_ms: 1 };
    const { splunk, output } = await start({ ackDelayMs: 60_000 }, config, { ...QUICK, limitMs: 20_000 });
    const before = output.send(rows(3), patient);
    while (splunk.ledger.sums.events < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    await splunk.restart(0);
    // A question that is under way may still name the old number: it must not use up the acknowledgement of the new one.
    splunk.controls.ackDelayMs = 300;
    expect((await output.send(rows(3, 4), patient)).outcome).toBe('delivered');
    expect(await before).toMatchObject({ outcome: 'retry', code: 'ACK_RESTARTED', left: [0, 1, 2] });
    expect((await output.send(rows(3), patient)).outcome).toBe('delivered');
  });

  it('stays on one node behind a balancer that sticks by cookie', async () => {
    const { splunk, output } = await start({ nodes: 3, ackDelayMs: 20 });
    const deliveries = await Promise.all([1, 11, 21, 31, 41].map((from) => output.send(rows(10, from), patient)));
    expect(deliveries.map(({ outcome }) => outcome)).toEqual(Array(5).fill('delivered'));
    expect(splunk.ledger.sums).toEqual({ events: 50, distinct: 50, duplicates: 0 });
  });

  it('is not asked for when it is not wanted', async () => {
    const { splunk, output } = await start({ useAck: false }, { ack: false });
    splunk.controls.faults = [{ kind: 'status', status: 500, route: '/ack' }];
    expect((await output.send(rows(3), patient)).outcome).toBe('delivered');
  });

  it('blocks before anything is sent when it is insisted on and not there', async () => {
    const { splunk, output } = await start({ useAck: false }, { ack: true });
    expect(await output.send(rows(3), patient)).toMatchObject({ outcome: 'blocked', code: 'HEC_14', left: [0, 1, 2] });
    expect(splunk.ledger.sums.events).toBe(0);
    splunk.controls.useAck = true;
    expect((await output.send(rows(3), patient)).outcome).toBe('delivered');
    // Switched off in between: what was taken is told, and then nothing more is sent.
    splunk.controls.useAck = false;
    expect(await output.send(rows(3, 4), patient)).toMatchObject({ outcome: 'delivered', code: 'ACK_MISSING' });
    expect(await output.send(rows(3, 7), patient)).toMatchObject({ outcome: 'blocked', code: 'HEC_14' });
    expect(splunk.ledger.sums.events).toBe(6);
  });

  it('has a channel of its own that stays, or the one that is given', async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(String(request.headers['x-splunk-request-channel']));
      request.resume().on('end', () => response.end('{"text":"Success","code":0}'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push({ close: async () => void server.close() });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const given = '01234567-89AB-CDEF-0123-456789abcdef';
    for (const config of [{}, {}, { channel: given }, { ack: false }]) {
      const output = hec(url, config);
      open.push(output);
      expect((await output.send(rows(1), patient)).outcome).toBe('delivered');
    }
    expect(seen[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(seen.slice(1)).toEqual([seen[0], given, 'undefined']);
  });
});
