import { beforeEach, describe, expect, it } from 'vitest';
import { SimWorld } from '../../test/fakes/forwarder/sim-world.ts';
import { Metrics } from '../kit/metrics.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: SimWorld;
beforeEach(() => {
  world = new SimWorld({});
});

const status = () => world.forwarder.status();
const arrived = () => world.receiver.taken.size;

/** Settles what the forwarder promises, in simulated time. */
async function settled<T>(promise: Promise<T>, ms = HOUR): Promise<T> {
  let done = false;
  const mark = () => {
    done = true;
  };
  promise.then(mark, mark);
  expect(await world.clock.run(ms, () => done)).toBe(true);
  return promise;
}

describe('a forwarder', () => {
  it('delivers everything, with as many requests at a time as may be, and saves where it is', async () => {
    world.store.append(1000);
    await world.begin();
    await world.finish();
    expect(world.check()).toEqual([]);
    expect(world.receiver.mostUnderWay).toBe(4);
    expect(world.receiver.sends).toBe(100);
    expect(status()).toMatchObject({
      state: 'running',
      circuit: 'closed',
      bookmark: world.store.head(),
      bookmarkTime: world.store.commitTime(world.store.head()),
      lagEvents: 0,
      lagSeconds: 0,
      counts: { sent: 1000, dead: 0, lost: 0, retried: 0, duplicates: 0, bytes: 100_000 },
      lastError: null,
      latency: { p50: 10, p99: 10 },
    });
    expect(world.keep.position).toMatchObject({ bookmark: status().bookmark, counts: status().counts });
  });

  it('sends what comes without waiting for a full batch', async () => {
    await world.begin();
    await world.clock.run(MINUTE);
    world.store.append(3);
    await world.clock.run(100);
    expect([arrived(), world.receiver.sends]).toEqual([3, 1]);
  });

  it('moves its bookmark over what the filter does not want', async () => {
    world = new SimWorld({ filtered: true });
    world.store.append(50_000, () => false);
    await world.begin();
    expect(await world.finish()).toBe(true);
    expect([world.receiver.sends, status().counts.sent, status().lagEvents]).toEqual([0, 0, 0]);
  });

  it('does next to nothing while nothing comes', async () => {
    world.store.append(10);
    await world.begin();
    await world.finish();
    const [tails, fired, saves] = [world.store.tails, world.clock.fired, world.keep.saves];
    await world.clock.run(HOUR);
    expect(world.store.tails).toBe(tails);
    expect(world.keep.saves).toBe(saves);
    expect(world.clock.fired - fired).toBeLessThan(2 * 3600);
  });

  it('reads no more than it can soon send', async () => {
    world.store.append(30_000);
    world.receiver.latency = () => 1e9;
    await world.begin();
    await world.clock.run(MINUTE);
    expect(world.store.read).toBeLessThanOrEqual(4 * 10 + 500 + 10);
  });

  it('does not save more often than it should', async () => {
    world.receiver.latency = () => 5;
    world.store.append(40_000);
    await world.begin();
    const began = world.clock.elapsed();
    await world.finish();
    expect(world.keep.saves).toBeGreaterThan(5);
    expect(world.keep.saves).toBeLessThanOrEqual((world.clock.elapsed() - began) / 250 + 2);
  });

  it('shows how far behind it is', async () => {
    world = new SimWorld({ metrics: new Metrics() });
    world.store.today = -1;
    world.store.append(500);
    world.receiver.treat = () => 'busy';
    world.receiver.probe = () => 'busy';
    await world.begin();
    await world.clock.run(10 * MINUTE);
    const { lagEvents, lagSeconds } = status();
    expect(lagEvents).toBe(500);
    const first = world.store.commitTime(world.store.events[0].id) / 1e6;
    expect(lagSeconds).toBeCloseTo(world.clock.now() / 1000 - first, 3);
    expect(lagSeconds).toBeGreaterThan(22 * 3600);
    expect(await world.metrics.registry.metrics()).toContain('vedette_output_lag_events{output="test"} 500');
  });

  it('stops when asked, waits for what is under way, and says so', async () => {
    world = new SimWorld({ metrics: new Metrics() });
    world.receiver.latency = () => 3000;
    world.store.append(10);
    await world.begin();
    await world.clock.run(1000);
    const [one, two] = [world.forwarder.stop(), world.forwarder.stop()];
    await settled(Promise.all([one, two]));
    expect(world.keep.position).toMatchObject({ bookmark: world.store.head(), counts: { sent: 10 } });
    expect([status().state, world.forwarder.health().state]).toEqual(['stopped', 'stopped']);
    expect(await world.metrics.registry.metrics()).not.toContain('vedette_output_lag_events{');
  });

  it('stops in time also when nothing answers any more', async () => {
    world.store.append(10);
    world.receiver.latency = () => 1e9;
    await world.begin();
    await world.clock.run(1000);
    world.keep.latency = () => 1e9;
    const before = world.clock.elapsed();
    await settled(world.forwarder.stop());
    expect(world.clock.elapsed() - before).toBeLessThanOrEqual(10_500);
  });

  it('begins when the state store is back', async () => {
    world.keep.failing = () => 'before';
    world.store.append(10);
    await world.begin();
    await world.clock.run(MINUTE);
    expect([arrived(), status().state, status().lastError?.code]).toEqual([0, 'retrying', 'STATE']);
    expect(world.forwarder.health().state).toBe('degraded');
    world.keep.failing = () => 'no';
    await world.finish();
    expect(world.check()).toEqual([]);
  });
});

