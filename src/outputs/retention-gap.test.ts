import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetentionGap } from './retention-gap.ts';

const days = (counts: Record<string, number>) => new Map(Object.entries(counts));
const always = () => true;

/** A day's worth of asking, with everything the store answers at once. */
function ask(gap: RetentionGap, answer: Record<string, number>, bookmark = '1', over = always): number {
  gap.ask();
  const missing = gap.suspicious(days(answer), over);
  gap.answered(days(answer), missing, bookmark);
  return [...missing.values()].reduce((sum, events) => sum + events, 0);
}

describe('the retention gap without a filter', () => {
  const gapOf = (ahead: Record<string, number> = {}) => new RetentionGap({ bookmark: '0', ahead }, false);

  it('is what is missing of what was counted', () => {
    const gap = gapOf();
    expect(ask(gap, { '20260101': 10, '20260102': 5 })).toBe(0);
    expect(ask(gap, { '20260102': 5 })).toBe(10);
    expect(ask(gap, { '20260102': 5 })).toBe(0);
    expect(gap.kept('1')).toEqual({ ahead: { '20260102': 5 } });
  });

  it('is not what was read, be it delivered or in memory', () => {
    const gap = gapOf({ '20260101': 10 });
    gap.read(days({ '20260101': 6 }));
    gap.passed(days({ '20260101': 4 }));
    expect(ask(gap, {})).toBe(4);
    gap.passed(days({ '20260101': 2 }));
    expect(ask(gap, {})).toBe(0);
    expect(gap.empty).toBe(true);
  });

  it('grows when what was in memory is forgotten by a crash', () => {
    const gap = gapOf({ '20260101': 10 });
    gap.read(days({ '20260101': 6 }));
    expect(ask(gap, {})).toBe(4);
    expect(ask(gapOf(gap.kept('0').ahead), {})).toBe(6);
  });

  it('is not what is read while the store answers', () => {
    const gap = gapOf({ '20260101': 10 });
    gap.ask();
    gap.read(days({ '20260101': 10 }));
    gap.passed(days({ '20260101': 10 }));
    expect(gap.suspicious(days({}), always).size).toBe(0);
    gap.answered(days({}), days({}), '5');
    expect(gap.empty).toBe(true);
  });

  it('says nothing about a day that is not over, and remembers what it expects of it', () => {
    const gap = gapOf({ '20260101': 10 });
    expect(ask(gap, { '20260101': 3 }, '1', () => false)).toBe(0);
    expect(ask(gap, { '20260101': 12 })).toBe(0);
    expect(ask(gap, { '20260101': 11 })).toBe(1);
  });

  it('knows nothing behind a bookmark that was moved by hand', () => {
    const gap = gapOf({ '20260101': 10 });
    gap.ask();
    gap.restart('0');
    expect(gap.suspicious(days({}), always).size).toBe(0);
    expect(gap.empty).toBe(true);
  });

  it('is exact whatever happens in which order', () => {
    const step = fc.record({
      deed: fc.constantFrom('read', 'pass', 'ask', 'answer', 'drop', 'crash'),
      events: fc.integer({ min: 0, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const day = '20260101';
        let [unread, memory, passed, lost] = [100, 0, 0, 0];
        // What the store has behind the bookmark: the unread, and of the read those that were there when it dropped none.
        let dropped = false;
        let gap = gapOf({ [day]: 100 });
        let asked: { answer: Map<string, number> } | undefined;
        const answer = () => {
          if (!asked) return;
          const missing = gap.suspicious(asked.answer, always);
          gap.answered(asked.answer, missing, '1');
          for (const events of missing.values()) lost += events;
          asked = undefined;
        };
        const question = () => {
          gap.ask();
          asked = { answer: days(dropped ? {} : { [day]: unread + memory }) };
        };
        for (const { deed, events } of steps) {
          if (deed === 'read' && !dropped) {
            const count = Math.min(events, unread);
            unread -= count;
            memory += count;
            gap.read(days({ [day]: count }));
          } else if (deed === 'pass') {
            const count = Math.min(events, memory);
            memory -= count;
            passed += count;
            gap.passed(days({ [day]: count }));
          } else if (deed === 'drop') dropped = true;
          else if (deed === 'ask' && !asked) question();
          else if (deed === 'answer') answer();
          else if (deed === 'crash') {
            gap = gapOf(gap.kept('0').ahead);
            asked = undefined;
            unread += memory;
            memory = 0;
          }
          expect(lost).toBeLessThanOrEqual(dropped ? unread : 0);
        }
        answer();
        gap.passed(days({ [day]: memory }));
        passed += memory;
        question();
        answer();
        expect(passed + lost + (dropped ? 0 : unread)).toBe(100);
      }),
    );
  });
});

describe('the retention gap with a filter', () => {
  const gapOf = () => new RetentionGap({ bookmark: '7', ahead: { '20260101': 10 } }, true);

  it('has to be confirmed behind the bookmark of the last answer', () => {
    const gap = gapOf();
    gap.ask();
    const missing = gap.suspicious(days({}), always);
    expect([gap.exact, gap.sampledAt, [...missing]]).toEqual([false, '7', [['20260101', 10]]]);
    expect(gap.confirm(missing, days({ '20260101': 10 })).size).toBe(0);
    expect([...gap.confirm(missing, days({ '20260101': 6 }))]).toEqual([['20260101', 4]]);
    expect([...gap.confirm(missing, days({}))]).toEqual([['20260101', 10]]);
  });

  it('is kept with the bookmark it was counted for', () => {
    const gap = gapOf();
    expect(gap.kept('7')).toEqual({ ahead: { '20260101': 10 } });
    expect(gap.kept('9')).toEqual({ ahead: { '20260101': 10 }, aheadOf: '7' });
    gap.ask();
    gap.answered(days({ '20260101': 2 }), days({}), '9');
    expect(gap.kept('9')).toEqual({ ahead: { '20260101': 2 } });
  });

  it('expects what is in memory, because a crash would lose it', () => {
    const gap = gapOf();
    gap.read(days({ '20260101': 3 }));
    gap.ask();
    gap.answered(days({}), days({ '20260101': 7 }), '7');
    expect(gap.kept('7')).toEqual({ ahead: { '20260101': 3 } });
  });

  it('is confirmed once more when the filter was taken away', () => {
    const gap = new RetentionGap({ bookmark: '9', ahead: { '20260101': 10 }, aheadOf: '7' }, false);
    expect([gap.exact, gap.sampledAt]).toEqual([false, '7']);
    gap.ask();
    gap.answered(days({ '20260101': 4 }), days({}), '9');
    expect([gap.exact, gap.kept('9').ahead]).toEqual([true, { '20260101': 4 }]);
  });
});
