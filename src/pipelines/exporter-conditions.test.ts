import { describe, expect, it } from 'vitest';
import { type ConditionCode, type ExporterSituation, judgeExporter } from './exporter-conditions.ts';

const OPTIONS = { silentAfterSeconds: 300, lossPercent: 1, clockSkewSeconds: 60 };
const WELL: ExporterSituation = {
  silentSeconds: 1,
  lastSeenSeconds: 1,
  usualGapSeconds: 1,
  lost: 0,
  expected: 10_000,
  lossUnit: 'flow records',
  clockSkew: 0.4,
  withoutTemplate: 0,
  limited: 0,
  malformed: 0,
};

/** What begins, and what goes on, in the same situation. */
function judge(now: Partial<ExporterSituation>) {
  const situation = { ...WELL, ...now };
  const codes = (holding: boolean): ConditionCode[] => [...judgeExporter(situation, () => holding, OPTIONS).keys()];
  return { begins: codes(false), goesOn: codes(true) };
}

describe('conditions of an exporter', () => {
  it('finds nothing wrong with one that is well', () => expect(judge({})).toEqual({ begins: [], goesOn: [] }));

  it.each<[string, Partial<ExporterSituation>, ConditionCode[], ConditionCode[]]>([
    ['quiet for as long as allowed', { silentSeconds: 300 }, [], []],
    ['quiet for longer', { silentSeconds: 301 }, ['silent'], ['silent']],
    ['quiet for ten of its usual gaps', { silentSeconds: 1000, usualGapSeconds: 100 }, [], []],
    ['quiet for more', { silentSeconds: 1001, usualGapSeconds: 100 }, ['silent'], ['silent']],
    ['losing as much as allowed', { lost: 100 }, [], ['losing']],
    ['losing more', { lost: 101 }, ['losing'], ['losing']],
    ['losing half of what is allowed', { lost: 50 }, [], ['losing']],
    ['losing less than half', { lost: 49 }, [], []],
    ['two lost of very few', { lost: 2, expected: 4 }, [], []],
    ['nothing came', { expected: 0 }, [], []],
    ['a clock at the limit', { clockSkew: -60 }, [], ['clock']],
    ['a clock beyond it', { clockSkew: -60.1 }, ['clock'], ['clock']],
    ['a clock that came back', { clockSkew: 48 }, [], []],
    ['no clock', { clockSkew: null }, [], []],
    ['a set without template', { withoutTemplate: 1 }, ['no-template'], ['no-template']],
    ['over its rate limit', { limited: 1 }, ['limited'], ['limited']],
    ['two datagrams of nonsense', { malformed: 2 }, [], ['malformed']],
    ['three', { malformed: 3 }, ['malformed'], ['malformed']],
  ])('%s', (_name, now, begins, goesOn) => expect(judge(now)).toEqual({ begins, goesOn }));

  it('says what it is in a sentence with figures', () => {
    const situation = { ...WELL, silentSeconds: 400, lastSeenSeconds: 7300, lost: 1500, clockSkew: -180, malformed: 4 };
    const texts = judgeExporter({ ...situation, withoutTemplate: 7, limited: 1200 }, () => false, OPTIONS);
    expect([...texts.values()]).toEqual([
      'Nothing received for 2 h.',
      '15 % lost on the way in the last 5 minutes (1,500 of 10,000 flow records).',
      'Its clock is 3 min ahead.',
      '7 data sets of the last 5 minutes are lost because their template did not come.',
      '1,200 datagrams of the last 5 minutes were over the rate limit.',
      '4 datagrams of the last 5 minutes could not be read.',
    ]);
    expect(judgeExporter({ ...WELL, clockSkew: 90 }, () => false, OPTIONS).get('clock')).toBe(
      'Its clock is 90 s behind.',
    );
  });
});
