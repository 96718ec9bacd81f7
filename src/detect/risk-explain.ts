import { DIRECTIONS } from '../model/kinds.ts';
import type { RiskReason } from '../model/risk.ts';
import { capped, type RiskWeights, threatOf, uploadOf } from './risk.ts';
import { intelClass } from './risk-classes.ts';
import { RISK_WEIGHTS, type RiskCode, type RiskWeight, SEVERAL } from './risk-weights.ts';

/** A reason with the sentence for the person who reads the event. */
export interface ExplainedReason extends RiskReason {
  readonly reason: string;
}

/** Values of an event by column name, as an answer or a row of the store has them. */
export type EventValues = Readonly<Record<string, unknown>>;

const byCode = new Map<string, RiskWeight>(RISK_WEIGHTS.map((weight) => [weight.code, weight]));
const BYTES = new Set(['bytes', 'src_bytes', 'dst_bytes', 'upload']);

/**
 * Says why, in sentences. A code that is not known any more (an older version scored the event) is given as it is.
 */
export function explain(values: EventValues, reasons: readonly RiskReason[]): ExplainedReason[] {
  return reasons.map(({ code, points }) => {
    const weight = byCode.get(code);
    if (!weight) return { code, points, reason: code };
    const reason = weight.because.replaceAll(/\{(\w+)\}/g, (_, column: string) => said(column, values));
    return { code, points, reason };
  });
}

function said(column: string, values: EventValues): string {
  const value = column === 'upload' ? upload(values) : values[column];
  if (value === undefined || value === null || value === '') return 'unknown';
  if (BYTES.has(column)) return bytesText(Number(value));
  if (column === 'duration') return durationText(Number(value));
  if (column === 'direction' && typeof value === 'number')
    return Object.entries(DIRECTIONS).find(([, code]) => code === value)?.[0] ?? 'unknown';
  return String(value);
}

function upload(values: EventValues): number {
  return uploadOf(Number(values.src_bytes ?? 0), Number(values.dst_bytes ?? 0), Number(values.bytes ?? 0));
}

function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let size = bytes;
  let unit = 0;
  while (size >= 999.95 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(size) : Number(size.toFixed(1))} ${units[unit]}`;
}

function durationText(seconds: number): string {
  if (seconds < 90) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return `${Number((seconds / 3_600).toFixed(1))} h`;
}

/** What is known about an address or a domain that is looked up. */
export interface LookedUp {
  /** All indicators that cover it, as `Matcher.lookup` gives them. */
  readonly threats: readonly { readonly value: string; readonly category: string; readonly confidence: number }[];
  /** Two-letter code, empty when not known. */
  readonly country?: string;
}

/**
 * The risk of an address or a domain by itself, by the weights of events: what lists say about it, and where it is.
 */
export function scoreOne(found: LookedUp, weights: RiskWeights): { score: number; reasons: ExplainedReason[] } {
  const { threats, country = '' } = found;
  const best = threats.toSorted((a, b) => b.confidence - a.confidence)[0];
  const reasons: RiskReason[] = [];
  const add = (code: RiskCode) => {
    if (weights.points[code] > 0) reasons.push({ code, points: weights.points[code] });
  };
  if (best !== undefined) {
    const threat = threatOf(weights.intel, intelClass(best.category), best.confidence);
    reasons.push(...weights.reasons(0, threat));
    add('intel.match');
    if (threats.length >= SEVERAL) add('intel.several');
  }
  add('base');
  if (weights.isUnusual(country)) add('country.unusual');
  const values: EventValues = {
    threat_indicator: best?.value,
    threat_category: best?.category,
    threat_confidence: best?.confidence,
    threat_count: threats.length,
    dst_country: country,
  };
  return { score: capped(reasons), reasons: explain(values, reasons) };
}
