import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asAdmin, serverOf, World } from '../../test/fakes/api.ts';
import { anomalyOf, memorySettings, trafficServiceOf, windowOf } from '../../test/fakes/traffic.ts';
import type { EventChoice, EventsView } from '../model/traffic-view.ts';
import type { EventParts, Follower } from '../pipelines/traffic-service/event-source.ts';
import type { TrafficService } from '../pipelines/traffic-service.ts';
import type { App } from './context.ts';
import { computeAnswer, trafficJob } from './schemas/traffic.ts';
import { trafficStatus } from './schemas/traffic-control.ts';

const START = Date.UTC(2026, 10, 20, 12) / 1000;
const FOUND = windowOf(7, START, 10, 30);

/** A follower that found one window in the run before, and finds another when it is told to. */
class FakeFollower implements Follower {
  hooks: Parameters<Follower['start']>[0] | undefined;
  late = 0;
  trouble: string | undefined;

  async start(hooks: Parameters<Follower['start']>[0]): Promise<void> {
    this.hooks = hooks;
    hooks.restore([FOUND], [anomalyOf(FOUND)]);
  }

  async stop(): Promise<void> {
    this.hooks = undefined;
  }

  find(): void {
    const window = windowOf(8, START + 10, 10, 40);
    this.hooks!.onWindow(window);
    this.hooks!.onAnomaly(anomalyOf(window, { flow_src: '192.0.2.9', evidence: ['123'] }));
  }

  view(): EventsView {
    return {
      following: this.hooks !== undefined,
      watermark: START,
      newest: START + 90,
      lagSeconds: 1.23456,
      held: 3,
      events: 50,
      late: this.late,
      old: 0,
      ahead: 0,
      crowded: 0,
      error: this.trouble ?? null,
    };
  }

  problem(): string | undefined {
    return this.trouble;
  }
}

let folder: string;
let service: TrafficService;
let follower: FakeFollower;
let chosen: { choice: EventChoice; seconds: number }[];
let app: App;

const analysis: EventParts['analysis'] = (choice, seconds, hooks) => {
  chosen.push({ choice, seconds });
  return {
    async read() {
      hooks.onWindow(windowOf(0, START, seconds, 5));
    },
    stop: () => undefined,
    finish: () => ({ totals: { packets: 9, events: 5 } }),
  };
};

async function begin(parts: Partial<EventParts> = {}): Promise<void> {
  follower = new FakeFollower();
  chosen = [];
  const settings = memorySettings();
  ({ service } = trafficServiceOf(folder, { settings, events: { follower, analysis, ...parts } }));
  await service.start();
  const world = new World();
  world.traffic = service;
  app = await serverOf(world);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-traffic-events-'));
  await begin();
});
afterEach(async () => {
  await app.close();
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

const get = async (url: string) => (await app.inject({ url, headers: asAdmin })).json();
const compute = async (payload: object) =>
  app.inject({ method: 'POST', url: '/api/metrics/compute', headers: asAdmin, payload });

describe('events as they come in', () => {
  it('are shown from the start, with what was found before', async () => {
    const status = trafficStatus.strict().parse(await get('/v1/traffic/status'));
    expect(status.system).toMatchObject({ mode: 'events', events: 'stored events', pcap_file: null });
    expect(status.events).toMatchObject({ following: true, watermark: START, lag: 1.235, events: 50 });
    expect((await get('/api/metrics/')).metrics).toMatchObject([{ window_id: 7 }]);
    follower.find();
    expect((await get('/api/metrics/8')).window_id).toBe(8);
    expect((await get('/api/anomalies/')).anomalies.at(-1)).toMatchObject({ flow_src: '192.0.2.9', evidence: ['123'] });
    expect(follower.hooks!.found()).toMatchObject({
      windows: [{ window_id: 7 }, { window_id: 8 }],
      anomalies: [{}, {}],
    });
  });

  it('are judged by the allow rules', async () => {
    await service.setRule({ id: 'r', source: '192.0.2.9', reason: 'our own' });
    follower.find();
    expect((await get('/api/anomalies/')).total).toBe(1);
    expect((await get('/v1/traffic/anomalies?hidden=true')).total).toBe(1);
    expect(follower.hooks!.found().anomalies).toHaveLength(2);
  });

  it('go on behind what else is looked at, and come back', async () => {
    expect((await compute({ source: 'events', from: '-1h' })).json()).toMatchObject({ window_count: 1, events: 5 });
    follower.find();
    expect((await get('/api/metrics/')).total).toBe(1);
    const back = computeAnswer.strict().parse((await compute({ source: 'events' })).json());
    expect(back).toMatchObject({ message: '2 windows from stored events so far.', events: 50, window_size: 10 });
    expect((await get('/api/metrics/')).total).toBe(2);
    expect(trafficJob.strict().parse(await get('/v1/traffic/jobs/events'))).toMatchObject({ state: 'running' });
  });

  it('say in the health and in the metrics what is wrong', async () => {
    expect(service.health()).toMatchObject({ state: 'ok' });
    follower.trouble = 'Stored events are not analysed: the engine is away';
    expect(service.health()).toMatchObject({ state: 'degraded', detail: follower.trouble });
  });
});

describe('events of a time', () => {
  it('are the last hour, or what is asked for', async () => {
    await compute({ source: 'events', force: true });
    await compute({ source: 'events', from: '2026-11-20T12:00:00Z', to: '2026-11-20T13:00:00Z', window_size: 60 });
    await compute({ source: 'events', filter: ' dst.port = 22 ' });
    const ranges = chosen.map(({ choice: { range } }) => (range.to - range.from) / 3600e6);
    expect(ranges).toEqual([1, 1, 1]);
    expect(chosen[1]).toMatchObject({ seconds: 60, choice: { range: { from: START * 1e6 } } });
    expect(chosen[2].choice).toMatchObject({ text: 'dst.port = 22', filter: { op: '=' } });
    const jobs = service.jobs();
    expect(jobs[1].input).toBe('stored events 2026-11-20T12:00:00Z to 2026-11-20T13:00:00Z');
    expect(jobs[0].input).toMatch(/: dst\.port = 22$/);
  });

  it.each([{ filter: 'dst.prot = 22' }, { from: 'soon' }, { from: '-1h', to: '-2h' }])(
    '%j is refused',
    async (order) => {
      expect((await compute({ source: 'events', ...order })).statusCode).toBe(400);
      expect(chosen).toEqual([]);
    },
  );

  it('are the last hour where nothing is followed', async () => {
    await app.close();
    await begin({ follower: undefined });
    expect((await get('/v1/traffic/status')).events).toBeNull();
    expect((await compute({ source: 'events' })).json()).toMatchObject({ events: 5 });
    expect(chosen).toHaveLength(1);
  });
});
