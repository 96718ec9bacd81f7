import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { binEdges, describeBars, evennessScore, histogram, twoHeightsScore } from './beacon-histogram.ts';
import {
  beaconScore,
  durationScore,
  histogramScore,
  intervals,
  type Regularity,
  regularity,
  sizeScore,
  timingScore,
} from './beacon-score.ts';
import { medianDeviation, medianOfSorted, sorted } from './order-statistics.ts';
import { thousandths } from './thousandths.ts';

/** Inputs and expected numbers published with RITA, for cross-checks only; skipped where they are not at hand. */
const SHARED = join(process.env.VEDETTE_SHARED ?? resolve(import.meta.dirname, '../../../../shared'), 'data');
const VECTORS = join(SHARED, 'packets/rita-beacon/beacon_vectors.json');

type Vector = Record<string, number> & {
  name: string;
  expectedError?: boolean;
  [list: `${string}List`]: number[];
  values: number[];
  inputData: number[];
  sortedInput: number[];
  histogram: number[];
  binEdges: number[];
  expectedHistogram: number[];
  expectedBinEdges: number[];
  expectedUniqueIntervals: number[];
  expectedUniqueIntervalCounts: number[];
  expectedDistinct: number[];
  expectedCounts: number[] & Record<string, number>;
  expectedFreqCount: Record<string, number>;
  freqCount: Record<string, number>;
};
type Tests = Record<string, Vector[]>;

let checked = 0;

function vectors(name: string, check: (vector: Vector) => void): void {
  const tests = existsSync(VECTORS) ? (JSON.parse(readFileSync(VECTORS, 'utf8')) as { tests: Tests }).tests : {};
  for (const vector of tests[name] ?? []) {
    it(`${name}: ${vector.name}`, () => {
      check(vector);
      checked++;
    });
  }
}

/** A score of ours is the one expected, to the last figure; two vectors give theirs unrounded. */
function equal(actual: number | undefined, expected: number | undefined): void {
  expect(actual).toBe(thousandths(expected ?? 0));
}

/** What is not a score has more figures than the vectors write down: as many as those are the same. */
function agrees(actual: number | undefined, expected: number | undefined): void {
  const decimals = String(expected ?? 0).split('.')[1] ?? '';
  expect(Number((actual ?? Number.NaN).toFixed(decimals.length))).toBe(expected ?? 0);
}

/** The one vector that is not what the published formula gives: its skewness was cut off, and its score made of that. */
const CUT_OFF = 'Connection with Random Intervals/Sizes, defaultMadScore = 0';

function checkRegularity(found: Regularity | null, vector: Vector): void {
  if (vector.expectedError) {
    expect(found).toBeNull();
    return;
  }
  agrees(found?.mad, vector.expectedMAD);
  if (vector.name === CUT_OFF) {
    expect(Math.trunc((found?.skew ?? 0) * 1000) / 1000).toBe(vector.expectedSkew);
    expect(thousandths((1 - (vector.expectedSkew ?? 0)) / 2)).toBe(vector.expectedScore);
    expect(found?.score).toBe(thousandths((1 - (found?.skew ?? 0)) / 2));
    return;
  }
  agrees(found?.skew, vector.expectedSkew);
  equal(found?.score, vector.expectedScore);
}

function counts(values: ArrayLike<number>): [number[], number[]] {
  const found = new Map<number, number>();
  for (const value of sorted(values)) found.set(value, (found.get(value) ?? 0) + 1);
  return [[...found.keys()], [...found.values()]];
}

function heights(record: Record<string, number>): Map<number, number> {
  return new Map(Object.entries(record).map(([key, count]) => [Number(key), count]));
}

