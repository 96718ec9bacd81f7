import { describe, expect, it } from 'vitest';
import { Pressure, type Usage } from './pressure.ts';

function world() {
  const state = { occupied: 0, rows: 0, delivered: 0, usage: { milliseconds: 250, loop: 0, cores: 0 } as Usage };
  const pressure = new Pressure({
    ingest: () => ({ occupied: state.occupied, spooledRows: state.rows }),
    delivered: () => state.delivered,
    usage: () => state.usage,
  });
  /**
   * @param busy use of the machine. @param waiting share of the time in which something waited.
   * @param delivering share of the main thread that outputs took.
   */
  const pass = (busy: number, waiting: number, looks = 20, loop = busy, delivering = loop) => {
    state.usage = { milliseconds: 250, loop, cores: busy };
    for (let i = 0; i < looks; i++) {
      state.occupied += 250 * waiting;
      state.delivered += 250 * delivering;
      pressure.look();
    }
    return pressure.value;
  };
  return { state, pressure, pass };
}

describe('pressure', () => {
  it('is there when the machine is full and something waits', () => {
    expect(world().pass(1, 1)).toBeCloseTo(1, 2);
    expect(world().pass(0.3, 1, 20, 0.99)).toBeCloseTo(1, 2);
    expect(world().pass(1, 0.5)).toBeCloseTo(0.5, 2);
  });

  it.each([
    ['nothing comes in', 1, 0],
    ['what waits, waits for the disk', 0.5, 1],
  ])('is not there when %s', (_, busy, waiting) => {
    expect(world().pass(busy, waiting)).toBe(0);
  });

  it('is there when ingest takes much of the main thread', () => {
    expect(world().pass(0.6, 1, 20, 0.6, 0.05)).toBeCloseTo(1, 2);
    expect(world().pass(0.6, 1, 20, 0.6, 0.15)).toBeCloseTo(0.5, 2);
    expect(world().pass(0.6, 1, 20, 0.6, 0.4)).toBe(0);
    expect(world().pass(0.6, 0, 20, 0.6, 0.05)).toBe(0);
  });

  it('is there when rows wait in heaps, whoever sent them', () => {
    const { state, pressure } = world();
    state.rows = 60_000;
    expect(pressure.value).toBe(0);
    state.rows = 240_000;
    expect(pressure.value).toBe(0.5);
    state.rows = 2_000_000;
    expect(pressure.value).toBe(1);
  });

  it('comes and goes within seconds, not with one look', () => {
    const { pass } = world();
    expect(pass(1, 1, 1)).toBeCloseTo(0.4);
    expect(pass(1, 1, 8)).toBeGreaterThan(0.95);
    expect(pass(1, 0, 1)).toBeGreaterThan(0.5);
    expect(pass(1, 0, 30)).toBe(0);
  });

  it('ends with its service, and can be measured', () => {
    const pressure = new Pressure({
      ingest: () => ({ occupied: performance.now(), spooledRows: 0 }),
      delivered: () => 0,
    });
    pressure.start();
    const until = performance.now() + 30;
    while (performance.now() < until);
    pressure.look();
    expect(pressure.value).toBeGreaterThanOrEqual(0);
    expect(pressure.value).toBeLessThanOrEqual(1);
    pressure.stop();
    expect(pressure.value).toBe(0);
  });
});
