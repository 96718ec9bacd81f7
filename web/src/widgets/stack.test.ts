import { describe, expect, it } from 'vitest';
import type { Timeseries } from '../api/types.ts';
import { SERIES_COUNT, seriesColors } from './palette.ts';
import { stackOf } from './stack.ts';

const START = Date.UTC(2026, 10, 20, 12, 0, 0);
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

function answer(patch: Partial<Timeseries>): Timeseries {
  return {
    bucket_seconds: 30,
    range: { from: at(0), to: at(120) },
    measures: ['events'],
    took_ms: 1,
    series: [
      {
        key: 'flow',
        other: false,
        points: [
          [at(0), 10],
          [at(90), 20],
        ],
      },
    ],
    ...patch,
  };
}

describe('stackOf', () => {
  it('leaves gaps where there is no data, and counts per minute', () => {
    const stack = stackOf(answer({}), true);
    expect(stack.times).toEqual([0, 30, 60, 90].map((seconds) => START + seconds * 1000));
    expect(stack.series[0].values).toEqual([20, null, null, 40]);
    expect(stack.series[0].total).toBe(30);
  });

  it('uses the buckets of the server where the range begins within one', () => {
    const stack = stackOf(
      answer({
        range: { from: at(10), to: at(130) },
        series: [
          {
            key: 'flow',
            other: false,
            points: [
              [at(0), 1],
              [at(120), 2],
            ],
          },
        ],
      }),
      false,
    );
    expect(stack.times[0]).toBe(START);
    expect(stack.series[0].values).toEqual([1, null, null, null, 2]);
  });

  it('shows only the buckets with data where the range is all time', () => {
    const stack = stackOf(answer({ range: { from: '1970-01-01T00:00:00Z', to: at(120) } }), false);
    expect(stack.times).toHaveLength(4);
    expect(stack.series[0].values).toEqual([10, null, null, 20]);
  });

  it('puts Other last, without a colour of its own', () => {
    const stack = stackOf(
      answer({
        series: [
          { key: '', other: true, points: [[at(0), 1]] },
          { key: 'dns', other: false, points: [[at(0), 2]] },
        ],
      }),
      false,
    );
    expect(stack.series.map((one) => [one.name, one.color])).toEqual([
      ['dns', 2],
      ['Other', null],
    ]);
  });

  it('has nothing to show without series', () => {
    expect(stackOf(answer({ series: [] }), true).series).toEqual([]);
  });
});

describe('seriesColors', () => {
  it('keeps the colour of a name whatever the order is', () => {
    expect(seriesColors(['dns', 'flow']).get('dns')).toBe(seriesColors(['flow', 'tls', 'dns']).get('dns'));
  });

  it('gives no colour twice while there are enough', () => {
    const colors = seriesColors(['flow', 'conn', 'weird', 'file', 'notice', 'dns', 'honeypot']);
    expect(new Set(colors.values()).size).toBe(SERIES_COUNT);
  });
});
