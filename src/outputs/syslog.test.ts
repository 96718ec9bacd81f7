import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { Receiver, ReceiverOptions } from '../../demo/receivers/receiver.ts';
import { selfSigned } from '../../demo/receivers/self-signed.ts';
import { type SyslogControls, startSyslog } from '../../demo/receivers/syslog.ts';
import { patient, plainEncoder, rows } from './fixtures/hec.ts';
import { Syslog } from './syslog.ts';
import { type SyslogConfig, syslogSchema } from './syslog-config.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

function sender(port: number, config: Partial<SyslogConfig> = {}): Syslog {
  const given = { host: '127.0.0.1', port, allow_private: true, settle_ms: 100, ...config };
  const output = new Syslog(syslogSchema.parse(given), plainEncoder);
  open.push(output);
  return output;
}

async function start(
  config: Partial<SyslogConfig> = {},
  options: ReceiverOptions<SyslogControls> = {},
): Promise<{ receiver: Receiver<SyslogControls>; output: Syslog }> {
  const receiver = await startSyslog(options);
  open.push(receiver);
  return { receiver, output: sender(receiver.port, config) };
}

describe('Syslog over TCP', () => {
  it.each(['octet-counting', 'newline'] as const)('delivers messages with %s', async (framing) => {
    const { receiver, output } = await start({ framing });
    const delivery = await output.send(rows(1000), patient);
    expect(delivery).toMatchObject({ outcome: 'delivered', left: [], status: null });
    expect(receiver.ledger.sums).toEqual({ events: 1000, distinct: 1000, duplicates: 0 });
    expect(receiver.controls.last.at(-1)).toMatch(/ \[vedette@32473 id="1000" .*\] \{"id":"1000","note":"x"\}$/);
    expect(output.endpoint).toBe(`syslog+tcp://127.0.0.1:${receiver.port}`);
  });

  it('keeps messages of several calls apart on one connection', async () => {
    const { receiver, output } = await start();
    const calls = Array.from({ length: 8 }, (_, i) => output.send(rows(500, 1 + 500 * i, 'ä'.repeat(1500)), patient));
    for (const delivery of await Promise.all(calls)) expect(delivery.outcome).toBe('delivered');
    await expect.poll(() => receiver.ledger.sums).toEqual({ events: 4000, distinct: 4000, duplicates: 0 });
  });

  it('does not believe in a connection that breaks soon after', async () => {
    const faults = [{ kind: 'tear', when: 'before', share: 0.02, times: 1 } as const];
    const { receiver, output } = await start({ settle_ms: 2000 }, { controls: { faults } });
    const delivery = await output.send(rows(500), patient);
    expect(delivery).toMatchObject({ outcome: 'retry', rejected: [] });
    expect(delivery.left).toHaveLength(500);
    expect(receiver.ledger.sums.distinct).toBeLessThan(500);
    expect(await output.send(rows(500), patient)).toMatchObject({ outcome: 'delivered' });
    expect(receiver.ledger.sums.distinct).toBe(500);
  });

  it('tells all calls on a connection that it broke', async () => {
    const { receiver, output } = await start({ settle_ms: 60_000 });
    const calls = [1, 11, 21].map((from) => output.send(rows(10, from), patient));
    await expect.poll(() => receiver.ledger.sums.distinct).toBe(30);
    await receiver.restart(0);
    for (const delivery of await Promise.all(calls)) expect(delivery).toMatchObject({ outcome: 'retry' });
  });

  it('connects again after a restart between two batches', async () => {
    const { receiver, output } = await start();
    expect(await output.send(rows(1), patient)).toMatchObject({ outcome: 'delivered' });
    await receiver.restart(0);
    await expect.poll(async () => (await output.send(rows(1, 2), patient)).outcome).toBe('delivered');
    expect(receiver.ledger.times('2')).toBeGreaterThan(0);
  });

  it('gives up when the server reads nothing', async () => {
    const { receiver, output } = await start({ timeout_ms: 500 }, { controls: { deaf: true } });
    const many = rows(2000, 1, 'x'.repeat(10_000));
    expect(await output.send(many, patient)).toMatchObject({ outcome: 'retry', code: 'ETIMEDOUT' });
    receiver.controls.deaf = false;
    expect(await output.send(rows(5), patient)).toMatchObject({ outcome: 'delivered' });
  });

  it('ends at once when it is given up', async () => {
    const { receiver, output } = await start({ settle_ms: 60_000 });
    const controller = new AbortController();
    const sending = output.send(rows(3), controller.signal);
    await expect.poll(() => receiver.ledger.sums.distinct).toBe(3);
    controller.abort();
    expect(await sending).toMatchObject({ outcome: 'retry', code: 'ABORTED', left: [0, 1, 2] });
    expect(await output.send(rows(1), controller.signal)).toMatchObject({ outcome: 'retry', code: 'ABORTED' });
  });

  it('asks whether somebody is there', async () => {
    const { receiver, output } = await start();
    expect(await output.probe()).toMatchObject({ outcome: 'delivered' });
    open.splice(open.indexOf(receiver), 1);
    await receiver.close();
    await expect.poll(() => output.probe()).toMatchObject({ outcome: 'retry', code: 'ECONNREFUSED' });
    expect(await output.send(rows(2), patient)).toMatchObject({ outcome: 'retry', left: [0, 1] });
  });

  it('is told over its own port what to do', async () => {
    const { receiver } = await start();
    const url = `http://127.0.0.1:${receiver.port}/control`;
    const answer = await fetch(url, { method: 'PATCH', body: '{"deaf":true}' });
    expect(await answer.json()).toMatchObject({ events: 0, controls: { deaf: true } });
    expect(receiver.controls.deaf).toBe(true);
    expect((await fetch(url, { method: 'PATCH', body: '{"def":true}' })).status).toBe(400);
  });
});

