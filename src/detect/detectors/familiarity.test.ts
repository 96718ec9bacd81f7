import { describe, expect, it } from 'vitest';
import { Familiarity } from './familiarity.ts';
import { Habits } from './habits.ts';
import { UploadHistory } from './upload-history.ts';

const HOUR = 3600e6;
const DAY = 24 * HOUR;
const json = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe('familiarity', () => {
  it('knows who talks to whom, and since when', () => {
    const familiarity = new Familiarity();
    for (let i = 0; i < 20; i++) familiarity.see(`10.0.0.${i}`, 'common', i);
    familiarity.see('10.0.0.1', 'rare', 2 * DAY);
    familiarity.see('10.0.0.1', 'rare', 3 * DAY);
    expect([familiarity.share('common'), familiarity.share('rare'), familiarity.share('none')]).toEqual([1, 0.05, 0]);
    expect([familiarity.hosts('common'), familiarity.hosts('rare')]).toEqual([20, 1]);
    expect(familiarity.age('rare', 5 * DAY)).toBe(3);
    expect(familiarity.age('none', 5 * DAY)).toBe(0);
    expect([5, 8, 10].map((day) => familiarity.isNew('rare', day * DAY))).toEqual([false, true, false]);
    const next = new Familiarity();
    next.load(json(familiarity.save()));
    expect([next.share('rare'), next.age('rare', 5 * DAY), next.isNew('rare', 8 * DAY)]).toEqual([0.05, 3, true]);
  });

  it('says nothing of shares among few hosts, and takes very many hosts for common', () => {
    const familiarity = new Familiarity(3);
    familiarity.see('10.0.0.1', 'a', 0);
    expect(familiarity.share('a')).toBeNaN();
    for (let i = 0; i < 1000; i++) familiarity.see(`10.1.${i >> 8}.${i & 255}`, i < 200 ? 'a' : `x${i}`, 0);
    expect(familiarity.size).toBe(3);
    const many = new Familiarity();
    for (let i = 0; i < 1000; i++) many.see(`10.1.${i >> 8}.${i & 255}`, i < 200 ? 'a' : 'b', 0);
    expect(many.share('a')).toBe(0.5);
    expect(many.hosts('a')).toBe(128);
  });
});

describe('habits', () => {
  it('are what was done on three of the last seven days, today left out', () => {
    const habits = new Habits();
    const usual: boolean[] = [];
    for (let day = 0; day < 5; day++) {
      habits.note('a', day * DAY + 5);
      habits.note('a', day * DAY + 9);
      usual.push(habits.isUsual('a', day * DAY + 10));
    }
    expect(usual).toEqual([false, false, false, true, true]);
    expect(habits.isUsual('a', 9 * DAY)).toBe(true);
    expect(habits.isUsual('a', 12 * DAY)).toBe(false);
    expect(habits.isUsual('b', DAY)).toBe(false);
    const next = new Habits();
    next.load(json(habits.save()));
    expect(next.isUsual('a', 9 * DAY)).toBe(true);
    for (let day = 5; day < 500; day++) habits.note('a', day * DAY);
    expect(habits.save()[0][2].length).toBeLessThanOrEqual(8);
  });
});

describe('history of uploads', () => {
  it('knows a host after 24 hours with an upload, and learns little from what is much more', () => {
    const history = new UploadHistory();
    for (let hour = 0; hour < 24; hour++) history.add('a', hour * HOUR, 1000);
    expect(history.limit('a')).toBeNaN();
    history.add('a', 24 * HOUR, 1000);
    expect(history.limit('a')).toBeCloseTo(1100, 6);
    history.add('a', 24 * HOUR + 1, 100_000);
    history.add('a', 25 * HOUR, 0);
    expect(history.limit('a')).toBeLessThan(1.1 * 11_100);
    expect(history.limit('a')).toBeGreaterThan(1100);
    const next = new UploadHistory();
    next.load(json(history.save()));
    expect(next.limit('a')).toBe(history.limit('a'));
    for (let hour = 26; hour < 1000; hour++) next.add('a', hour * HOUR, 5);
    expect(next.save()[0][2].past).toHaveLength(168);
  });
});
