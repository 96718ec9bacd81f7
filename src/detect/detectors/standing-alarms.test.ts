import { describe, expect, it } from 'vitest';
import { StandingAlarms } from './standing-alarms.ts';

const MINUTE = 60e6;

describe('standing alarms', () => {
  it('stay open through windows without news, until their time', () => {
    const alarms = new StandingAlarms();
    expect(alarms.judge('a', 1.2, 0, 10, 5 * MINUTE)).toBe('opened');
    for (let now = 0; now <= 5 * MINUTE; now += MINUTE) alarms.endWindow(now);
    expect(alarms.isOpen('a')).toBe(true);
    expect(alarms.judge('a', 1.2, 5 * MINUTE, 12, 6 * MINUTE)).toBe('silent');
    for (let now = 5 * MINUTE; now <= 8 * MINUTE; now += MINUTE) alarms.endWindow(now);
    expect(alarms.isOpen('a')).toBe(false);
    expect(alarms.size).toBe(0);
  });

  it('are over after their time though no windows were made for it', () => {
    const alarms = new StandingAlarms();
    alarms.judge('a', 1, 0, 10, MINUTE);
    expect(alarms.judge('a', 1, 3 * MINUTE, 10, 4 * MINUTE)).toBe('opened');
  });

  it('are told again when the size has doubled', () => {
    const alarms = new StandingAlarms();
    const verdicts = [10, 15, 20, 39, 40].map((size, i) => alarms.judge('a', 1, i, size, MINUTE));
    expect(verdicts).toEqual(['opened', 'silent', 'doubled', 'silent', 'doubled']);
  });

  it('close when they were calm in two windows', () => {
    const alarms = new StandingAlarms();
    alarms.judge('a', 1, 0, 1, 1e12);
    alarms.endWindow(0);
    for (const now of [1, 2]) {
      alarms.judge('a', 0.5, now, 1, 1e12);
      alarms.endWindow(now);
    }
    expect(alarms.isOpen('a')).toBe(false);
  });

  it('are the same after a restart', () => {
    const alarms = new StandingAlarms();
    alarms.judge('a', 1, 0, 10, 1e12);
    alarms.judge('b', 0.2, 0, 10, 1e12);
    const next = new StandingAlarms();
    next.load(JSON.parse(JSON.stringify(alarms.save())), 1);
    expect(next.judge('a', 1, 2, 12, 1e12)).toBe('silent');
    expect(next.judge('b', 1, 2, 12, 1e12)).toBe('opened');
  });
});
