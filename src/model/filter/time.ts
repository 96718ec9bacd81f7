/** Times as people write them, in microseconds since 1970. */

const UNIT_MICROSECONDS: Readonly<Record<string, number>> = {
  s: 1e6,
  m: 60e6,
  h: 3600e6,
  d: 86_400e6,
  w: 604_800e6,
};

/** Numbers from here on are milliseconds, from a thousand times more on microseconds (1e11 s is the year 5138). */
const SMALLEST_MILLISECONDS = 1e11;

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/i;

/**
 * ISO 8601 (UTC when no zone is given), Unix seconds, milliseconds or microseconds, `now`, or relative to now:
 * `-15m`, `-6h`, `now-7d`.
 * @returns microseconds since 1970; undefined when `text` is no time.
 */
export function parseTime(text: string, now: number): number | undefined {
  const relative = /^(?:now)?(?:([+-])(\d{1,9})([smhdw]))?$/i.exec(text);
  if (relative && text !== '') {
    if (relative[1] === undefined) return now;
    const distance = Number(relative[2]) * UNIT_MICROSECONDS[relative[3].toLowerCase()];
    return inRange(relative[1] === '-' ? now - distance : now + distance);
  }
  if (/^\d{1,16}(\.\d{1,9})?$/.test(text)) return inRange(fromNumber(Number(text)));
  return fromIso(text);
}

function fromNumber(value: number): number {
  if (value < SMALLEST_MILLISECONDS) return Math.round(value * 1e6);
  return Math.round(value < SMALLEST_MILLISECONDS * 1000 ? value * 1000 : value);
}

function fromIso(text: string): number | undefined {
  const match = ISO.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match;
  const milliseconds = Date.UTC(+year, +month - 1, +day, +hour, +minute, +second);
  const date = new Date(milliseconds);
  const exact = date.getUTCDate() === +day && date.getUTCHours() === +hour && +minute < 60 && +second < 60;
  if (!exact || date.getUTCMonth() !== +month - 1) return undefined;
  return inRange(milliseconds * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6)) - zoneOffset(zone));
}

function zoneOffset(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60e6;
}

/** Exact in a double, and not before 1970. */
function inRange(microseconds: number): number | undefined {
  return microseconds >= 0 && microseconds <= Number.MAX_SAFE_INTEGER ? microseconds : undefined;
}

/** ISO 8601 in UTC; with microseconds when there are any below the millisecond, else with milliseconds. */
export function formatTime(microseconds: number): string {
  const below = microseconds % 1000;
  const iso = new Date((microseconds - below) / 1000).toISOString();
  return below === 0 ? iso : `${iso.slice(0, -1)}${String(below).padStart(3, '0')}Z`;
}
