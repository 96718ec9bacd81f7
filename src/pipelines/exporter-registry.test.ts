import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exporterReport, type LogLine, logInto, NO_COUNTS, Shelf } from '../../test/fakes/exporters.ts';
import { AppError } from '../kit/errors.ts';
import { Metrics } from '../kit/metrics.ts';
import type { ExporterCounts, ExporterMemory, ExporterReport } from '../model/exporter.ts';
import { ExporterRegistry } from './exporter-registry.ts';

const START = Date.UTC(2026, 10, 20, 12);
let shelf: Shelf;
let metrics: Metrics;
let lines: LogLine[];
let clock: number;

function registry(limit?: number): ExporterRegistry {
  return new ExporterRegistry({
    state: shelf,
    metrics,
    log: logInto(lines),
    options: { silentAfterSeconds: 300, lossPercent: 5, clockSkewSeconds: 60 },
    now: () => clock,
    limit,
  });
}

/** A report of an exporter that was first heard of at the start and last heard of now. */
function report(counts: Partial<ExporterCounts>, more: Partial<ExporterReport> = {}): ExporterReport {
  return exporterReport(clock, counts, { first_seen: START * 1000, ...more });
}

/** Moves the clock second by second, with a report each. */
function run(seconds: number, on: ExporterRegistry, counts: (second: number) => Partial<ExporterCounts>): void {
  for (let second = 0; second < seconds; second++) {
    clock += 1000;
    on.update([report(counts(second))]);
    on.look();
  }
}

const codes = (on: ExporterRegistry) => on.get('192.0.2.1')!.conditions.map(({ code }) => code);
const metric = async (name: string) =>
  (await metrics.registry.getSingleMetricAsString(name)).split('\n').filter((line) => !line.startsWith('#'));