describe('a receiver in trouble', () => {
  it('is left alone after five failures, then probed, then tried with one batch', async () => {
    world.store.append(1000);
    world.receiver.treat = () => 'busy';
    world.receiver.probe = () => 'busy';
    await world.begin();
    await world.clock.run(MINUTE);
    expect(status()).toMatchObject({ state: 'retrying', circuit: 'open', lastError: { code: 'HTTP_503' } });
    expect(status().retryAt).toBeGreaterThan(world.clock.now() * 1000);
    expect(world.receiver.sends).toBe(5);
    await world.clock.run(HOUR);
    expect(world.receiver.sends).toBe(5);
    // Between one and sixty seconds apart, half a minute on average.
    expect(world.receiver.probes).toBeGreaterThan(60);
    expect(world.receiver.probes).toBeLessThan(240);
    world.receiver.probe = () => 'take';
    await world.clock.run(HOUR);
    expect(world.receiver.sends).toBeGreaterThan(50);
    expect(world.receiver.sends).toBeLessThan(250);
    world.receiver.treat = () => 'take';
    await world.finish();
    expect(world.check()).toEqual([]);
    expect(status()).toMatchObject({ state: 'running', circuit: 'closed', retryAt: null });
    expect(status().counts.retried).toBeGreaterThan(0);
  });

  it('that refuses us is probed now and then, and nothing is lost', async () => {
    world.store.append(300);
    world.receiver.treat = () => 'refuse';
    world.receiver.probe = () => 'refuse';
    await world.begin();
    const fired = world.clock.fired;
    await world.clock.run(HOUR);
    expect(world.receiver.probes).toBeGreaterThanOrEqual(59);
    expect(world.receiver.probes).toBeLessThanOrEqual(121);
    expect(world.receiver.sends).toBe(1);
    expect(world.clock.fired - fired).toBeLessThan(5 * 3600);
    expect(status()).toMatchObject({ state: 'blocked', lastError: { code: 'HTTP_401' } });
    expect(world.forwarder.health()).toMatchObject({ state: 'degraded', detail: 'No.' });
    world.receiver.treat = () => 'take';
    world.receiver.probe = () => 'take';
    await world.finish();
    expect(world.check()).toEqual([]);
    expect(status().counts).toMatchObject({ sent: 300, dead: 0 });
  });

  it('gets the time it asks for', async () => {
    world.store.append(100);
    let first = true;
    world.receiver.retryAfter = 400;
    world.receiver.treat = () => {
      const now = first ? 'later' : 'take';
      first = false;
      return now;
    };
    await world.begin();
    await world.clock.run(399_000);
    expect(arrived()).toBe(0);
    expect(status().state).toBe('retrying');
    expect(Number(status().retryAt) / 1000 - world.clock.now()).toBeLessThan(2000);
    await world.finish();
    expect(world.check()).toEqual([]);
  });

  it('gets only what it has not taken again', async () => {
    world.store.append(2000);
    world.receiver.treat = () => 'partial';
    await world.begin();
    await world.finish();
    expect(world.check()).toEqual([]);
  });

  it('gets smaller batches when they are too large, and a dead letter is what is too large alone', async () => {
    world = new SimWorld({ limits: { events: 64 } });
    world.store.append(1000);
    world.receiver.treat = (rows) => (rows.length > 9 ? 'too-large' : 'take');
    world.receiver.giant = ({ place }) => place === 500;
    await world.begin();
    await world.finish();
    expect(world.check()).toEqual([]);
    expect(world.receiver.sends).toBeLessThan(260);
    expect([...world.keep.letters.values()]).toMatchObject([
      { eventId: world.store.events[500].id, code: 'HTTP_413', reason: 'Too large.' },
    ]);
    expect(status()).toMatchObject({ counts: { sent: 999, dead: 1 }, lastError: { code: 'HTTP_413' } });
  });

  it('leaves dead letters with code, reason, attempts and times', async () => {
    world.store.append(20);
    world.receiver.poison = ({ place }) => place === 3;
    const treatments = ['busy', 'busy', 'take'] as const;
    world.receiver.treat = (rows) => (rows[0].place === 0 ? (treatments[world.receiver.sends - 1] ?? 'take') : 'take');
    await world.begin();
    await world.finish();
    const letter = world.keep.letters.get(world.store.events[3].id);
    expect(letter).toMatchObject({ code: 'PARSE', reason: 'No.', original: JSON.stringify(world.store.events[3].row) });
    expect(letter?.attempts).toBeGreaterThanOrEqual(2);
    expect(Date.parse(letter?.lastAt ?? '') - Date.parse(letter?.firstAt ?? '')).toBeGreaterThanOrEqual(1000);
  });

  it('of an output that throws gets everything nevertheless', async () => {
    world.store.append(100);
    world.receiver.treat = () => (world.receiver.sends % 3 === 0 ? 'throw' : 'take');
    world.receiver.probe = () => 'throw';
    await world.begin();
    await world.clock.run(1000);
    await world.finish();
    expect(world.check()).toEqual([]);
    expect(status().lastError?.code).toBe('INTERNAL');
  });

  it('that chokes on one event gets all others, and is not hurried', async () => {
    world = new SimWorld({ tuning: { windowEvents: 5000 } });
    world.store.append(1000);
    world.receiver.treat = (rows) => (rows.some(({ place }) => place === 42) ? 'busy' : 'take');
    await world.begin();
    let sends = 0;
    for (let minute = 0; minute < 60; minute++) {
      world.store.append(10);
      await world.clock.run(MINUTE);
      if (minute === 30) sends = world.receiver.sends;
    }
    expect(arrived()).toBe(1599);
    expect(status()).toMatchObject({ state: 'retrying', circuit: 'closed', bookmark: world.store.events[39].id });
    expect(world.receiver.sends - sends).toBeLessThan(250);
    world.receiver.treat = () => 'take';
    await world.finish();
    expect(world.check()).toEqual([]);
  });

  it('that never answers is given up after a while', async () => {
    world = new SimWorld({ tuning: { sendLimit: 10_000 } });
    world.store.append(10);
    const { send, ...others } = world.receiver.output();
    expect(send).toBeDefined();
    let aborted = 0;
    world.replaceOutput({
      ...others,
      send: (rows, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted++;
            resolve(send(rows, new AbortController().signal));
          });
        }),
    });
    await world.begin();
    await world.clock.run(9000);
    expect(aborted).toBe(0);
    await world.finish();
    expect([aborted, arrived()]).toEqual([1, 10]);
  });
});

