import type { Cursor } from './dissect-cursor.ts';
import type { Dissected } from './dissected.ts';

/** The payload is what stands from `at` to the end of the IP packet. */
export function payloadFrom(c: Cursor, into: Dissected, at: number): void {
  payloadBetween(c, into, at, c.wireEnd);
}

/** The payload stands from `at` to `wireEnd`, captured or not. */
export function payloadBetween(c: Cursor, into: Dissected, at: number, wireEnd: number): void {
  const captured = (wireEnd < c.end ? wireEnd : c.end) - at;
  into.payloadLength = wireEnd > at ? wireEnd - at : 0;
  into.payloadCaptured = captured > 0 ? captured : 0;
  into.payload = captured > 0 ? at : -1;
}

/** Nothing of what is behind the cursor was captured, or makes sense. */
export function nothing(c: Cursor, into: Dissected, problem: number): void {
  into.problems |= problem;
  into.payloadLength = c.wireEnd > c.at ? c.wireEnd - c.at : 0;
  into.payloadCaptured = 0;
  into.payload = -1;
}
