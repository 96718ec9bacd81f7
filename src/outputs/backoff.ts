/** Shortest and longest wait, milliseconds. */
const SHORTEST = 1000;
const LONGEST = 60_000;
/** What a receiver may ask for with `Retry-After` at most: 15 minutes, milliseconds. */
const LONGEST_ASKED = 900_000;

/**
 * How long to wait after the n-th failed attempt in a row (n from 1): full jitter between one second and twice as much
 * each time, at most 60 seconds, so that many senders do not come back together. What the receiver asked for
 * (`Retry-After`, seconds; RFC 9110, 10.2.3) is waited for at least, up to 15 minutes.
 * @returns milliseconds.
 */
export function backoff(attempt: number, random: () => number, retryAfter?: number): number {
  const ceiling = Math.min(LONGEST, SHORTEST * 2 ** Math.min(Math.max(attempt, 1), 10));
  const jittered = SHORTEST + random() * (ceiling - SHORTEST);
  return Math.max(jittered, asked(retryAfter));
}

/** `Retry-After` in milliseconds within its limits; 0 when absent or no sensible number. */
export function asked(retryAfter: number | undefined): number {
  if (retryAfter === undefined || !(retryAfter > 0)) return 0;
  return Math.min(LONGEST_ASKED, retryAfter * 1000);
}
