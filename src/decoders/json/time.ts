import { asciiOf } from './values.ts';

/** The last microsecond that is taken for a time: the end of the year 2199. Earlier than 1970 is none either. */
export const LATEST = 7_258_118_400_000_000 - 1;

/** Whole numbers below these are seconds, milliseconds, microseconds; from the last on, nanoseconds since 1970. */
const SECONDS_BELOW = 1e11;
const MILLISECONDS_BELOW = 1e14;
const MICROSECONDS_BELOW = 1e17;

/**
 * A time as senders write it, in microseconds since 1970, exact to the microsecond (further digits are rounded):
 *
 * - a number, or a string of one, since 1970: below 1e11 seconds, below 1e14 milliseconds, below 1e17 microseconds,
 *   otherwise nanoseconds (so seconds reach the year 5138, and milliseconds begin in March 1973);
 * - ISO 8601 (RFC 3339 and its looser relatives): `2024-04-19T01:02:03.123456+02:00`, a space for the `T`, seconds and
 *   zone optional; without a zone it is UTC.
 *
 * @returns NaN when it is neither. The range is for the caller to check.
 */
export function parseTime(bytes: Uint8Array, from: number, to: number): number {
  if (to - from >= 10 && bytes[from + 4] === 45) return parseIso(bytes, from, to);
  let at = from;
  let whole = 0;
  let digits = 0;
  for (; at < to; at++) {
    const digit = bytes[at] - 48;
    if (digit < 0 || digit > 9) break;
    // The sixteenth digit is the last that a double holds exactly; a nanosecond time has nineteen.
    if (digits < 16) whole = whole * 10 + digit;
    if (digits > 0 || digit > 0) digits++;
  }
  if (at === from) return bytes[from] === 45 && Number(asciiOf(bytes, from, to)) <= 0 ? -1 : Number.NaN;
  let millionths = 0;
  if (at < to && bytes[at] === 46) {
    const start = ++at;
    while (at < to && bytes[at] >= 48 && bytes[at] <= 57) at++;
    if (at === start) return Number.NaN;
    millionths = fraction(bytes, start, at);
  }
  if (at < to) return withExponent(bytes, from, to);
  if (digits > 16) return digits <= 19 ? Math.floor(whole / 10 ** (19 - digits)) : Number.POSITIVE_INFINITY;
  return scaled(whole, millionths);
}

function scaled(whole: number, millionths: number): number {
  if (whole < SECONDS_BELOW) return whole * 1e6 + millionths;
  if (whole < MILLISECONDS_BELOW) return whole * 1e3 + Math.round(millionths / 1e3);
  return whole < MICROSECONDS_BELOW ? whole + Math.round(millionths / 1e6) : Math.floor(whole / 1e3);
}

/** `1.713484795943239e9`: a double is finer than a microsecond here. */
function withExponent(bytes: Uint8Array, from: number, to: number): number {
  const text = asciiOf(bytes, from, to);
  if (!/^\d+(\.\d+)?[eE][+-]?\d{1,3}$/.test(text)) return Number.NaN;
  const value = Number(text);
  if (value < SECONDS_BELOW) return Math.round(value * 1e6);
  if (value < MILLISECONDS_BELOW) return Math.round(value * 1e3);
  return Math.round(value < MICROSECONDS_BELOW ? value : value / 1e3);
}

function parseIso(bytes: Uint8Array, from: number, to: number): number {
  const year = digitsAt(bytes, from, 4, to);
  const month = bytes[from + 7] === 45 ? digitsAt(bytes, from + 5, 2, to) : -1;
  const day = digitsAt(bytes, from + 8, 2, to);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return Number.NaN;
  const midnight = daysSinceEpoch(year, month, day) * 86_400e6;
  let at = from + 10;
  if (at === to) return midnight;
  const separator = bytes[at++];
  if (separator !== 84 && separator !== 116 && separator !== 32) return Number.NaN;
  const hour = digitsAt(bytes, at, 2, to);
  const minute = bytes[at + 2] === 58 ? digitsAt(bytes, at + 3, 2, to) : -1;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return Number.NaN;
  at += 5;
  let second = 0;
  let millionths = 0;
  if (at < to && bytes[at] === 58) {
    second = digitsAt(bytes, at + 1, 2, to);
    // A leap second is written 60 (RFC 3339 section 5.7).
    if (second < 0 || second > 60) return Number.NaN;
    at += 3;
    if (at < to && (bytes[at] === 46 || bytes[at] === 44)) {
      const start = ++at;
      while (at < to && bytes[at] >= 48 && bytes[at] <= 57) at++;
      if (at === start) return Number.NaN;
      millionths = fraction(bytes, start, at);
    }
  }
  const offset = zone(bytes, at, to);
  return midnight + (hour * 3600 + minute * 60 + second - offset) * 1e6 + millionths;
}

/** The digits behind a dot as millionths, the seventh rounds. */
function fraction(bytes: Uint8Array, from: number, to: number): number {
  const end = Math.min(from + 6, to);
  let value = 0;
  for (let i = from; i < end; i++) value = value * 10 + (bytes[i] - 48);
  for (let missing = from + 6 - end; missing > 0; missing--) value *= 10;
  return from + 6 < to && bytes[from + 6] >= 53 ? value + 1 : value;
}

/** Seconds east of UTC of `Z`, `+02:00`, `+0200`, `+02` or nothing; NaN when it is none of them. */
function zone(bytes: Uint8Array, at: number, to: number): number {
  if (at === to) return 0;
  const sign = bytes[at];
  if ((sign | 32) === 122) return at + 1 === to ? 0 : Number.NaN;
  if (sign !== 43 && sign !== 45) return Number.NaN;
  const hours = digitsAt(bytes, at + 1, 2, to);
  let minutes = 0;
  at += 3;
  if (at < to) {
    if (bytes[at] === 58) at++;
    minutes = digitsAt(bytes, at, 2, to);
    at += 2;
  }
  if (at !== to || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return Number.NaN;
  return (hours * 3600 + minutes * 60) * (sign === 45 ? -1 : 1);
}

function digitsAt(bytes: Uint8Array, at: number, count: number, to: number): number {
  if (at + count > to) return -1;
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = bytes[i] - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar; the year is counted from March, so that leap days end it. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}
