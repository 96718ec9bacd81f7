const SECONDS = /^\d{1,9}(\.\d+)?$/;
/** The three forms of RFC 9110, 5.6.7; the last one, of C's asctime, names no zone and is UTC. */
const DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d{2}:\d{2}:\d{2}/;

/**
 * What `Retry-After` asks for (RFC 9110, 10.2.3), in seconds from now; undefined when it says nothing readable.
 * A date is measured against the receiver's own `Date` where it gave one, because clocks differ.
 */
export function retryAfter(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const value = headers['retry-after']?.trim() ?? '';
  if (SECONDS.test(value)) return Number(value);
  const at = dateOf(value);
  if (at === undefined) return undefined;
  return Math.max(0, Math.ceil((at - (dateOf(headers.date ?? '') ?? now)) / 1000));
}

function dateOf(value: string): number | undefined {
  if (!DATE.test(value)) return undefined;
  const at = Date.parse(/(GMT|UTC)$/.test(value) ? value : `${value} GMT`);
  return Number.isNaN(at) ? undefined : at;
}
