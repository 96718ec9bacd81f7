import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SequenceTracker } from './sequence-tracker.ts';

interface Message {
  readonly sequence: number;
  readonly units: number;
}

const NONE = { lost: 0, reordered: 0, duplicates: 0, restarts: 0 };

/** What is counted for these messages; a number stands for a message of one unit. */
function counted(...messages: (Message | number)[]) {
  const counts = { ...NONE };
  const tracker = new SequenceTracker(counts);
  for (const message of messages) {
    const { sequence, units } = typeof message === 'number' ? { sequence: message, units: 1 } : message;
    tracker.observe(sequence, units);
    if (counts.lost < 0 || counts.reordered < 0 || counts.duplicates < 0)
      expect.unreachable(`below 0 after ${sequence}`);
  }
  return counts;
}

/** Messages that follow one another from `sequence` on. */
function stream(sequence: number, units: readonly number[]): Message[] {
  let next = sequence;
  return units.map((count) => {
    const message = { sequence: next, units: count };
    next = (next + count) % 2 ** 32;
    return message;
  });
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('one stream', () => {
  it('says nothing about messages in order, over the end of the numbers', () => {
    expect(counted(...stream(2 ** 32 - 100, Array(50).fill(7)))).toEqual(NONE);
  });

  it('counts a gap, and takes back what comes late', () => {
    expect(counted(1, 2, 6)).toEqual({ ...NONE, lost: 3 });
    expect(counted(1, 2, 6, 4)).toEqual({ ...NONE, lost: 2, reordered: 1 });
    expect(counted(1, 2, 6, 4, 3, 5)).toEqual({ ...NONE, reordered: 3 });
  });

  it('counts a message that comes twice once as such, be it late or not', () => {
    expect(counted(1, 2, 2, 3)).toEqual({ ...NONE, duplicates: 1 });
    expect(counted(1, 2, 6, 4, 4, 2)).toEqual({ ...NONE, lost: 2, reordered: 1, duplicates: 2 });
  });

  it('never takes back more than a gap had, whatever a message says it covers', () => {
    expect(counted(1, 2, 6, { sequence: 4, units: 100 })).toEqual({ ...NONE, lost: 1, reordered: 1 });
    expect(counted(1, 2, 6, { sequence: 4, units: 0 }, 4)).toEqual({ ...NONE, lost: 2, reordered: 2 });
  });

  it('does not judge the message after one of unknown length', () => {
    const unknown = { sequence: 3, units: Number.NaN };
    expect(counted(1, 2, unknown, 900, 901)).toEqual(NONE);
    expect(counted(1, unknown, 900, 902)).toEqual({ ...NONE, lost: 2 });
    expect(counted(1, 2, unknown, unknown, 900)).toEqual({ ...NONE, duplicates: 1 });
    expect(counted(1, 6, unknown, 7)).toEqual({ ...NONE, lost: 4, reordered: 1 });
  });

  it('takes the messages without units (templates) as they come', () => {
    const none = (sequence: number) => ({ sequence, units: 0 });
    expect(counted(1, none(2), none(2), 2, none(3), 3)).toEqual(NONE);
    expect(counted(1, 2, none(2), 3)).toEqual({ ...NONE, reordered: 1 });
  });

  it('takes one from before the first as late', () => {
    expect(counted(5, 6, 4, 7)).toEqual({ ...NONE, reordered: 1 });
  });
});

describe('a restart', () => {
  it('is counted once and never as loss', () => {
    for (const [before, after] of [
      [100_000, 0],
      [100_000, 17],
      [5000, 0],
      [3_000_000_000, 1_000_000],
      [1_000_000, 3_000_000_000],
      [4_000_000_000, 0],
      [1_000_000, 1_000_000 + 2 ** 31],
    ]) {
      const counts = counted(...range(before, before + 10), ...range(after, after + 10));
      expect(counts, `${before} to ${after}`).toEqual({ ...NONE, restarts: 1 });
    }
  });

  it('is known after some messages where the numbers do not tell it at once', () => {
    expect(counted(...range(0, 20), ...range(0, 40))).toEqual({ ...NONE, restarts: 1 });
    expect(counted(...range(50_000, 50_200), ...range(50_020, 50_220))).toEqual({ ...NONE, restarts: 1 });
    const twice = range(100, 200).flatMap((sequence) => [sequence, sequence]);
    expect(counted(...twice)).toEqual({ ...NONE, duplicates: 100 });
  });

  it('forgets the gaps from before', () => {
    expect(counted(2001, 2020, 500_000_000, 2010)).toEqual({ ...NONE, lost: 18, restarts: 2 });
  });
});

describe('a network that loses, delays and doubles', () => {
  const fate = fc.record({
    units: fc.integer({ min: 1, max: 40 }),
    lost: fc.boolean(),
    delay: fc.nat(6),
    // Delay of a second copy, none for most.
    twice: fc.option(fc.nat(4), { freq: 4 }),
  });

  it('is accounted for exactly', () => {
    fc.assert(
      fc.property(fc.array(fate, { maxLength: 300 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (fates, start) => {
        const all = [{ units: 3 }, ...fates, { units: 3 }].map((each) => ({
          lost: false,
          delay: 0,
          twice: null,
          ...each,
        }));
        const messages = stream(
          start,
          all.map(({ units }) => units),
        );
        const arrivals = all.flatMap(({ lost, delay, twice }, index) => [
          ...(lost ? [] : [{ index, at: index + delay }]),
          ...(lost || twice === null ? [] : [{ index, at: index + delay + twice }]),
        ]);
        // The first comes before and the last after every other one, so that what is lost can be known.
        const when = ({ index, at }: { index: number; at: number }) =>
          index === all.length - 1 ? 1e9 : index === 0 ? -1 : at;
        arrivals.sort((a, b) => when(a) - when(b));
        const expected = { ...NONE, lost: all.reduce((sum, { lost, units }) => sum + (lost ? units : 0), 0) };
        const met = new Set<number>();
        let highest = -1;
        for (const { index } of arrivals) {
          if (met.has(index)) expected.duplicates++;
          else if (index < highest) expected.reordered++;
          met.add(index);
          highest = Math.max(highest, index);
        }
        expect(counted(...arrivals.map(({ index }) => messages[index]))).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  it('is told apart from devices that start again', () => {
    const part = fc.record({
      start: fc.oneof(fc.nat(500), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
      lost: fc.array(fc.nat(9), { minLength: 150, maxLength: 200 }),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        let end = Number.NaN;
        let lost = 0;
        let restarts = -1;
        const messages: Message[] = [];
        for (const { start, lost: gaps } of parts) {
          const jump = (start - end) | 0;
          // A start that is no jump to speak of is no restart that could be seen.
          const seen = Math.abs(jump) > 2 ** 23 || (start < 500 && jump < -5000);
          if (messages.length > 0 && !seen) continue;
          restarts++;
          const sent = stream(
            start,
            gaps.flatMap((gap) => [30, gap]),
          );
          for (const [i, message] of sent.entries())
            if (i % 2 === 0) messages.push(message);
            else if (i < sent.length - 1) lost += message.units;
          const last = messages[messages.length - 1];
          end = (last.sequence + last.units) % 2 ** 32;
        }
        expect(counted(...messages)).toEqual({ ...NONE, lost, restarts });
      }),
      { numRuns: 200 },
    );
  });

  it('is judged for ever: long runs keep no more than they need', () => {
    const counts = { ...NONE };
    const tracker = new SequenceTracker(counts);
    let sequence = 2 ** 32 - 50_000;
    for (let i = 0; i < 100_000; i++, sequence = (sequence + 3) % 2 ** 32)
      if (i % 3 !== 1) tracker.observe(sequence, 3);
    expect(counts).toEqual({ ...NONE, lost: 99_999 });
  });
});