describe('the state store', () => {
  it('may be away: delivery goes on within a window, and nothing comes twice', async () => {
    world = new SimWorld({ tuning: { windowEvents: 2000 } });
    world.store.append(20_000);
    await world.begin();
    await world.clock.run(500);
    world.keep.failing = () => 'before';
    const saved = Number(world.keep.position?.counts.sent ?? 0);
    await world.clock.run(HOUR);
    expect(arrived()).toBeGreaterThanOrEqual(saved + 1490);
    expect(arrived()).toBeLessThanOrEqual(saved + 2000 + 500);
    expect(status()).toMatchObject({ state: 'retrying', lastError: { code: 'STATE' } });
    world.keep.failing = () => 'no';
    await world.finish();
    expect(world.check()).toEqual([]);
    expect([...world.receiver.taken.values()].every((times) => times === 1)).toBe(true);
  });

  it('bounds the dead letters that wait for it', async () => {
    world = new SimWorld({ tuning: { letterLimit: 10_000 } });
    world.store.append(5000);
    world.receiver.poison = () => true;
    await world.begin();
    await world.clock.run(10);
    world.keep.failing = () => 'before';
    await world.clock.run(HOUR);
    expect(world.receiver.sends * 10).toBeLessThan(400);
    world.keep.failing = () => 'no';
    await world.finish();
    expect([world.keep.letters.size, status().counts.dead]).toEqual([5000, 5000]);
  });
});

