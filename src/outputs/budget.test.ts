import { describe, expect, it } from 'vitest';
import { Budget } from './budget.ts';

function clockOf() {
  const clock = { time: 0, now: () => clock.time, elapsed: () => clock.time, after: () => () => {}, soon: () => {} };
  return clock;
}

describe('budget', () => {
  it('asks for no rest without pressure, and does not remember the work', () => {
    const budget = new Budget(0.1, clockOf());
    expect(budget.spend(1000, 0)).toBe(0);
    expect(budget.spend(10, 1)).toBeCloseTo(100);
  });

  it('asks for less rest under less pressure', () => {
    const rests = [0.01, 0.5, 0.9, 1].map((pressure) => new Budget(0.1, clockOf()).spend(10, pressure));
    for (const [i, rest] of [10.09, 18.18, 52.63, 100].entries()) expect(rests[i]).toBeCloseTo(rest, 1);
  });

  it('forgets a debt as time passes', () => {
    const clock = clockOf();
    const budget = new Budget(0.1, clock);
    budget.spend(10, 1);
    clock.time = 50;
    expect(budget.spend(0, 1)).toBeCloseTo(50);
    clock.time = 5000;
    expect(budget.spend(0, 1)).toBe(0);
  });

  it('gives several workers their share, together no more than it may', () => {
    const clock = clockOf();
    const budget = new Budget(0.15, clock);
    const workers = [7, 20, 33].map((busy) => ({ busy, at: 0, worked: 0 }));
    for (; clock.time < 100_000; clock.time++)
      for (const worker of workers) {
        if (clock.time < worker.at) continue;
        worker.worked += worker.busy;
        worker.at = clock.time + budget.spend(worker.busy, 1);
      }
    const total = workers.reduce((sum, { worked }) => sum + worked, 0);
    expect(total / 100_000).toBeGreaterThan(0.14);
    expect(total / 100_000).toBeLessThan(0.16);
    for (const { worked, busy } of workers) expect(worked / busy).toBeGreaterThan(100);
  });
});
