import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { memorySettings } from '../../../test/fakes/traffic.ts';
import { chunks } from '../../../test/support/captures.ts';
import { dns, scan, scene, web } from '../../../test/support/scene.ts';
import type { EventBatch } from '../../model/batch.ts';
import type { Anomaly } from '../../model/window.ts';
import { captureIdentity } from '../traffic-service/capture-identity.ts';
import { storedAnalysis } from './stored-analysis.ts';
import { StoredRuns } from './stored-runs.ts';

const SCENE = scene(...dns(), ...web(100_000), ...scan(21e6, 300), ...web(40e6, 50_001), ...scan(120e6, 300));

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A store that keeps what it takes, and fails when it is told to. */
function storeOf() {
  const events: string[] = [];
  let now = 1_000_000;
  let failing = false;
  const runs = new StoredRuns({
    settings: memorySettings(),
    now: () => now,
    exists: async (source, prefix) => events.some((event) => event.startsWith(`${source} ${prefix}`)),
  });
  const take = async (batch: EventBatch) => {
    if (failing) throw new Error('The store is full.');
    const { columns } = batch;
    for (let row = 0; row < batch.length; row++)
      events.push(`${columns.source.get(row)} ${columns.uid.get(row)} ${columns.bytes[row]} ${columns.state.get(row)}`);
    batch.reset();
  };
  return {
    events,
    runs,
    take,
    fail: (yes: boolean) => {
      failing = yes;
    },
    wait: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

interface Options {
  readonly run?: string;
  readonly input?: string;
  readonly source?: 'pcap' | 'live';
  /** Stops after so many pieces of the file. */
  readonly stopAfter?: number;
}

async function analyse(store: ReturnType<typeof storeOf>, options: Options = {}): Promise<Anomaly[]> {
  const { run = 'aaaa', input = 'office.pcap', source = 'pcap', stopAfter = Number.POSITIVE_INFINITY } = options;
  const anomalies: Anomaly[] = [];
  let pieces = 0;
  const hooks = {
    onAnomaly: (anomaly: Anomaly) => void anomalies.push(anomaly),
    onProgress: () => {
      if (++pieces === stopAfter) analysis.stop();
    },
  };
  const analysis = storedAnalysis({}, hooks, { source, input, run, take: store.take, runs: store.runs });
  await analysis.read(chunks(SCENE, 700), () => undefined);
  await analysis.finish();
  return anomalies;
}

describe('connections as events', () => {
  it('carry the names that anomalies give as evidence, also when the capture is analysed again', async () => {
    const store = storeOf();
    const anomalies = await analyse(store);
    const names = new Set(store.events.map((event) => event.split(' ')[1]));
    expect(store.events).toHaveLength(603);
    for (const found of [anomalies, await analyse(store)]) {
      const scans = found.filter(({ type }) => type === 'port_scan');
      expect(scans.length).toBeGreaterThan(0);
      for (const { evidence } of scans) {
        expect(evidence.length).toBeGreaterThan(0);
        for (const name of evidence) expect(names).toContain(name);
      }
    }
    expect(store.events).toHaveLength(603);
  });

  it('are completed when an analysis was cancelled, wherever that was, and none is there twice', async () => {
    const whole = storeOf();
    await analyse(whole);
    for (const stopAfter of [1, 2, 5, 20, 40]) {
      const store = storeOf();
      await analyse(store, { stopAfter });
      expect(store.events.length).toBeLessThan(603);
      await analyse(store, { stopAfter: stopAfter + 10 });
      await analyse(store);
      expect(store.events).toEqual(whole.events);
    }
  });

  it('are completed when the store refused them', async () => {
    const store = storeOf();
    store.fail(true);
    await expect(analyse(store)).rejects.toThrow('The store is full.');
    store.fail(false);
    await analyse(store);
    expect(store.events).toHaveLength(603);
    expect(new Set(store.events).size).toBe(603);
  });

  it('are made for another capture of the same name, and not for a copy under another', async () => {
    const store = storeOf();
    await analyse(store);
    await analyse(store, { input: 'copy.pcap' });
    expect(store.events).toHaveLength(603);
    await analyse(store, { run: 'bbbb' });
    expect(store.events).toHaveLength(1206);
    expect(store.events.at(-1)).toMatch(/^capture:office\.pcap bbbb-C/);
  });

  it('are made again when they have expired', async () => {
    const store = storeOf();
    await analyse(store);
    store.events.length = 0;
    await analyse(store);
    expect(store.events, 'they may be on their way').toHaveLength(0);
    store.wait(3600_000);
    await analyse(store);
    expect(store.events).toHaveLength(603);
  });

  it('of a live capture are stored whole when it is stopped', async () => {
    const store = storeOf();
    await analyse(store, { source: 'live', input: 'eth0', stopAfter: 20 });
    expect(store.events.length).toBeGreaterThan(10);
    expect(store.events.every((event) => event.startsWith('live:eth0 aaaa-C'))).toBe(true);
  });
});

describe('captureIdentity', () => {
  it('is that of the content at both ends, not of the name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vedette-identity-'));
    folders.push(folder);
    const identity = async (name: string, bytes: Uint8Array) => {
      await writeFile(join(folder, name), bytes);
      return captureIdentity(join(folder, name));
    };
    const large = Buffer.alloc(300_000, 7);
    const first = await identity('a', large);
    expect(first).toMatch(/^[0-9a-f]{12}$/);
    expect(await identity('b', large)).toBe(first);
    const others = [
      await identity('a', Buffer.concat([large, Buffer.from([7])])),
      await identity('a', Buffer.from(large).fill(8, 0, 1)),
      await identity('a', Buffer.from(large).fill(8, 299_999)),
      await identity('a', Buffer.alloc(0)),
      await identity('a', Buffer.alloc(70_000, 7)),
    ];
    expect(new Set([first, ...others]).size).toBe(6);
  });
});
