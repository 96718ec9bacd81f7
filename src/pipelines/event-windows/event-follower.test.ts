import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memorySettings } from '../../../test/fakes/traffic.ts';
import { silentLog } from '../../kit/log.ts';
import type { EventRow } from '../../model/event-row.ts';
import type { Anomaly, Window } from '../../model/window.ts';
import type { TailQuery } from '../../stores/telemetry/store.ts';
import { EventFollower, type EventFollowerOptions } from './event-follower.ts';
import { EventMemories } from './event-memory.ts';
import { MONDAY, row } from './fixtures/rows.ts';

const SECOND = 1e6;

/** Events in memory, with ids from 1 on. */
class FakeTail {
  readonly rows: EventRow[] = [];
  readonly asked: string[] = [];
  fail: Error | undefined;
  #listeners = new Set<() => void>();

  add(...rows: Record<string, string | number>[]): void {
    for (const each of rows) this.rows.push(row({ ...each, id: String(this.rows.length + 1) }));
    for (const tell of [...this.#listeners]) tell();
  }

  readonly tail = async ({ after, limit }: TailQuery) => {
    this.asked.push(after);
    if (this.fail) throw this.fail;
    const from = Number(after);
    const rows = this.rows.slice(from, from + limit);
    const upTo = from + rows.length;
    return { rows, upTo: String(upTo), end: upTo === this.rows.length };
  };
  readonly head = () => String(this.rows.length);
  readonly onHead = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
  readonly bookmarkAt = () => '0';
  readonly commitTime = () => MONDAY;
}

class Found {
  readonly windows: Window[] = [];
  readonly anomalies: Anomaly[] = [];
  readonly onWindow = (window: Window) => void this.windows.push(window);
  readonly onAnomaly = (anomaly: Anomaly) => void this.anomalies.push(anomaly);
  readonly restore = (windows: readonly Window[], anomalies: readonly Anomaly[]) => {
    this.windows.push(...windows);
    this.anomalies.push(...anomalies);
  };
  readonly found = () => ({ windows: this.windows, anomalies: this.anomalies });

  get connections(): number {
    return this.windows.reduce((sum, { connections }) => sum + connections.total, 0);
  }

  get bytes(): number {
    return this.windows.reduce((sum, { bandwidth }) => sum + (bandwidth.avg_bps * bandwidth.duration_s) / 8, 0);
  }
}

let folder: string;
let store: FakeTail;
let settings: ReturnType<typeof memorySettings>;
let followers: EventFollower[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-follower-'));
  store = new FakeTail();
  settings = memorySettings();
  followers = [];
});
afterEach(async () => {
  for (const follower of followers) await follower.stop();
  await rm(folder, { recursive: true, force: true });
});

const path = () => join(folder, 'traffic', 'learned.json');

async function follow(more: Partial<EventFollowerOptions> = {}) {
  const follower = new EventFollower({
    store,
    memories: new EventMemories(path(), settings),
    windowSeconds: 10,
    lateness: 30,
    homeNetworks: ['10.0.0.0/8'],
    log: silentLog,
    ...more,
  });
  const found = new Found();
  followers.push(follower);
  await follower.start(found);
  return { follower, found };
}

const until = (condition: () => boolean) => expect.poll(condition, { timeout: 10_000, interval: 10 }).toBe(true);

/** A SYN to port 22 of each of so many hosts, one every 50 ms. */
const scan = (at: number, hosts: number) =>
  Array.from({ length: hosts }, (_, i) => ({
    ts: at + i * 50_000,
    src_ip: '203.0.113.66',
    dst_ip: `10.0.1.${i}`,
    src_port: 40_000 + i,
    dst_port: 22,
    src_packets: 1,
    dst_packets: 0,
    src_bytes: 40,
    dst_bytes: 0,
    duration: 0,
    state: 'S0',
  }));

const at = (seconds: number, port = 50_000 + seconds) => ({
  ts: MONDAY + seconds * SECOND,
  duration: 0,
  src_port: port,
});

describe('following', () => {
  it('judges windows when they are over, with ids of events as evidence', async () => {
    store.add(...scan(MONDAY, 60));
    const { follower, found } = await follow();
    await until(() => follower.view().events === 60);
    expect(found.windows).toHaveLength(0);
    expect(follower.view()).toMatchObject({ following: true, held: 60, lagSeconds: 0, newest: MONDAY / 1e6 + 2.95 });
    store.add(at(100));
    await until(() => found.anomalies.length > 0);
    const [{ type, flow_src, evidence }] = found.anomalies;
    expect({ type, flow_src }).toEqual({ type: 'port_scan', flow_src: '203.0.113.66' });
    expect(evidence.length).toBeGreaterThan(0);
    for (const id of evidence) expect(store.rows[Number(id) - 1].src_ip).toBe('203.0.113.66');
    expect(follower.view().watermark).toBe(MONDAY / 1e6 + 70);
    expect(found.connections).toBe(60);
  });

  it('judges what waits when nothing more comes', async () => {
    store.add(at(0), at(1));
    const { found } = await follow({ lateness: 1 });
    await until(() => found.connections === 2);
    store.add(at(20), at(21));
    await until(() => found.connections === 4);
  });

  it('says why it does not get on, and does when it can', async () => {
    store.fail = new Error('the engine is away');
    store.add(at(0));
    const { follower } = await follow({ lateness: 1 });
    await until(() => follower.problem() !== undefined);
    expect(follower.problem()).toBe('Stored events are not analysed: the engine is away');
    expect(follower.view().error).toBe('the engine is away');
    store.fail = undefined;
    await expect.poll(() => follower.problem(), { timeout: 10_000 }).toBeUndefined();
    expect(follower.view().events).toBe(1);
  });

  it('says when it is far behind', async () => {
    let now = MONDAY / 1000 + 3_600_000;
    store.add(...Array.from({ length: 5001 }, (_, n) => at(n % 10, n)));
    const hold = new Promise<void>(() => undefined);
    const tail = store.tail;
    const slow = async (query: TailQuery) => {
      if (query.after !== '0') await Promise.race([hold, stopped]);
      return tail(query);
    };
    let release: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { follower } = await follow({ store: { ...store, tail: slow, head: store.head }, now: () => now++ });
    await until(() => follower.problem() !== undefined);
    expect(follower.problem()).toMatch(/60 minutes behind/);
    release();
  });
});

describe('a restart', () => {
  const all = () => [...Array.from({ length: 200 }, (_, n) => at(n)), ...scan(MONDAY + 205 * SECOND, 60), at(400)];

  it('goes on where it was, and counts nothing twice', async () => {
    const rows = all();
    store.add(...rows.slice(0, 150));
    const first = await follow();
    await until(() => first.follower.view().events === 150);
    await first.follower.stop();
    expect(first.found.windows.length).toBeGreaterThan(5);
    store.add(...rows.slice(150));
    const second = await follow();
    await until(() => second.found.anomalies.length > 0);
    await until(() => second.follower.view().newest === MONDAY / 1e6 + 400);
    store.add(at(1000));
    await until(() => second.found.windows.some(({ window_start }) => window_start >= MONDAY / 1e6 + 400));
    expect(second.found.connections).toBe(rows.length);
    const ids = second.found.windows.map(({ window_id }) => window_id);
    expect(ids).toEqual(ids.map((_, n) => n));
    // As if it had never been away.
    const whole = await follow({ memories: new EventMemories(join(folder, 'other.json'), memorySettings()) });
    await until(() => whole.found.windows.length >= second.found.windows.length);
    expect(second.found.windows).toEqual(whole.found.windows);
    expect(second.found.anomalies).toEqual(whole.found.anomalies);
  });

  it('spreads what lasted on from where it was', async () => {
    const long = { ts: MONDAY, duration: 200, src_packets: 2000, src_bytes: 200_000, dst_bytes: 0, dst_packets: 0 };
    store.add({ ...long, uid: 'C1' }, at(201));
    const first = await follow();
    await until(() => first.follower.view().events === 2);
    await first.follower.stop();
    const second = await follow();
    store.add(at(500));
    await until(() => second.found.windows.some(({ window_start }) => window_start >= MONDAY / 1e6 + 200));
    expect(second.found.bytes).toBe(200_000 + 6000);
  });

  it('without what it had learned begins behind what it had seen', async () => {
    store.add(...all());
    const first = await follow();
    await until(() => first.follower.view().events === 261);
    await first.follower.stop();
    await writeFile(path(), '{"version":1,');
    store.asked.length = 0;
    const second = await follow();
    await until(() => second.follower.view().held > 0);
    expect(second.found.anomalies).toEqual([]);
    expect(Number(store.asked[0])).toBe(260);
  });

  it('with windows of another length learns anew', async () => {
    store.add(...all());
    const first = await follow();
    await until(() => first.follower.view().events === 261);
    await first.follower.stop();
    store.asked.length = 0;
    const second = await follow({ windowSeconds: 60 });
    await until(() => store.asked.length > 0);
    expect(store.asked[0]).toBe('261');
    expect(second.found.windows).toEqual([]);
  });
});
