import { afterEach, expect, it } from 'vitest';
import type { Fault } from '../../demo/receivers/fault.ts';
import { startSplunk } from '../../demo/receivers/splunk.ts';
import type { EventRow } from '../model/event-row.ts';
import { hec, patient, QUICK, rows } from './fixtures/hec.ts';
import type { SplunkHec } from './splunk-hec.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

const FAULTS: Fault[] = [
  { kind: 'status', status: 429, retryAfter: 0, share: 0.05 },
  { kind: 'status', status: 500, share: 0.05 },
  { kind: 'status', status: 413, share: 0.05 },
  { kind: 'status', status: 200, body: '<html>', share: 0.03 },
  { kind: 'tear', when: 'before', share: 0.05 },
  { kind: 'tear', when: 'after', share: 0.05 },
  { kind: 'truncate', share: 0.05 },
  { kind: 'code', code: 9, share: 0.05 },
  { kind: 'code', code: 23, share: 0.02 },
  { kind: 'slow', ms: 5, share: 0.1 },
  { kind: 'item', code: 6, every: 101 },
];
const EVENTS = 3000;

/** What a forwarder does with the answers, without its patience. */
async function deliver(output: SplunkHec, batch: readonly EventRow[], letters: Map<string, string>): Promise<void> {
  const queue: (readonly EventRow[])[] = [batch];
  for (let round = queue.pop(); round !== undefined; round = queue.pop()) {
    const sent = round;
    const { outcome, left, rejected } = await output.send(sent, patient);
    for (const { index, code, original } of rejected) {
      const id = String(sent[index].id);
      letters.set(id, code);
      expect(JSON.parse(original).event.id).toBe(id);
    }
    const again = left.map((place) => sent[place]);
    if (outcome === 'delivered') expect(left).toEqual([]);
    else if (outcome === 'split') queue.push(again.slice(0, again.length / 2), again.slice(again.length / 2));
    else queue.push(again);
  }
}

it.each([
  ['without acknowledgement', false],
  ['with acknowledgement, some of it lost', true],
])('every event arrives or is a dead letter, %s', async (_name, useAck) => {
  const faults = [...FAULTS, ...(useAck ? [{ kind: 'tear', when: 'before', route: '/ack', share: 0.1 } as const] : [])];
  const splunk = await startSplunk({
    seed: 42,
    controls: { faults, useAck, loseAcks: useAck ? 0.1 : 0, ackDelayMs: 5 },
  });
  const output = hec(splunk.url, { max_retries: 1, backoff_ms: 1, batch_size: 50 }, { ...QUICK, limitMs: 200 });
  open.push(splunk, output);
  const letters = new Map<string, string>();
  const events = rows(EVENTS);
  const lanes = [0, 1, 2, 3].map(async (lane) => {
    for (let from = lane * 50; from < EVENTS; from += 200)
      await deliver(output, events.slice(from, from + 50), letters);
  });
  await Promise.all(lanes);
  for (const { id } of events) {
    const code = letters.get(String(id));
    expect([id, splunk.ledger.has(String(id)) || code !== undefined]).toEqual([id, true]);
    // Alone in a request that is "too large", any event is given up.
    const bad = Number(id) % 101 === 0;
    expect(bad ? ['HEC_6', 'HTTP_413'] : [undefined, 'HTTP_413']).toContain(code);
    if (bad) expect(splunk.ledger.has(String(id))).toBe(false);
  }
  expect(splunk.ledger.sums.distinct).toBeGreaterThan(EVENTS - 60);
});