describe('Syslog over TLS', () => {
  it('trusts whom it is told to trust', async () => {
    const { receiver, output } = await start({ transport: 'tls' }, { tls: true });
    expect(await output.send(rows(1), patient)).toMatchObject({ outcome: 'blocked', left: [0] });
    const trusting = sender(receiver.port, { transport: 'tls', ca: receiver.ca });
    expect(await trusting.send(rows(100), patient)).toMatchObject({ outcome: 'delivered' });
    const careless = sender(receiver.port, { transport: 'tls', verify_tls: false });
    expect(await careless.send(rows(1, 101), patient)).toMatchObject({ outcome: 'delivered' });
    expect(receiver.ledger.sums.distinct).toBe(101);
  });

  it('refuses a certificate for another name', async () => {
    const other = selfSigned(['elsewhere.example']);
    const { output } = await start({ transport: 'tls', ca: other.cert }, { tls: other });
    expect(await output.send(rows(1), patient)).toMatchObject({ outcome: 'blocked' });
  });

  it('shows its own certificate where it is asked for', async () => {
    const { cert, key } = selfSigned(['vedette.example']);
    const { receiver, output } = await start({ transport: 'tls' }, { tls: true, controls: { clientCa: cert } });
    const known = sender(receiver.port, { transport: 'tls', ca: receiver.ca, cert, key });
    expect(await known.send(rows(1), patient)).toMatchObject({ outcome: 'delivered' });
    await output.close();
    const unknown = sender(receiver.port, { transport: 'tls', ca: receiver.ca, settle_ms: 3000 });
    expect((await unknown.send(rows(1, 2), patient)).outcome).not.toBe('delivered');
    expect(receiver.ledger.sums.distinct).toBe(1);
  });
});

describe('Syslog over UDP', () => {
  it('sends datagrams, and says that nobody confirms them', async () => {
    const { receiver, output } = await start({ transport: 'udp' });
    expect(await output.send(rows(20), patient)).toMatchObject({ outcome: 'delivered' });
    await expect.poll(() => receiver.ledger.sums.distinct).toBe(20);
    expect(output.endpoint).toMatch(/^syslog\+udp:.*not confirmed/);
    expect(output.limits.concurrency).toBe(1);
  });

  it('cuts what is too long, and says so', async () => {
    const { receiver, output } = await start({ transport: 'udp', max_datagram: 480 });
    const delivery = await output.send([...rows(1), ...rows(1, 2, 'ä'.repeat(500))], patient);
    expect(delivery).toMatchObject({ outcome: 'delivered', code: 'CUT' });
    expect(delivery.detail).toMatch(/^1 of 2 messages/);
    await expect.poll(() => receiver.ledger.sums.distinct).toBe(2);
    expect(receiver.controls.last[1]).not.toContain('\ufffd');
  });

  it('sends again when nobody listens there', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    socket.close();
    await once(socket, 'close');
    const output = sender(port, { transport: 'udp' });
    await expect.poll(async () => (await output.send(rows(50), patient)).outcome).toBe('retry');
  });
});

describe('addresses', () => {
  it.each(['tcp', 'udp', 'tls'] as const)('are guarded over %s', async (transport) => {
    expect(() => sender(1, { transport, allow_private: false })).toThrow(/private or loopback/);
    expect(() => sender(1, { transport, host: '169.254.169.254' })).toThrow(/refused always/);
    const named = sender(1, { transport, host: 'localhost', allow_private: false });
    expect(await named.send(rows(1), patient)).toMatchObject({ outcome: 'blocked', code: 'REFUSED_ADDRESS' });
  });

  it.each([
    ['no host', { host: 'a b' }],
    ['a URL', { host: 'http://x' }],
    ['structured data of no number', { sd_id: 'vedette' }],
    ['a blank in the name', { app_name: 'a b' }],
    ['a certificate without a key', { cert: 'x' }],
    ['what it does not know', { colour: 'red' }],
  ])('and configurations: %s', (_name, config) => {
    expect(syslogSchema.safeParse({ host: 'logs.example', ...config }).success).toBe(false);
    expect(syslogSchema.safeParse({ host: 'logs.example' }).success).toBe(true);
  });
});
