import { NO_TEXT, ReadyText } from './ready-text.ts';
import type { TextSink } from './text-sink.ts';

const DAY = 86_400_000_000;
const SECOND = 1_000_000;
const DOT = 0x2e;
const COLON = 0x3a;
const ZULU = 0x5a;

/** From the year 0 to the end of 9999: years of four digits. Receivers refuse others. */
export const FIRST_TIME = Date.parse('0000-01-01T00:00:00Z') * 1000;
export const LAST_TIME = Date.parse('9999-12-31T23:59:59Z') * 1000;

/**
 * Appends microseconds since 1970 as ISO 8601 in UTC, with three decimals, or six where the last three are not zero:
 * `2026-11-21T17:08:09.123456Z`. Events are read in the order of their commits, so the day is mostly that of the one before.
 */
export class IsoWriter {
  #day = Number.NaN;
  #date = NO_TEXT;

  /** @param time microseconds since 1970. @returns false, with nothing appended, for what is no time. */
  append(time: number, sink: TextSink): boolean {
    const microseconds = Math.floor(time);
    if (!(microseconds >= FIRST_TIME && microseconds <= LAST_TIME)) return false;
    const day = Math.floor(microseconds / DAY);
    if (day !== this.#day) {
      this.#day = day;
      const iso = new Date(day * 86_400_000).toISOString();
      this.#date = new ReadyText(iso.slice(0, iso.indexOf('T') + 1));
    }
    const ofDay = microseconds - day * DAY;
    const second = Math.floor(ofDay / SECOND);
    const minute = Math.floor(second / 60);
    const hour = Math.floor(minute / 60);
    const below = ofDay - second * SECOND;
    sink.ready(this.#date);
    sink.padded(hour, 2);
    sink.byte(COLON);
    sink.padded(minute - hour * 60, 2);
    sink.byte(COLON);
    sink.padded(second - minute * 60, 2);
    sink.byte(DOT);
    if (below % 1000 === 0) sink.padded(below / 1000, 3);
    else sink.padded(below, 6);
    sink.byte(ZULU);
    return true;
  }
}
