import { describe, expect, it } from 'vitest';
import { Breaker } from './breaker.ts';

function opened(): Breaker {
  const breaker = new Breaker(() => 0);
  for (let n = 0; n < 5; n++) breaker.failed(0, 0);
  return breaker;
}

describe('breaker', () => {
  it('opens after five failures in a row, not after four', () => {
    const breaker = new Breaker(() => 0);
    for (let n = 0; n < 4; n++) expect(breaker.failed(0, 0)).toBe(false);
    expect(breaker.succeeded(0)).toBe(false);
    for (let n = 0; n < 4; n++) expect(breaker.failed(0, 0)).toBe(false);
    expect(breaker.circuit).toBe('closed');
    expect(breaker.failed(0, 0)).toBe(true);
    expect(breaker.circuit).toBe('open');
    expect(breaker.allows(0)).toBe(false);
  });

  it('lets one batch go after a probe, and any number after that', () => {
    const breaker = opened();
    breaker.probing();
    expect(breaker.circuit).toBe('half-open');
    expect(breaker.allows(0)).toBe(false);
    breaker.probed();
    expect(breaker.allows(0)).toBe(true);
    expect(breaker.allows(1)).toBe(false);
    expect(breaker.succeeded(breaker.turn)).toBe(true);
    expect(breaker.circuit).toBe('closed');
    expect(breaker.allows(7)).toBe(true);
  });

  it('opens again for longer when probe or batch fails', () => {
    const waits: number[] = [];
    const breaker = new Breaker(() => 1);
    for (let n = 0; n < 5; n++) breaker.failed(0, 0);
    for (let n = 0; n < 5; n++) {
      waits.push(breaker.until);
      breaker.probing();
      if (n % 2 === 0) breaker.probed();
      expect(breaker.failed(0, breaker.turn)).toBe(true);
    }
    expect(waits).toEqual([8000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('does not listen to requests that began before its state changed', () => {
    const breaker = opened();
    const { until } = breaker;
    expect(breaker.succeeded(0)).toBe(false);
    expect(breaker.failed(9e6, 0)).toBe(false);
    expect(breaker.refused(9e6, 0)).toBe(false);
    expect(breaker.circuit).toBe('open');
    expect(breaker.until).toBe(until);
  });

  it('opens at once when refused, and asks again after 30 to 60 seconds', () => {
    for (const [x, until] of [
      [0, 31_000],
      [1, 61_000],
    ]) {
      const breaker = new Breaker(() => x);
      expect(breaker.refused(1000, 0)).toBe(true);
      expect(breaker.blocked).toBe(true);
      expect(breaker.until).toBe(until);
    }
  });

  it('is not blocked any more when the probe succeeds or the receiver fails otherwise', () => {
    const breaker = new Breaker(() => 0);
    breaker.refused(0, 0);
    breaker.probing();
    expect(breaker.blocked).toBe(true);
    breaker.probed();
    expect(breaker.blocked).toBe(false);
    breaker.refused(0, breaker.turn);
    breaker.probing();
    breaker.failed(0, breaker.turn);
    expect(breaker.blocked).toBe(false);
  });

  it('waits as long as it was asked to, and hurries when told to', () => {
    const breaker = new Breaker(() => 0);
    for (let n = 0; n < 5; n++) breaker.failed(0, 0, 100);
    expect(breaker.until).toBe(100_000);
    breaker.hurry(7);
    expect(breaker.until).toBe(7);
  });
});
