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
  // The end of a range is not part of it; a window that is cut to whole milliseconds must not lose its last.
  return { ...absolute({ from: Math.floor(window_start * 1000), to: Math.ceil(window_end * 1000) }), q };
}

/** Whatever this address sent or got in that time. */
export function eventsOfAddress(span: Span, address: string): Partial<UrlState> {
  return eventsOf(span, clause('ip', address, 'ip'));
}

/** What the anomaly is about: between both addresses, or of the one that is known, on its port. */
export function eventsOfAnomaly(anomaly: Anomaly): Partial<UrlState> {
  const { flow_src, flow_dst, port } = anomaly;
  const parts = [
    flow_src === undefined ? '' : clause('ip', flow_src, 'ip'),
    flow_dst === undefined ? '' : clause('ip', flow_dst, 'ip'),
    port === undefined ? '' : clause('dst.port', port),
  ];
  return eventsOf(anomaly, parts.filter((part) => part !== '').join(' and '));
}
