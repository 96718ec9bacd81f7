import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { startElastic } from '../../demo/receivers/elastic.ts';
import type { Fault } from '../../demo/receivers/fault.ts';
import type { EventRow } from '../model/event-row.ts';
import type { ElasticBulk } from './elastic-bulk.ts';
import { elastic } from './fixtures/elastic.ts';
import { patient, rows } from './fixtures/hec.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

const FAULTS: Fault[] = [
  { kind: 'code', code: 429, share: 0.05 },
  { kind: 'status', status: 429, retryAfter: 0, share: 0.03 },
  { kind: 'code', code: 500, share: 0.03 },
  { kind: 'code', code: 503, share: 0.03 },
  { kind: 'code', code: 401, share: 0.02 },
  { kind: 'code', code: 403, share: 0.02 },
  { kind: 'status', status: 502, body: '<h1>Bad Gateway', share: 0.03 },
  { kind: 'status', status: 200, body: '<html>', share: 0.03 },
  { kind: 'status', status: 200, body: '{"errors":false,"items":[]}', share: 0.03 },
  { kind: 'code', code: 'fewer', share: 0.05 },
  { kind: 'tear', when: 'before', share: 0.05 },
  { kind: 'tear', when: 'after', share: 0.08 },
  { kind: 'truncate', share: 0.08 },
  { kind: 'slow', ms: 5, share: 0.1 },
  { kind: 'item', code: 429, every: 5, share: 0.2 },
  { kind: 'item', code: 503, every: 7, share: 0.2 },
  { kind: 'item', code: 403, every: 11, share: 0.1 },
];
const EVENTS = 5000;
const BATCH = 50;
/** An id that the mapping never takes. */
const bad = (id: number) => id % 101 === 0;

interface Sums {
  /** Ids that were refused for good, with their codes. */
  readonly letters: Map<string, string>;
  readonly outcomes: Map<string, number>;
  settled: number;
  duplicates: number;
}

/** What a forwarder does with the answers, without its patience. */
async function deliver(output: ElasticBulk, batch: readonly EventRow[], sums: Sums): Promise<void> {
  const queue: (readonly EventRow[])[] = [batch];
  for (let round = queue.pop(); round !== undefined; round = queue.pop()) {
    const sent = round;
    const { outcome, left, rejected, duplicates } = await output.send(sent, patient);
    sums.outcomes.set(outcome, (sums.outcomes.get(outcome) ?? 0) + 1);
    sums.settled += sent.length - left.length;
    sums.duplicates += duplicates;
    for (const { index, code, original } of rejected) {
      const id = String(sent[index].id);
      expect(sums.letters.has(id)).toBe(false);
      sums.letters.set(id, code);
      expect(JSON.parse(original).event.id).toBe(id);
    }
    const again = left.map((place) => sent[place]);
    if (outcome === 'delivered') expect(left).toEqual([]);
    else if (outcome === 'split') queue.push(again.slice(0, again.length / 2), again.slice(again.length / 2));
    else queue.push(again);
  }
}

it('nothing is lost or doubled at a cluster that misbehaves in every way', async () => {
  const faults: Fault[] = [{ kind: 'item', code: 400, every: 101 }, ...FAULTS];
  const cluster = await startElastic({ seed: 42, controls: { faults, busyShare: 0.05, maxBody: 6000 } });
  const gone = await startElastic();
  await gone.close();
  const config = { max_retries: 1, backoff_ms: 1, batch_bytes: 50_000 };
  const output = elastic([cluster.url, gone.url], config);
  open.push(cluster, output);
  const sums: Sums = { letters: new Map(), outcomes: new Map(), settled: 0, duplicates: 0 };
  const huge = rows(1, EVENTS + 1, 'y'.repeat(10_000));
  const events = rows(EVENTS);
  const lanes = [0, 1, 2, 3].map(async (lane) => {
    for (let from = lane * BATCH; from < EVENTS; from += 4 * BATCH)
      await deliver(output, [...events.slice(from, from + BATCH), ...(from === 0 ? huge : [])], sums);
  });
  const restarts = (async () => {
    for (let times = 0; times < 5; times++) {
      const before = cluster.ledger.sums.distinct;
      while (cluster.ledger.sums.distinct < before + 500) await wait(5);
      await cluster.restart(1);
    }
  })();
  await Promise.all([...lanes, restarts]);
  for (const { id } of events) expect([id, cluster.ledger.times(String(id))]).toEqual([id, bad(Number(id)) ? 0 : 1]);
  const refused = events.filter(({ id }) => bad(Number(id))).map(({ id }) => [id, 'document_parsing_exception']);
  expect(sums.letters).toEqual(new Map([...refused, [String(EVENTS + 1), 'HTTP_413']] as [string, string][]));
  expect(sums.settled).toBe(EVENTS + 1);
  // That the test met what it is for.
  for (const outcome of ['delivered', 'retry', 'blocked', 'split'])
    expect([outcome, sums.outcomes.get(outcome)]).not.toContain(undefined);
  expect(sums.duplicates).toBeGreaterThan(0);
});
