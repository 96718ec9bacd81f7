import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { KEY, type RunningApp, startApp } from '../support/app.ts';
import { ReceiverProcess } from '../support/receivers.ts';

/** Short in `npm test`; `VEDETTE_OUTPUT_EVENTS=1000000 VEDETTE_OUTPUT_KILLS=20` for the long form. */
const EVENTS = Number(process.env.VEDETTE_OUTPUT_EVENTS ?? 40_000);
const KILLS = Number(process.env.VEDETTE_OUTPUT_KILLS ?? 3);
const BATCH = 5_000;
const TOKEN = 'hec-token-of-the-crash-test';

/** Bytes of a request that a receiver takes: too few for any whole batch, and enough. */
const SMALL_BODY = 100_000;
const LARGE_BODY = 100_000_000;

/** Every way in which a receiver misbehaves; each kill meets the next. `Retry-After` is short, so that the test is. */
const MISBEHAVIOUR: readonly (readonly object[])[] = [
  [{ kind: 'status', status: 503, share: 0.4 }],
  [{ kind: 'status', status: 429, retryAfter: 1, share: 0.3 }],
  [{ kind: 'tear', when: 'after', share: 0.3 }],
  [{ kind: 'tear', when: 'before', share: 0.3 }],
  [{ kind: 'truncate', share: 0.3 }],
  [{ kind: 'slow', ms: 400, share: 0.5 }],
  [{ kind: 'slow', ms: 400, when: 'after', share: 0.5 }],
  [{ kind: 'status', status: 500, share: 0.5 }],
  [{ kind: 'status', status: 429, retryAfter: 1, asDate: true, share: 0.3 }],
  // Requests above SMALL_BODY are too large.
  [],
];

let app: RunningApp | undefined;
let folder = '';
let dataDir = '';
const receivers: ReceiverProcess[] = [];

afterAll(async () => {
  await app?.dispose();
  for (const receiver of receivers) await receiver.stop();
  for (const each of [folder, dataDir]) if (each) await rm(each, { recursive: true, force: true, maxRetries: 5 });
});

function recordsOf(number: number): object[] {
  const ts = Date.now() / 1000;
  return Array.from({ length: BATCH }, (_, i) => ({
    ts,
    src_ip: `10.${number % 250}.${i % 250}.7`,
    dst_ip: '192.0.2.1',
    src_port: i % 60_000,
    dst_port: 443,
    proto: 'tcp',
    bytes: 1000 + i,
    packets: 3,
    app: 'tls',
  }));
}

async function storedIds(target: RunningApp): Promise<Set<string>> {
  const answer = await fetch(`${target.url}/v1/download/json?from=all&limit=0&fields=id`, {
    headers: { 'x-api-key': KEY },
  });
  const ids = new Set<string>();
  const body = Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]);
  for await (const line of createInterface({ input: body })) ids.add(JSON.parse(line).id);
  return ids;
}

/** How often each id came, from the file of a receiver that has ended. */
async function takenBy(file: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const id of (await readFile(file, 'utf8')).split('\n')) if (id !== '') counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

async function start(): Promise<RunningApp> {
  const [splunk, elastic] = receivers;
  return startApp({
    dataDir,
    env: { SPLUNK_HEC_URL: splunk.url, SPLUNK_HEC_TOKEN: TOKEN, ELASTIC_URL: elastic.url, VEDETTE_LOG_LEVEL: 'warn' },
  });
}

