import type { Zone } from './preferences.ts';

/** The two ends as a person wrote them: `-15m`, `now`, `now-6h`, ISO 8601, Unix seconds or milliseconds, `all`. */
export interface TimeRange {
  readonly from: string;
  readonly to: string;
}

/** Milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export const DEFAULT_RANGE: TimeRange = { from: '-1h', to: 'now' };

export const PRESETS: readonly { label: string; from: string }[] = [
  { label: 'Last 5 minutes', from: '-5m' },
  { label: 'Last 15 minutes', from: '-15m' },
  { label: 'Last hour', from: '-1h' },
  { label: 'Last 6 hours', from: '-6h' },
  { label: 'Last 24 hours', from: '-24h' },
  { label: 'Last 7 days', from: '-7d' },
  { label: 'Last 30 days', from: '-30d' },
  { label: 'All time', from: 'all' },
];

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const RELATIVE = /^(?:now)?\s*-\s*(\d+(?:\.\d+)?)\s*(s|m|h|d|w)$/i;

/** One end of a range in milliseconds, or undefined when it is no time. Absolute values only carry their own zone. */
export function resolveTime(text: string, now: number): number | undefined {
  const word = text.trim().toLowerCase();
  if (word === 'now') return now;
  if (word === 'all' || word === '0') return 0;
  const relative = RELATIVE.exec(word);
  if (relative) return now - Number(relative[1]) * UNITS[relative[2].toLowerCase()];
  if (/^\d{9,10}(\.\d+)?$/.test(word)) return Number(word) * 1000;
  if (/^\d{12,14}$/.test(word)) return Number(word);
  if (!/^\d{4}-\d{2}-\d{2}t\d{2}:\d{2}/.test(word)) return undefined;
  const zoned = /(z|[+-]\d{2}:?\d{2})$/.test(word) ? text.trim() : `${text.trim()}Z`;
  const value = Date.parse(zoned);
  return Number.isNaN(value) ? undefined : value;
}

/** Both ends; a range that cannot be read, or is turned around, is the default one. */
export function resolveRange(range: TimeRange, now: number): Span {
  const from = resolveTime(range.from, now);
  const to = resolveTime(range.to, now);
  if (from === undefined || to === undefined || from >= to) return { from: now - UNITS.h, to: now };
  return { from, to };
}

/** Only a range that ends now has anything new to show. */
export function endsNow(range: TimeRange): boolean {
  return range.to.trim().toLowerCase() === 'now';
}

export function isAll(range: TimeRange): boolean {
  return range.from === 'all' || range.from === '0';
}

export function absolute(span: Span): TimeRange {
  return { from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString() };
}

/** The range moved by its own width, -1 back or 1 forward. */
export function shiftRange(range: TimeRange, direction: -1 | 1, now: number): TimeRange {
  const span = resolveRange(range, now);
  const width = span.to - span.from;
  return absolute({ from: span.from + direction * width, to: span.to + direction * width });
}

/** Twice as wide around the same middle, not beyond now where it did not reach beyond before. */
export function widenRange(range: TimeRange, now: number): TimeRange {
  const span = resolveRange(range, now);
  const half = (span.to - span.from) / 2;
  return absolute({ from: Math.max(0, span.from - half), to: Math.min(Math.max(now, span.to), span.to + half) });
}

/**
 * What a person typed, as one end of a range: also `6h`, `yesterday`, `today`, `2026-11-20 08:00`. A time without a
 * zone is read in the zone that is shown. Undefined when it cannot be read.
 */
export function readTyped(typed: string, zone: Zone, now: number): string | undefined {
  const text = typed.trim();
  if (/^\d+(\.\d+)?\s*(s|m|h|d|w)$/i.test(text)) return `-${text.replace(/\s/g, '').toLowerCase()}`;
  const word = text.toLowerCase();
  if (word === 'today' || word === 'yesterday') {
    return new Date(startOfDay(now, zone, word === 'today' ? 0 : 1)).toISOString();
  }
  const wall = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ t](\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?)?$/i.exec(text);
  if (wall) {
    const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0'] = wall;
    return fromWall(
      [+year, +month - 1, +day, +hour, +minute, +second, Math.round(Number(fraction) * 1000)],
      zone,
    )?.toISOString();
  }
  return resolveTime(text, now) === undefined ? undefined : text.replace(/\s/g, '');
}

type Wall = [number, number, number, number, number, number, number];

/** A wall clock time that exists: 31 February is refused instead of becoming 3 March. */
function fromWall(parts: Wall, zone: Zone): Date | undefined {
  const date = zone === 'utc' ? new Date(Date.UTC(...parts)) : new Date(...parts);
  const day = zone === 'utc' ? date.getUTCDate() : date.getDate();
  return day === parts[2] && parts[3] < 24 && parts[4] < 60 && parts[5] < 60 ? date : undefined;
}

function startOfDay(now: number, zone: Zone, daysBack: number): number {
  const date = new Date(now);
  if (zone === 'utc') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() - daysBack);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - daysBack).getTime();
}
