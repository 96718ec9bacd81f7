import type { Zone } from '../state/preferences.ts';
import { isAll, PRESETS, resolveTime, type TimeRange } from '../state/time-range.ts';

const two = (value: number) => String(value).padStart(2, '0');

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  ms: number;
}

function parts(time: number, zone: Zone): Parts {
  const d = new Date(time);
  return zone === 'utc'
    ? {
        year: d.getUTCFullYear(),
        month: d.getUTCMonth() + 1,
        day: d.getUTCDate(),
        hour: d.getUTCHours(),
        minute: d.getUTCMinutes(),
        second: d.getUTCSeconds(),
        ms: d.getUTCMilliseconds(),
      }
    : {
        year: d.getFullYear(),
        month: d.getMonth() + 1,
        day: d.getDate(),
        hour: d.getHours(),
        minute: d.getMinutes(),
        second: d.getSeconds(),
        ms: d.getMilliseconds(),
      };
}

export function toMs(time: string | number): number {
  return typeof time === 'number' ? time : Date.parse(time);
}

export function clock(time: number, zone: Zone, withSeconds = true): string {
  const p = parts(time, zone);
  return withSeconds ? `${two(p.hour)}:${two(p.minute)}:${two(p.second)}` : `${two(p.hour)}:${two(p.minute)}`;
}

/** `2026-11-20 08:00:03`. */
export function dateTime(time: number, zone: Zone, withSeconds = true): string {
  const p = parts(time, zone);
  return `${p.year}-${two(p.month)}-${two(p.day)} ${clock(time, zone, withSeconds)}`;
}

/** With milliseconds, for tables of events. */
export function precise(time: number, zone: Zone): string {
  return `${dateTime(time, zone)}.${String(parts(time, zone).ms).padStart(3, '0')}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Label of a bucket on a time axis: as short as the width of the whole range allows. */
export function axisTime(time: number, zone: Zone, rangeMs: number): string {
  const p = parts(time, zone);
  if (rangeMs <= 10 * 60_000) return clock(time, zone);
  if (rangeMs <= 26 * 3_600_000) return clock(time, zone, false);
  const day = `${p.day} ${MONTHS[p.month - 1]}`;
  return rangeMs <= 8 * 86_400_000 ? `${day} ${clock(time, zone, false)}` : day;
}

/** `just now`, `12 s ago`, `3 h ago`; the absolute time belongs in the title. */
export function ago(time: number, now: number): string {
  const seconds = Math.round((now - time) / 1000);
  if (Math.abs(seconds) < 2) return 'just now';
  return seconds < 0 ? `in ${duration(-seconds)}` : `${duration(seconds)} ago`;
}

/** The two largest units at most: `45 s`, `4 min`, `3 h 41 min`, `2 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 0.001) return `${significant(seconds * 1e6)} µs`;
  if (seconds > 0 && seconds < 1) return `${significant(seconds * 1000)} ms`;
  if (seconds < 60) return `${significant(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  const days = Math.floor(hours / 24);
  return hours % 24 && days < 10 ? `${days} d ${hours % 24} h` : `${days} d`;
}

function significant(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** `Last hour`, or both ends in the zone that is shown. */
export function rangeLabel(range: TimeRange, zone: Zone, now: number): string {
  if (range.to === 'now') {
    const preset = PRESETS.find((candidate) => candidate.from === range.from);
    if (preset) return preset.label;
  }
  const from = resolveTime(range.from, now);
  const to = resolveTime(range.to, now);
  if (from === undefined || to === undefined) return 'Last hour';
  const end = range.to === 'now' ? 'now' : dateTime(to, zone, false);
  const start = isAll(range) ? 'the beginning' : dateTime(from, zone, false);
  const sameDay = end !== 'now' && start.slice(0, 10) === end.slice(0, 10);
  return `${start} – ${sameDay ? end.slice(11) : end}`;
}

/** `UTC`, or the zone of this computer as `UTC+2`. */
export function zoneName(zone: Zone, time: number): string {
  if (zone === 'utc') return 'UTC';
  const minutes = -new Date(time).getTimezoneOffset();
  const hours = Math.trunc(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest ? `:${two(rest)}` : ''}`;
}
