import { describe, expect, it } from 'vitest';
import { Concurrency } from './concurrency.ts';

/** So many rounds in which all places are used and each answer takes so long. */
function rounds(concurrency: Concurrency, count: number, seconds: number): void {
  for (let n = 0; n < count; n++) {
    const places = concurrency.current;
    for (let m = 0; m < places; m++) concurrency.succeeded(seconds, places);
  }
}

describe('concurrency', () => {
  it('begins with one and grows by one a round up to the limit', () => {
    const concurrency = new Concurrency(8);
    const seen: number[] = [];
    for (let n = 0; n < 10; n++) {
      seen.push(concurrency.current);
      rounds(concurrency, 1, 0.1);
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 8, 8]);
  });

  it('does not grow while places stay empty', () => {
    const concurrency = new Concurrency(8);
    rounds(concurrency, 3, 0.1);
    for (let n = 0; n < 40; n++) concurrency.succeeded(0.1, 1);
    expect(concurrency.current).toBe(4);
  });

  it('shrinks by a tenth when answers take longer, and grows again when that is usual', () => {
    const concurrency = new Concurrency(8);
    rounds(concurrency, 10, 0.1);
    rounds(concurrency, 1, 1);
    expect(concurrency.current).toBe(7);
    rounds(concurrency, 10, 1);
    expect(concurrency.current).toBe(8);
  });

  it('is halved by a failure, once for those that were under way together', () => {
    const concurrency = new Concurrency(8);
    rounds(concurrency, 10, 0.1);
    const { turn } = concurrency;
    for (let n = 0; n < 8; n++) concurrency.failed(turn);
    expect(concurrency.current).toBe(4);
    for (let n = 0; n < 9; n++) concurrency.failed(concurrency.turn);
    expect(concurrency.current).toBe(1);
  });

  it('never exceeds a limit of one', () => {
    const concurrency = new Concurrency(1);
    rounds(concurrency, 10, 0.1);
    expect(concurrency.current).toBe(1);
  });
});
