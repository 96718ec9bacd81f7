import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { KEY, type RunningApp, startApp } from '../support/app.ts';

/** Short in `npm test`; `VEDETTE_CRASH_ROUNDS=50` for the long form. */
const ROUNDS = Number(process.env.VEDETTE_CRASH_ROUNDS ?? 3);
const SENDERS = 4;
const RECORDS = 500;

let app: RunningApp | undefined;
let dataDir = '';

afterAll(async () => {
  await app?.dispose();
  if (dataDir) await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

/** Sends numbered batches until the server is gone; a number is written down when its batch was answered 202. */
async function send(
  target: RunningApp,
  numbers: { next: number },
  acknowledged: number[],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const number = numbers.next++;
    const ts = Date.now() / 1000;
    const records = Array.from({ length: RECORDS }, (_, i) => ({
      ts,
      src_ip: '10.9.8.7',
      dst_ip: '192.0.2.1',
      src_port: i,
      dst_port: 443,
      proto: 'tcp',
      bytes: 100,
      packets: 1,
      app: `batch-${number}`,
    }));
    const answer = await target.post('/v1/ingest', records).catch(() => undefined);
    if (answer?.status === 202) acknowledged.push(number);
    else if (answer === undefined) return;
  }
}

/** Records stored of every batch, read as a stream; a record that is there twice fails. */
async function batchesOf(target: RunningApp): Promise<Map<number, number>> {
  const answer = await fetch(`${target.url}/v1/download/json?from=all&limit=0&fields=app,src.port`, {
    headers: { 'x-api-key': KEY },
  });
  const seen = new Map<number, Uint8Array>();
  const stored = new Map<number, number>();
  const body = Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]);
  for await (const line of createInterface({ input: body })) {
    const event = JSON.parse(line);
    const number = Number(event.app.slice(6));
    const ports = seen.get(number) ?? new Uint8Array(RECORDS);
    seen.set(number, ports);
    if (ports[event.src_port] !== 0) throw new Error(`record ${event.src_port} of batch ${number} is stored twice`);
    ports[event.src_port] = 1;
    stored.set(number, (stored.get(number) ?? 0) + 1);
  }
  return stored;
}

describe('SIGKILL at random moments under load', () => {
  it(`loses nothing that was acknowledged and doubles nothing, in ${ROUNDS} rounds`, {
    timeout: 60_000 + ROUNDS * 30_000,
  }, async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'vedette-crash-'));
    const acknowledged: number[] = [];
    const numbers = { next: 1 };
    const reopened: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const began = Date.now();
      app = await startApp({ dataDir });
      if (round > 0) reopened.push(Date.now() - began);
      const control = new AbortController();
      const senders = Array.from({ length: SENDERS }, () =>
        send(app as RunningApp, numbers, acknowledged, control.signal),
      );
      const before = acknowledged.length;
      await expect.poll(() => acknowledged.length, { timeout: 60_000, interval: 20 }).toBeGreaterThan(before);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2_500));
      await app.kill();
      control.abort();
      await Promise.all(senders);
    }
    const began = Date.now();
    app = await startApp({ dataDir });
    reopened.push(Date.now() - began);

    // What the crash left in the spool is inserted while the server answers already.
    await expect.poll(async () => (await app?.get('/v1/system'))?.body.store.spooled_rows, { timeout: 30_000 }).toBe(0);

    const stored = await batchesOf(app);
    for (const number of acknowledged) expect(stored.get(number), `acknowledged batch ${number}`).toBe(RECORDS);
    // A batch that was not acknowledged is there as a whole or not at all.
    for (const [number, count] of stored) expect(count, `batch ${number}`).toBe(RECORDS);
    const series = (await app.get('/v1/query/timeseries?measure=events,bytes&from=-1d')).body.series[0]?.points ?? [];
    const rolledUp = series.reduce((sum: number, point: number[]) => sum + point[1], 0);
    expect(rolledUp).toBe(stored.size * RECORDS);
    console.error(`acknowledged ${acknowledged.length} batches of ${RECORDS}; reopened in ${reopened.join(', ')} ms`);
    expect(acknowledged.length).toBeGreaterThan(0);
  });
});