beforeEach(() => {
  shelf = new Shelf();
  metrics = new Metrics();
  lines = [];
  clock = START;
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe('the exporter registry', () => {
  it('shows what an exporter reports, with its rates of the last minute', async () => {
    const on = registry();
    await on.start();
    run(120, on, (second) => ({ datagrams: second + 1, bytes: 1400 * (second + 1), flows: 30 * (second + 1) }));
    expect(on.list()).toEqual([on.get('192.0.2.1')]);
    const view = on.get('192.0.2.1')!;
    expect(view).toMatchObject({ name: 'edge', protocols: ['netflow9'], conditions: [], loss_percent: 0 });
    expect(view.counts).toMatchObject({ datagrams: 120, flows: 3600 });
    expect(view.datagrams_per_second).toBeCloseTo(1, 1);
    expect(view.flows_per_second).toBeCloseTo(30, -1);
    expect(on.health()).toEqual({ state: 'ok', figures: { exporters: 1, with_conditions: 0 } });
    expect(on.get('192.0.2.9')).toBeUndefined();
    await on.stop();
    expect(on.health().state).toBe('stopped');
  });

  it('sorts by name as people count', () => {
    const on = registry();
    on.update(['sw10', 'sw2', 'SW1'].map((name, i) => report({}, { address: `192.0.2.${i}`, name })));
    expect(on.list().map(({ name }) => name)).toEqual(['SW1', 'sw2', 'sw10']);
  });

  it('sees an exporter fall silent and come back, and says each once', async () => {
    const on = registry();
    await on.start();
    run(30, on, (second) => ({ datagrams: second + 1 }));
    for (let i = 0; i < 60; i++) {
      clock += 5000;
      on.look();
    }
    expect(codes(on)).toEqual([]);
    for (let i = 0; i < 60; i++) {
      clock += 5000;
      on.look();
    }
    const since = (START + 30_000 + 305_000) * 1000;
    expect(on.get('192.0.2.1')!.conditions).toEqual([{ code: 'silent', since, text: 'Nothing received for 10 min.' }]);
    expect(on.health()).toMatchObject({ state: 'ok', figures: { with_conditions: 1 } });
    on.update([report({ datagrams: 31 })]);
    expect(codes(on)).toEqual([]);
    expect(lines).toEqual([
      { level: 'warn', text: 'Nothing received for 5 min.', code: 'silent' },
      { level: 'info', text: 'condition is over', code: 'silent' },
    ]);
    await on.stop();
  });

  it('knows one that talks every half hour from one that is dead', () => {
    const on = registry();
    for (let time = 1; time <= 5; time++) {
      clock += 1_800_000;
      on.update([report({ datagrams: time })]);
      on.look();
    }
    lines = [];
    clock += 9 * 1_800_000;
    on.look();
    expect(codes(on)).toEqual([]);
    clock += 2 * 1_800_000;
    on.look();
    expect(codes(on)).toEqual(['silent']);
  });

  it('measures loss over five minutes, and does not flap at the limit', () => {
    const on = registry();
    let datagrams = 0;
    let lost = 0;
    const send = (seconds: number, lossEvery: number) =>
      run(seconds, on, (second) => {
        datagrams += 20;
        if (lossEvery > 0 && second % lossEvery === lossEvery - 1) lost += 2;
        return { datagrams, lost };
      });
    send(320, 2);
    expect(on.get('192.0.2.1')!.loss_percent).toBeCloseTo(4.8, 0);
    expect(codes(on)).toEqual([]);
    send(320, 1);
    expect(codes(on)).toEqual(['losing']);
    const { text } = on.get('192.0.2.1')!.conditions[0];
    expect(text).toMatch(/^9\.\d % lost on the way in the last 5 minutes \(6\d\d of 6,\d\d\d datagrams\)\.$/);
    send(320, 2);
    expect(codes(on)).toEqual(['losing']);
    send(320, 0);
    expect(codes(on)).toEqual([]);
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'info']);
  });

  it('takes back what was only late, and counts on', async () => {
    const on = registry();
    on.update([report({ datagrams: 10, lost: 5 })]);
    on.update([report({ datagrams: 12, lost: 3 })]);
    on.update([report({ datagrams: 13, lost: 4 })]);
    on.update([report({ datagrams: 14, lost: 6 })]);
    on.update([report({ datagrams: 20, lost: 5 })]);
    expect(on.get('192.0.2.1')!.loss_percent).toBe(20);
    expect(await metric('vedette_exporter_lost_total')).toEqual(['vedette_exporter_lost_total{exporter="edge"} 6']);
  });

  it.each([
    ['no-template', { without_template: 1 }],
    ['limited', { limited: 4 }],
    ['malformed', { malformed: 3 }],
  ] as const)('holds %s for five minutes after the last one', (code, counts) => {
    const on = registry();
    run(10, on, (second) => ({ datagrams: second + 1 }));
    expect(codes(on)).toEqual([]);
    run(280, on, (second) => ({ datagrams: second + 20, ...counts }));
    expect(codes(on)).toEqual([code]);
    run(40, on, (second) => ({ datagrams: second + 400, ...counts }));
    expect(codes(on)).toEqual([]);
    expect(lines).toHaveLength(2);
  });

  it('sees a clock that is off', () => {
    const on = registry();
    on.update([report({ datagrams: 1 }, { clock_skew: 3600 })]);
    expect(on.get('192.0.2.1')!.conditions[0]).toMatchObject({ code: 'clock', text: 'Its clock is 60 min behind.' });
    on.update([report({ datagrams: 2 }, { clock_skew: 55 })]);
    expect(codes(on)).toEqual(['clock']);
    on.update([report({ datagrams: 3 }, { clock_skew: null })]);
    expect(codes(on)).toEqual([]);
  });

  it('does not flood the log when thousands of exporters are made up', () => {
    const on = registry();
    const forged = (i: number) => report({ malformed: 9 }, { address: `198.51.100.${i}`, protocols: [] });
    on.update(Array.from({ length: 200 }, (_, i) => forged(i)));
    expect(lines).toHaveLength(60);
    clock += 60_000;
    on.update([forged(250)]);
    expect(lines.slice(60).map(({ text }) => text)).toEqual([
      'more conditions of exporters changed than are logged',
      '9 datagrams of the last 5 minutes could not be read.',
    ]);
  });

  it('keeps as many as it may, and lets the one unheard of for longest go', async () => {
    const on = registry(2);
    await on.start();
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
      clock += 1000;
      on.update([report({ datagrams: 1 }, { address, name: address })]);
      await vi.advanceTimersByTimeAsync(10_000);
    }
    expect(on.list().map(({ address }) => address)).toEqual(['192.0.2.2', '192.0.2.3']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect([...shelf.rows.keys()]).toEqual(['192.0.2.2', '192.0.2.3']);
    await on.stop();
  });
});

