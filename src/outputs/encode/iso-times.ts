const DAY = 86_400_000_000;
const SECOND = 1_000_000;
/** From the year 0 to the end of 9999: years of four digits. Receivers refuse others. */
export const FIRST_TIME = Date.parse('0000-01-01T00:00:00Z') * 1000;
export const LAST_TIME = Date.parse('9999-12-31T23:59:59Z') * 1000;

const TWO = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const THREE = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));

/**
 * Makes a writer of times: microseconds since 1970 to ISO 8601 in UTC, with three decimals, or six where the last three
 * are not zero: `2026-11-21T17:08:09.123456Z`. The empty string for what is no time.
 *
 * Events are read in the order of their commits, so the day and mostly the second is that of the event before.
 */
export function isoTimes(): (time: number) => string {
  let day = Number.NaN;
  let date = '';
  let second = Number.NaN;
  let upToSecond = '';
  return (time) => {
    const microseconds = Math.floor(time);
    if (!(microseconds >= FIRST_TIME && microseconds <= LAST_TIME)) return '';
    const whole = Math.floor(microseconds / SECOND);
    if (whole !== second) {
      const ofDay = Math.floor(microseconds / DAY);
      if (ofDay !== day) {
        day = ofDay;
        const iso = new Date(ofDay * 86_400_000).toISOString();
        date = iso.slice(0, iso.indexOf('T') + 1);
      }
      second = whole;
      const rest = whole - ofDay * 86_400;
      upToSecond = `${date}${TWO[Math.floor(rest / 3600)]}:${TWO[Math.floor(rest / 60) % 60]}:${TWO[rest % 60]}.`;
    }
    const below = microseconds - whole * SECOND;
    const micros = below % 1000;
    return `${upToSecond}${THREE[Math.floor(below / 1000)]}${micros === 0 ? 'Z' : `${THREE[micros]}Z`}`;
  };
}
