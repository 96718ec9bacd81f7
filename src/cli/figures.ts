import { amount, duration, figure, percent } from '../detect/detectors/phrases.ts';
import { count, size } from './table.ts';

/** Seconds since 1970 as `2026-11-20 08:00:03`, UTC. */
export function dateTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString().slice(0, 19).replace('T', ' ');
}

/** The time of day only when the day goes without saying. */
export function timeWithin(seconds: number, first: number | null): string {
  const text = dateTime(seconds);
  return first !== null && dateTime(first).slice(0, 10) === text.slice(0, 10) ? text.slice(11) : text;
}

/** Milliseconds with the digits that matter: `0.035 ms`, `1.2 ms`, `3.4 s`. */
export function milliseconds(value: number | null): string {
  if (value === null) return '–';
  if (value >= 10_000) return `${figure(value / 1000)} s`;
  return `${value < 0.995 ? Number(value.toPrecision(2)) : figure(value)} ms`;
}

/** A share of a whole as `3.4 %`; what is there but rounds to nothing is `<0.01 %`. */
export function share(part: number, whole: number): string {
  if (whole === 0) return '–';
  return part > 0 && part / whole < 0.0001 ? '<0.01 %' : percent(part / whole);
}

/** How long a capture is; short ones with a fraction. */
export function span(seconds: number): string {
  if (seconds < 1) return milliseconds(seconds * 1000);
  return seconds < 60 ? `${figure(seconds)} s` : duration(seconds);
}

/** `1 packet`, `2,000 packets`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** Bits a second. */
export function rate(bps: number): string {
  return amount(bps, 'bit/s');
}

/** The value of a metric of an anomaly, by the unit that its name ends with. */
export function metricValue(metric: string, value: number | null): string {
  if (value === null) return '–';
  if (metric.endsWith('bps')) return rate(value);
  if (metric.endsWith('pps')) return amount(value, 'packet/s');
  if (metric.endsWith('_ms')) return milliseconds(value);
  if (metric.endsWith('_s') || metric.endsWith('_seconds')) return duration(value);
  if (metric.endsWith('bytes')) return size(Math.round(value));
  if (metric.endsWith('_rate') || metric.endsWith('_share')) return percent(value);
  return figure(value);
}

export { figure };