describe('what a restart finds', () => {
  const memory: ExporterMemory = {
    address: '192.0.2.1',
    version: 1,
    protocols: { netflow9: { templates: 3 } },
    interfaces: [{ index: 7, name: 'xe-0', description: '' }],
  };

  it('is written a while after it changed, once, and at the end', async () => {
    const on = registry();
    await on.start();
    on.remember([memory]);
    run(5, on, (second) => ({ datagrams: second + 1 }));
    on.remember([memory]);
    expect(shelf.writes).toBe(0);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(shelf.writes).toBe(1);
    expect(shelf.rows.get('192.0.2.1')).toMatchObject({ name: 'edge', lastSeen: clock * 1000, memory });
    run(5, on, (second) => ({ datagrams: second + 6 }));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shelf.writes).toBe(1);
    run(600, on, (second) => ({ datagrams: second + 20 }));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(shelf.writes).toBe(2);
    run(1, on, () => ({ datagrams: 700 }));
    await on.stop();
    await on.stop();
    expect([shelf.writes, shelf.rows.get('192.0.2.1')?.lastSeen]).toEqual([3, clock * 1000]);
  });

  it('is listed with counts of zero until it sends again, and handed to the decoders', async () => {
    const before = registry();
    await before.start();
    before.update([report({ datagrams: 9 }, { protocols: ['ipfix'] })]);
    before.remember([memory]);
    await before.stop();

    metrics = new Metrics();
    clock += 3_600_000;
    const on = registry();
    await on.start();
    expect(on.memories()).toEqual([memory]);
    expect(on.get('192.0.2.1')).toMatchObject({
      name: 'edge',
      protocols: ['ipfix'],
      first_seen: START * 1000,
      last_seen: START * 1000,
      counts: NO_COUNTS,
      loss_percent: null,
      interfaces: [{ index: 7, name: 'xe-0', named_by: 'options', counters: null }],
      conditions: [],
    });
    clock += 301_000;
    on.look();
    expect(on.get('192.0.2.1')!.conditions[0]).toMatchObject({ code: 'silent', text: 'Nothing received for 65 min.' });
    on.update([report({ datagrams: 1 }, { first_seen: clock * 1000 })]);
    expect(on.get('192.0.2.1')).toMatchObject({ first_seen: START * 1000, last_seen: clock * 1000, conditions: [] });
    await on.stop();
  });

  it('survives a state store that is away', async () => {
    const on = registry();
    await on.start();
    shelf.failWith = new AppError('UNAVAILABLE', 'Away.');
    on.update([report({ datagrams: 1 }), report({ datagrams: 1 }, { address: '192.0.2.2' })]);
    await vi.advanceTimersByTimeAsync(100_000);
    expect(lines).toEqual([{ level: 'warn', text: 'exporters cannot be written; trying again', code: undefined }]);
    shelf.failWith = undefined;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shelf.rows.size).toBe(2);
    await on.stop();
  });

  it('gives up on one that the store refuses, and on it alone', async () => {
    const on = registry();
    await on.start();
    const remember = shelf.exporters.remember;
    vi.spyOn(shelf.exporters, 'remember').mockImplementation(async (memory, traits) => {
      if (memory.address === '192.0.2.1') throw new AppError('INVALID_PARAMETER', 'Too large.');
      await remember(memory, traits);
    });
    on.update([report({ datagrams: 1 }), report({ datagrams: 1 }, { address: '192.0.2.2' })]);
    await vi.advanceTimersByTimeAsync(200_000);
    expect([...shelf.rows.keys()]).toEqual(['192.0.2.2']);
    expect(lines.map(({ text }) => text)).toEqual(['exporter is not remembered over a restart']);
    await on.stop();
  });

  it('does not hold who never sent a flow', async () => {
    const on = registry();
    await on.start();
    on.update([report({ datagrams: 5, malformed: 5 }, { protocols: [] })]);
    await on.stop();
    expect(shelf.rows.size).toBe(0);
    expect(on.list()).toHaveLength(1);
  });

  it('forgets, and begins anew without a peak when it sends on', async () => {
    const on = registry();
    await on.start();
    run(300, on, (second) => ({ datagrams: 100 * (second + 1) }));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await on.forget('192.0.2.1')).toBe(true);
    expect([on.list(), shelf.rows.size]).toEqual([[], 0]);
    expect(await on.forget('192.0.2.1')).toBe(false);
    expect(await metric('vedette_exporter_datagrams_total')).toEqual([]);
    run(1, on, () => ({ datagrams: 30_100 }));
    expect(on.get('192.0.2.1')).toMatchObject({ datagrams_per_second: 0, counts: { datagrams: 30_100 } });
    await on.stop();
  });
});
