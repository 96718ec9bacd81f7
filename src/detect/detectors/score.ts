import type { Anomaly } from '../../model/window.ts';

export type Severity = Anomaly['severity'];

/** From these scores on an anomaly is of medium and of high severity. */
const MEDIUM = 40;
const HIGH = 60;

/** 30 at the limit and 20 more for every doubling: medium from 1.4 x limit, high from 2.8 x limit, 100 from 11.3 x limit. */
export function scoreOf(level: number): number {
  if (!(level > 0)) return 0;
  return clampScore(30 + 20 * Math.log2(level));
}

/** A whole number from 0 to 100. */
export function clampScore(score: number): number {
  if (!(score > 0)) return 0;
  return Math.round(Math.min(100, score));
}

export function severityOf(score: number): Severity {
  if (score >= HIGH) return 'high';
  return score >= MEDIUM ? 'medium' : 'low';
}