describe('an operator', () => {
  it('pauses and resumes', async () => {
    world.store.append(100);
    await world.begin();
    world.forwarder.pause();
    await world.clock.run(MINUTE);
    const before = arrived();
    world.store.append(100);
    await world.clock.run(HOUR);
    expect([arrived(), status().state]).toEqual([before, 'paused']);
    world.forwarder.resume();
    await world.finish();
    expect([arrived(), status().state]).toEqual([200, 'running']);
  });

  it('sends a test event past everything, and wakes a receiver that works again', async () => {
    world.store.append(10);
    world.receiver.treat = () => 'refuse';
    world.receiver.probe = () => 'refuse';
    await world.begin();
    await world.clock.run(1000);
    const row = { id: '1', place: -1 };
    expect(await settled(world.forwarder.test(row))).toEqual({
      status: 'error',
      http_status: 401,
      duration_ms: 10,
      bytes: 10,
      error: 'HTTP_401: No.',
    });
    world.receiver.treat = () => 'take';
    world.receiver.probe = () => 'take';
    expect(await settled(world.forwarder.test(row))).toMatchObject({ status: 'ok', http_status: 200 });
    await world.clock.run(1000);
    expect([status().state, status().counts.sent]).toEqual(['running', 10]);
    world.receiver.poison = () => true;
    expect(await settled(world.forwarder.test(row))).toMatchObject({ status: 'error', error: 'PARSE: No.' });
    world.receiver.treat = () => 'throw';
    expect(await settled(world.forwarder.test(row))).toMatchObject({ status: 'error', http_status: null });
  });

  it('sets the bookmark back: it is saved before anything is sent again', async () => {
    world.store.append(500);
    await world.begin();
    await world.finish();
    const bookmark = world.store.events[399].id;
    world.keep.rewinding = true;
    await settled(world.forwarder.rewind(bookmark));
    expect(world.keep.position).toMatchObject({ bookmark, counts: { sent: 500 } });
    expect([world.receiver.sends, status().bookmark]).toEqual([50, bookmark]);
    world.keep.rewinding = false;
    await world.finish();
    expect(status().counts.sent).toBe(600);
    const times = world.store.events.map(({ id }) => world.receiver.taken.get(id));
    expect(times).toEqual(times.map((_, place) => (place < 400 ? 1 : 2)));
  });

  it('sets the bookmark while requests are under way: they are given up', async () => {
    world.store.append(400);
    world.receiver.latency = () => 5000;
    await world.begin();
    await world.clock.run(21_000);
    expect([world.receiver.underWay > 0, arrived() > 0]).toEqual([true, true]);
    const before = new Map(world.receiver.taken);
    await world.rewind(world.keep.position?.bookmark ?? '0');
    await world.finish();
    expect(status().counts.sent).toBe(400);
    expect([...before.keys()].every((id) => world.receiver.taken.get(id) === 1)).toBe(true);
    expect(world.check()).toEqual([]);
    expect(status().counts.retried).toBe(0);
  });

  it('sets the bookmark forward: what is skipped is neither sent nor lost', async () => {
    world.store.append(500);
    world.receiver.treat = () => 'busy';
    world.receiver.probe = () => 'busy';
    await world.begin();
    await world.clock.run(MINUTE);
    await settled(world.forwarder.rewind(world.store.head()));
    world.receiver.treat = () => 'take';
    world.receiver.probe = () => 'take';
    world.store.append(5);
    await world.finish();
    expect([arrived(), status().counts.sent, status().counts.lost]).toEqual([5, 5, 0]);
  });

  it('is told when the bookmark could not be set, and nothing has changed', async () => {
    world.store.append(100);
    await world.begin();
    await world.finish();
    world.keep.failing = () => 'before';
    await expect(settled(world.forwarder.rewind('0'))).rejects.toThrow('state store');
    expect(status().bookmark).toBe(world.store.head());
    world.keep.failing = () => 'no';
    world.store.append(1);
    await world.finish();
    expect(world.check()).toEqual([]);
    await settled(world.forwarder.stop());
    await expect(world.forwarder.rewind('0')).rejects.toThrow('not running');
  });
});

