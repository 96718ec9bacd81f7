import type { EventRow } from '../../model/event-row.ts';
import { LAST_TIME } from './iso-writer.ts';

type Cell = EventRow[string] | undefined;

/** A text of a row; empty when it is not known or not there. */
export function asText(value: Cell): string {
  return typeof value === 'string' ? value : '';
}

/** A number of a row; NaN when it is not known or not there. */
export function asNumber(value: Cell): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
}

/** ICMP and ICMPv6 have a type and a code where others have ports. */
export function isIcmp(row: EventRow): boolean {
  return row.proto === 1 || row.proto === 58;
}

/** 4, 6, or 0 where there is no address. */
export function ipVersionOf(row: EventRow): 0 | 4 | 6 {
  const address = asText(row.src_ip) || asText(row.dst_ip);
  if (address === '') return 0;
  return address.includes(':') ? 6 : 4;
}

/** When it ended, in microseconds since 1970; NaN when it has no duration, or one beyond all reason. */
export function endOf(row: EventRow): number {
  const duration = asNumber(row.duration);
  const end = duration > 0 ? asNumber(row.ts) + Math.round(duration * 1e6) : Number.NaN;
  return end <= LAST_TIME ? end : Number.NaN;
}

/** The status of an HTTP response, or 0. */
export function httpStatusOf(row: EventRow): number {
  const state = asText(row.state);
  return state.length === 3 && state >= '100' && state <= '599' && !Number.isNaN(Number(state)) ? Number(state) : 0;
}
