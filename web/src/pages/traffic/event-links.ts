import { clause } from '../../filter/clauses.ts';
import { absolute } from '../../state/time-range.ts';
import type { UrlState } from '../../state/url-state.ts';
import type { Anomaly } from './types.ts';

interface Span {
  window_start: number;
  window_end: number;
}

/** The events page over the time of a window. */
export function eventsOf({ window_start, window_end }: Span, q = ''): Partial<UrlState> {
  // Cut to whole milliseconds a window must not lose its first or last.
  return { ...absolute({ from: Math.floor(window_start * 1000), to: Math.ceil(window_end * 1000) }), q };
}

/** Whatever this address sent or got in that time. */
export function eventsOfAddress(span: Span, address: string): Partial<UrlState> {
  return eventsOf(span, clause('ip', address, 'ip'));
}

const DAY_S = 86_400;
/** These are told from what happened over hours; the window is only that in which it became enough. */
const SLOW: ReadonlySet<string> = new Set([
  'beaconing',
  'dns_tunnel',
  'dga',
  'exfiltration',
  'long_lived_conn',
  'new_destination',
  'lateral_movement',
]);
/** An event stands at the time at which its connection began, mostly before the window. */
const BEFORE_S = 600;

function timeOf(anomaly: Anomaly, before: number): Span {
  return { window_start: Math.max(0, anomaly.window_start - before), window_end: anomaly.window_end };
}

function addressesOf({ flow_src, flow_dst }: Anomaly): string[] {
  return [flow_src, flow_dst].flatMap((address) => (address === undefined ? [] : [clause('ip', address, 'ip')]));
}

/** What the anomaly is about: between both addresses, or of the one that is known, on its port. */
export function eventsOfAnomaly(anomaly: Anomaly): Partial<UrlState> {
  const parts = addressesOf(anomaly);
  if (anomaly.port !== undefined) parts.push(clause('dst.port', anomaly.port));
  if (parts.length === 0) return eventsOf(anomaly);
  return eventsOf(timeOf(anomaly, SLOW.has(anomaly.type) ? DAY_S : BEFORE_S), parts.join(' and '));
}

/**
 * One piece of evidence: the id of an event, or the `uid` of the events of a connection. Without a run before its name (`C1`) the connection is
 * not stored under it; what the anomaly is about is shown instead.
 */
export function eventsOfEvidence(anomaly: Anomaly, id: string): Partial<UrlState> {
  const span = timeOf(anomaly, DAY_S);
  if (/^\d+$/.test(id)) return { ...eventsOf(span), row: id };
  return id.includes('-') ? eventsOf(span, clause('uid', id, 'text')) : eventsOfAnomaly(anomaly);
}
