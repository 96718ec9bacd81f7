import { describe, expect, it } from 'vitest';
import { IpfixNumbering } from './ipfix-numbering.ts';
import { SequenceTracker } from './sequence-tracker.ts';

/** What the decoder does with each message, without the rest of it. */
function watch(messages: readonly (readonly [sequence: number, units: number, options?: number])[]) {
  const counts = { lost: 0, reordered: 0, duplicates: 0, restarts: 0 };
  const numbering = new IpfixNumbering();
  let tracker = new SequenceTracker(counts);
  for (const [sequence, units, options = 0] of messages) {
    if (numbering.look(sequence, units, options)) {
      numbering.takeBack(counts);
      tracker = new SequenceTracker(counts);
    }
    const before = { ...counts };
    const counted = numbering.counted(units, options);
    tracker.observe(numbering.first(sequence, counted), counted);
    numbering.doubt(before, counts);
  }
  return { ...counts, inclusive: numbering.inclusive };
}

const UNITS = [10, 10, 5, 20, 20, 3, 17, 17, 1, 30, 12];
const none = { lost: 0, reordered: 0, duplicates: 0, restarts: 0 };

/** Numbers as the RFC counts them, or with the message's own records. */
function numbered(units: readonly number[], own: boolean, from = 0): [number, number][] {
  let sum = from;
  return units.map((count) => {
    const before = sum;
    sum = (sum + count) % 2 ** 32;
    return [own ? sum : before, count];
  });
}

describe('the numbers of IPFIX messages', () => {
  it('count the records before a message', () => {
    expect(watch(numbered(UNITS, false))).toEqual({ ...none, inclusive: false });
  });

  it('may count those of the message too, which is no loss', () => {
    expect(watch(numbered(UNITS, true))).toEqual({ ...none, inclusive: true });
    expect(watch(numbered(UNITS, true, 2 ** 32 - 40))).toEqual({ ...none, inclusive: true });
  });

  it('may leave out options records, where they count themselves', () => {
    const messages = numbered(UNITS, true).map(
      ([sequence, units], i) => [sequence, i % 4 ? units : units + 1, i % 4 ? 0 : 1] as const,
    );
    expect(watch(messages)).toEqual({ ...none, inclusive: true });
  });

  it.each([false, true])('tell what is lost, whichever way they count (own: %s)', (own) => {
    const messages = numbered(UNITS, own);
    messages.splice(8, 1);
    expect(watch(messages)).toMatchObject({ lost: 1, reordered: 0, duplicates: 0, inclusive: own });
  });

  it('are not judged where the records of a message are not known', () => {
    const messages = numbered(UNITS, false);
    messages[4][1] = Number.NaN;
    expect(watch(messages)).toEqual({ ...none, inclusive: false });
  });
});
