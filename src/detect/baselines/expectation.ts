/** Which part of the past an expectation rests on. */
export type Basis = 'hour of week' | 'hour of day' | 'last day';

/**
 * What is usual for a metric at one time, predicted from what was before it. Distances are on the scale y = ln(1 + x) on
 * which the metric was learned, see {@link ./seasonal-series.ts}.
 */
export interface Expectation {
  /** In the unit of the metric. */
  readonly expected: number;
  /** How far on the scale of logarithms a value may be away: above it an alert is due. */
  readonly limit: number;
  /** The robust spread on that scale; 6 of them away is worth a mark in a chart. */
  readonly spread: number;
  /** The value, in the unit of the metric, above (below) which it is unusual. */
  readonly upper: number;
  readonly lower: number;
  /** Values of the past that it rests on (of which not all need be held); a detector waits until there are enough. */
  readonly samples: number;
  readonly basis: Basis;
}
