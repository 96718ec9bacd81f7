import { describe, expect, it } from 'vitest';
import { NO_COUNTS } from '../model/output.ts';
import { Window } from './window.ts';

const sent = (events: number) => ({ sent: events, dead: 0, duplicates: 0, bytes: events * 10 });

function windowOf() {
  const passed: string[] = [];
  const window = new Window('9', NO_COUNTS, (days) => passed.push(...days.keys()));
  const add = (events: number, upTo: string) => window.add(events, upTo, upTo, new Map([[upTo, events]]));
  return { window, add, passed };
}

describe('window', () => {
  it('moves the bookmark to the end of what is confirmed without a gap', () => {
    const { window, add, passed } = windowOf();
    const [a, b, c] = [add(2, '20'), add(3, '30'), add(1, '100')];
    window.settle(b, sent(3));
    expect([window.bookmark, window.oldest, window.unsettled]).toEqual(['9', '20', 2]);
    window.settle(a, sent(1));
    expect(window.bookmark).toBe('9');
    window.settle(a, { sent: 0, dead: 1, duplicates: 0, bytes: 5 });
    expect([window.bookmark, window.serial, window.readSerial]).toEqual(['30', 5, 6]);
    window.settle(c, sent(1));
    expect([window.bookmark, window.oldest, window.unsettled]).toEqual(['100', undefined, 0]);
    expect(passed).toEqual(['20', '30', '100']);
  });

  it('counts with the bookmark, and shows what is confirmed beyond it', () => {
    const { window, add } = windowOf();
    const [a, b] = [add(2, '20'), add(3, '30')];
    window.settle(b, { sent: 2, dead: 1, duplicates: 1, bytes: 7 });
    expect(window.counts).toEqual(NO_COUNTS);
    expect(window.total()).toEqual({ ...NO_COUNTS, sent: 2, dead: 1, duplicates: 1, bytes: 7 });
    window.settle(a, sent(2));
    window.retried(4);
    window.lost(6);
    expect(window.counts).toEqual({ sent: 4, dead: 1, duplicates: 1, bytes: 27, retried: 4, lost: 6 });
    expect(window.total()).toEqual(window.counts);
  });

  it('moves over what was filtered out, at once or with what is before it', () => {
    const { window, add } = windowOf();
    expect(window.extend('15')).toBe(true);
    expect(window.bookmark).toBe('15');
    const a = add(1, '20');
    expect(window.extend('25')).toBe(false);
    expect(window.extend('22')).toBe(false);
    window.settle(a, sent(1));
    expect(window.bookmark).toBe('25');
    expect(window.extend('8')).toBe(false);
    expect(window.bookmark).toBe('25');
  });

  it('begins anew, with what was confirmed still counted', () => {
    const { window, add } = windowOf();
    add(2, '20');
    window.settle(add(3, '30'), sent(3));
    window.restart('5');
    expect([window.bookmark, window.oldest, window.unsettled, window.counts.sent]).toEqual(['5', undefined, 0, 3]);
    expect(window.serial).toBe(window.readSerial);
    window.settle(add(1, '6'), sent(1));
    expect([window.bookmark, window.counts.sent]).toEqual(['6', 4]);
  });

  it('stays small however much passes', () => {
    const { window, add } = windowOf();
    for (let n = 0; n < 5000; n++) {
      const first = add(1, String(10 + 2 * n));
      window.settle(add(1, String(11 + 2 * n)), sent(1));
      window.settle(first, sent(1));
    }
    expect([window.bookmark, window.counts.sent]).toEqual([String(11 + 2 * 4999), 10_000]);
  });
});