/** Sends batches until they are all acknowledged; one that was under way when the server was killed is sent again. */
async function feed(next: { batch: number }, signal: AbortSignal): Promise<void> {
  while (next.batch * BATCH < EVENTS && !signal.aborted) {
    const answer = await app?.post('/v1/ingest', recordsOf(next.batch)).catch(() => undefined);
    if (answer?.status === 202) next.batch++;
    else await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function lags(): Promise<number[]> {
  return (await app?.get('/v1/outputs'))?.body.items.map((each: any) => each.status.lag.events);
}

/** Waits until nothing is ahead, stops the receivers and compares what they have with what is stored. @returns how many. */
async function everythingArrived(target: RunningApp, files: readonly string[]): Promise<number> {
  await expect.poll(lags, { timeout: 300_000 + EVENTS, interval: 500 }).toEqual([0, 0]);
  const views = (await target.get('/v1/outputs')).body.items;
  const stored = await storedIds(target);
  for (const receiver of receivers) await receiver.stop();
  const [splunk, elastic] = await Promise.all(files.map(takenBy));
  const again = [...splunk.values()].reduce((sum, times) => sum + times, 0) - splunk.size;
  const figures = views.map(({ name, status }: any) => `${name} retried ${status.retried}, had ${status.duplicates}`);
  console.error(`stored ${stored.size}; Splunk has ${again} twice; ${figures.join('; ')}`);
  for (const taken of [splunk, elastic]) {
    expect([...stored].filter((id) => !taken.has(id))).toEqual([]);
    expect(taken.size).toBe(stored.size);
  }
  // The id is the document: Elasticsearch has nothing twice.
  expect([...elastic.values()].every((times) => times === 1)).toBe(true);
  for (const { status } of views) expect(status).toMatchObject({ dead: 0, lost: 0 });
  return stored.size;
}

describe('outputs, while everything fails', () => {
  it(`deliver ${EVENTS} events through ${KILLS} kills of both sides and every fault`, {
    timeout: 600_000 + EVENTS * 3,
  }, async () => {
    folder = await mkdtemp(join(tmpdir(), 'vedette-outputs-'));
    const files = ['splunk', 'elastic'].map((name) => join(folder, `${name}.ids`));
    for (const [i, name] of ['splunk', 'elastic'].entries()) {
      const receiver = new ReceiverProcess(name, { file: files[i], seed: 7 + i });
      receivers.push(receiver);
      await receiver.start();
    }
    await receivers[0].control({ tokens: { [TOKEN]: {} } });
    dataDir = await mkdtemp(join(tmpdir(), 'vedette-outputs-data-'));
    app = await start();
    const next = { batch: 0 };
    const control = new AbortController();
    const feeding = feed(next, control.signal);
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        const faults = MISBEHAVIOUR[kill % MISBEHAVIOUR.length];
        const maxBody = faults.length === 0 ? SMALL_BODY : LARGE_BODY;
        for (const receiver of receivers) await receiver.control({ faults, maxBody });
        await new Promise((resolve) => setTimeout(resolve, 1000 + Math.random() * 3000));
        if (kill % 2 === 0) {
          await app.kill();
          app = await start();
        } else {
          const victim = receivers[Math.floor(kill / 2) % receivers.length];
          await victim.kill();
          await new Promise((resolve) => setTimeout(resolve, 500));
          await victim.start();
        }
      }
      for (const receiver of receivers) await receiver.control({ faults: [], maxBody: LARGE_BODY });
      await feeding;
    } finally {
      control.abort();
    }
    expect(await everythingArrived(app, files)).toBeGreaterThanOrEqual(EVENTS);
  });

  it(`deliver ${EVENTS} more that came while both receivers were away, over a kill`, {
    timeout: 600_000 + EVENTS * 3,
  }, async () => {
    const files = ['splunk', 'elastic'].map((name) => join(folder, `${name}.ids`));
    for (const receiver of receivers) await receiver.stop();
    await feed({ batch: 0 }, new AbortController().signal);
    await app?.kill();
    app = await start();
    // What is ahead is counted a moment after the start.
    const waiting = async () => (await lags()).filter((lag) => lag > 0).length;
    await expect.poll(waiting, { timeout: 60_000, interval: 250 }).toBe(2);
    for (const receiver of receivers) await receiver.start();
    expect(await everythingArrived(app, files)).toBeGreaterThanOrEqual(2 * EVENTS);
  });
});