describe('retention', () => {
  it('that takes events before they were sent is counted and said', async () => {
    world = new SimWorld({ metrics: new Metrics() });
    world.store.append(300);
    await world.begin();
    world.forwarder.pause();
    await world.clock.run(MINUTE);
    world.store.today = 1;
    world.store.append(50);
    await world.clock.run(MINUTE);
    world.store.drop(world.store.events[0].day);
    await world.clock.run(MINUTE);
    expect(status()).toMatchObject({ counts: { sent: 0, lost: 300 }, lastError: { code: 'RETENTION_GAP' } });
    expect(status().lastError?.detail).toContain('300 events');
    world.forwarder.resume();
    await world.finish();
    expect(status().counts).toMatchObject({ sent: 50, lost: 300 });
    expect(await world.metrics.registry.metrics()).toContain('vedette_output_lost_events_total{output="test"} 300');
  });
});

describe('pressure', () => {
  it('leaves the main thread to ingest, and ends without a trace', async () => {
    // So small batches that a page is never more than its least 500 rows.
    world = new SimWorld({ limits: { events: 3 } });
    world.store.append(50_000);
    world.store.busy = 30;
    world.receiver.latency = () => 1;
    world.pressure = 1;
    await world.begin();
    await world.clock.run(10_000);
    // 30 ms a page of 500 at 15 % of the time are five pages a second.
    expect(world.store.read).toBeLessThanOrEqual(10 * 5 * 500 + 1000);
    expect(arrived()).toBeGreaterThan(10 * 4 * 500);
    world.pressure = 0;
    await world.clock.run(8000);
    expect(arrived()).toBe(50_000);
  });
});
