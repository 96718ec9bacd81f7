import { describe, expect, it } from 'vitest';
import { Activity } from './activity.ts';

const SECOND = 1_000_000;

async function sampled(...batches: number[]): Promise<Activity> {
  let n = 0;
  const activity = new Activity(async () => {
    const value = batches[n++];
    if (value < 0) throw new Error('the store is stopping');
    return { batches: value, lag: value };
  });
  for (let i = 0; i < batches.length; i++) await activity.sample(1_000 + i * 10_000);
  return activity;
}

describe('Activity', () => {
  it('counts the batches of a range, and knows nothing of times without samples', async () => {
    const activity = await sampled(2, 5, 9, 9, 14);
    expect(activity.batches({ from: 0, to: 100 * SECOND })).toBe(14);
    expect(activity.batches({ from: 5 * SECOND, to: 25 * SECOND })).toBe(7);
    expect(activity.batches({ from: 200 * SECOND, to: 300 * SECOND })).toBeNull();
    expect(new Activity(async () => ({ batches: 1, lag: null })).batches({ from: 0, to: 1 })).toBeNull();
  });

  it('spreads them over buckets', async () => {
    const activity = await sampled(2, 5, -1, 9, 14);
    expect(activity.sparks({ from: 0, to: 60 * SECOND }, 20 * SECOND)).toEqual({ batches: [5, 4, 5], lag: [5, 9, 14] });
  });
});
