import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Treatment } from '../../test/fakes/forwarder/sim-receiver.ts';
import { SimWorld } from '../../test/fakes/forwarder/sim-world.ts';

const TROUBLE: readonly Treatment[] = [
  'partial',
  'busy',
  'later',
  'too-large',
  'refuse',
  'throw',
  'lost-answer',
  'nonsense',
];

/** A world whose parts misbehave, each request anew, as long as `bad.on`. */
function badWorld(seed: number, share: number, filtered: boolean) {
  const world = new SimWorld({
    seed,
    filtered,
    limits: { events: 1 + (seed % 23), concurrency: 1 + (seed % 8) },
    tuning: { windowEvents: 400, measureEvery: 5000 },
  });
  const { random, receiver, store, keep } = world;
  const bad = { on: true };
  const trouble = (): Treatment =>
    bad.on && random() < share ? TROUBLE[Math.floor(random() * TROUBLE.length)] : 'take';
  receiver.treat = trouble;
  receiver.probe = trouble;
  receiver.retryAfter = Math.floor(random() * 100);
  receiver.poison = ({ place }) => Number(place) % 37 === 5;
  receiver.giant = ({ place }) => Number(place) % 101 === 7;
  receiver.latency = () => (random() < 0.1 ? 20_000 * random() : 200 * random());
  store.latency = () => 50 * random();
  store.failing = () => bad.on && random() < 0.05;
  keep.latency = () => 50 * random();
  keep.failing = () => (bad.on && random() < 0.1 ? (random() < 0.5 ? 'before' : 'after') : 'no');
  return { world, bad };
}

type Deed = 'append' | 'crash' | 'restart' | 'pause' | 'wait' | 'drop' | 'rewind';

async function act(world: SimWorld, deed: Deed): Promise<void> {
  const { random, store, forwarder, clock, keep } = world;
  const wanted = world.filtered ? () => random() < 0.3 : undefined;
  switch (deed) {
    case 'append':
      return store.append(Math.floor(random() * 300), wanted);
    case 'crash':
      return world.crash();
    case 'restart':
      return world.restart();
    case 'pause':
      forwarder.pause();
      await clock.run(random() * 10_000);
      return forwarder.resume();
    case 'wait':
      await clock.run(random() * 60_000);
      return;
    case 'drop':
      return dropOldest(world);
    case 'rewind': {
      const bookmark = keep.position?.bookmark ?? '0';
      const before = store.events.findLast(({ id }) => id === bookmark)?.row.place ?? 0;
      const place = Math.floor(random() * Number(before));
      return world.rewind(place === 0 ? '0' : store.events[place].id);
    }
  }
}

/** A new day begins; when what lies ahead of the oldest one has been counted and saved, retention takes it away. */
async function dropOldest(world: SimWorld): Promise<void> {
  const { store, keep, clock, filtered } = world;
  store.today++;
  store.append(5, filtered ? () => world.random() < 0.3 : undefined);
  const day = store.events.find(({ dropped }) => !dropped)?.day;
  if (day === undefined || day === store.events.at(-1)?.day) return;
  const counted = () => {
    const position = keep.position;
    return position?.ahead[day] === store.behind(position?.aheadOf ?? position?.bookmark ?? '0', day);
  };
  if (await clock.run(20_000, counted)) store.drop(day);
}

async function live(seed: number, share: number, filtered: boolean, deeds: readonly Deed[]): Promise<SimWorld> {
  const { world, bad } = badWorld(seed, share, filtered);
  await act(world, 'append');
  await world.begin();
  for (const deed of deeds) {
    await act(world, deed);
    await world.clock.run(world.random() * 5000);
  }
  bad.on = false;
  if (!(await world.finish())) world.faults.push('it does not come to the end');
  return world;
}

const anySeed = fc.integer({ min: 0, max: 1_000_000 });
const anyShare = fc.constantFrom(0, 0.1, 0.3, 0.6, 0.95);
const deedsOf = (...deeds: Deed[]) => fc.array(fc.constantFrom<Deed>('append', ...deeds), { maxLength: 25 });

describe('a forwarder between a store, a state store and a receiver that all misbehave', () => {
  it('delivers every event or buries it, over crashes, and counts each once', async () => {
    await fc.assert(
      fc.asyncProperty(anySeed, anyShare, deedsOf('append', 'crash', 'restart', 'pause', 'wait'), async (...given) => {
        const [seed, share, deeds] = given;
        const world = await live(seed, share, false, deeds);
        expect(world.check()).toEqual([]);
        const { sent, dead, lost } = world.forwarder.status().counts;
        expect(lost).toBe(0);
        expect(dead).toBe(world.keep.letters.size);
        expect(sent + dead).toBe(world.store.events.length);
        expect(world.keep.position?.counts).toEqual(world.forwarder.status().counts);
      }),
      { numRuns: 60 },
    );
  });

  it('counts what retention took away exactly when there is no filter', async () => {
    await fc.assert(
      fc.asyncProperty(anySeed, anyShare, deedsOf('crash', 'restart', 'wait', 'drop'), async (seed, share, deeds) => {
        const world = await live(seed, share, false, deeds);
        expect(world.check()).toEqual([]);
        const { sent, dead, lost } = world.forwarder.status().counts;
        expect(sent + dead + lost).toBe(world.store.events.length);
        expect(lost).toBeGreaterThanOrEqual(world.missing);
      }),
      { numRuns: 60 },
    );
  });

  it('counts with a filter at least what retention took away, and nothing when it took nothing', async () => {
    await fc.assert(
      fc.asyncProperty(anySeed, anyShare, deedsOf('crash', 'restart', 'wait', 'drop'), async (seed, share, deeds) => {
        const world = await live(seed, share, true, deeds);
        expect(world.check()).toEqual([]);
        const { lost } = world.forwarder.status().counts;
        const dropped = world.store.events.filter((event) => event.dropped).length;
        expect(lost).toBeGreaterThanOrEqual(world.missing);
        expect(lost).toBeLessThanOrEqual(dropped);
      }),
      { numRuns: 60 },
    );
  });

  it('delivers again what lies behind a bookmark that was set back', async () => {
    await fc.assert(
      fc.asyncProperty(anySeed, anyShare, deedsOf('crash', 'pause', 'wait', 'rewind'), async (seed, share, deeds) => {
        const world = await live(seed, share, false, deeds);
        expect(world.check()).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