describe.skipIf(!existsSync(VECTORS))('beacon scores published with RITA', () => {
  vectors('TestGetBeaconScore', (v) => {
    const found = beaconScore(
      { timing: v.tsScore, size: v.dsScore, duration: v.durScore, histogram: v.histScore },
      { timing: v.tsWeight, size: v.dsWeight, duration: v.durWeight, histogram: v.histWeight },
    );
    if (v.expectedError) expect(found).toBeNull();
    else equal(found ?? Number.NaN, v.expectedScore);
  });
  vectors('TestGetTimestampScore', (v) => {
    checkRegularity(timingScore(v.tsList), v);
    if (v.expectedError) return;
    expect(counts(intervals(v.tsList))).toEqual([v.expectedUniqueIntervals, v.expectedUniqueIntervalCounts]);
  });
  vectors('TestGetDataSizeScore', (v) => checkRegularity(sizeScore(v.bytesList), v));
  vectors('TestCalculateStatisticalScore', (v) => checkRegularity(regularity(v.values, v.defaultMadScore ?? 0), v));
  vectors('TestGetDurationScore', (v) => {
    const found = durationScore({
      viewStart: v.datasetMin,
      viewEnd: v.datasetMax,
      first: v.histMin,
      last: v.histMax,
      filled: v.totalBars,
      longestRun: v.longestConsecutiveRun,
      minimumBars: v.minHoursThreshold,
      idealBars: v.idealConsistencyHours,
    });
    if (v.expectedError) return expect(found).toBeNull();
    equal(found?.coverage, v.expectedCoverage);
    equal(found?.consistency, v.expectedConsistency);
    equal(found?.score, v.expectedScore);
  });
  vectors('TestGetHistogramScore', (v) => {
    const found = histogramScore(v.datasetMin, v.datasetMax, v.tsList, {
      bins: v.beaconTimeSpan,
      sensitivity: v.modalSensitivity,
      outliers: v.bimodalOutlierRemoval,
      minimumBars: v.minHoursForBimodalAnalysis,
    });
    if (v.expectedError) return expect(found).toBeNull();
    expect(found).toMatchObject({ filled: v.expectedTotalBars, longestRun: v.expectedLongestRun });
    equal(found?.score, v.expectedScore);
  });
  vectors('TestCalculateDistinctCounts', (v) => {
    // We count distinct values nowhere but here: what is shown is that the intervals and sizes are the same ones.
    const whole = v.sortedInput.map(Math.floor);
    if (v.expectError) expect(whole.length).toBeLessThan(2);
    else expect(counts(whole)).toEqual([v.expectedDistinct, v.expectedCounts]);
  });
  vectors('TestCalculateMedianAbsoluteDeviation', (v) => {
    const found = regularity(v.inputData, v.defaultScore);
    if (v.expectError) return expect(found).toBeNull();
    agrees(medianDeviation(v.inputData, medianOfSorted(sorted(v.inputData))), v.expectedMAD);
    agrees(found?.tightness, v.expectedScore);
  });
  vectors('TestComputeHistogramBins', (v) => {
    const found = binEdges(v.startTime, v.endTime, v.numBins);
    if (v.expectedError) return expect(found).toBeNull();
    // Where the times are large, the vector has multiples of a width that was rounded to four decimals.
    const width = (v.endTime - v.startTime) / v.numBins;
    const written = v.startTime > 1e6 ? Number(width.toFixed(4)) : width;
    for (const [i, edge] of v.expectedBinEdges.slice(0, -1).entries()) {
      agrees(v.startTime + i * written, edge);
      expect(found?.[i]).toBe(v.startTime + i * width);
    }
    expect(found?.at(-1)).toBe(v.endTime);
    expect(found).toHaveLength(v.expectedBinEdges.length);
  });
  vectors('TestCalculateCoefficientOfVariationScore', (v) => {
    const found = evennessScore(v.freqList);
    if (v.expectedError) expect(found).toBeNull();
    else equal(found ?? Number.NaN, v.expectedScore);
  });
  vectors('TestCalculateBimodalFitScore', (v) => {
    const found = twoHeightsScore(
      heights(v.freqCount),
      v.totalBars,
      v.modalOutlierRemoval,
      v.minHoursForBimodalAnalysis,
    );
    if (v.expectedError) expect(found).toBeNull();
    else equal(found ?? Number.NaN, v.expectedScore);
  });
  vectors('TestCreateHistogram', (v) => {
    const bars = histogram(v.binEdges, v.tsList);
    if (v.expectedError) return expect(bars).toBeNull();
    expect(bars).toEqual(v.expectedHistogram);
    const found = describeBars(bars ?? [], v.modalSensitivity);
    expect(found).toMatchObject({ filled: v.expectedTotalBars, longestRun: v.expectedLongestRun });
    expect(found?.heights).toEqual(heights(v.expectedFreqCount));
  });
  vectors('TestGetFrequencyCounts', (v) => {
    const found = describeBars(v.histogram, v.bimodalSensitivity);
    if (v.expectedError) return expect(found).toBeNull();
    expect(found).toMatchObject({ filled: v.totalBars, longestRun: v.longestRun });
    expect(found?.heights).toEqual(heights(v.expectedCounts));
  });

  it('has looked at all 127 of them', () => expect(checked).toBe(127));
});
