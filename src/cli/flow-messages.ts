import { flowProtocolOf } from '../decoders/flow/flow-decoder.ts';
import { formatIp, formatV4 } from '../model/address.ts';

/** More than this is in no UDP datagram, and in no IPFIX message. */
export const MAX_MESSAGE = 65_535;

/**
 * How long the flow message at `start` is, for files in which messages stand one behind the other. NetFlow 5 and 7 tell
 * by their number of records, IPFIX by a length; NetFlow 9 and sFlow are walked until something else begins.
 * @returns bytes, more than there are where more is needed to have or to know it; -1 where no message begins.
 */
export function messageLength(view: DataView, start: number, end: number): number {
  if (end - start < 4) return MAX_MESSAGE;
  const count = view.getUint16(start + 2);
  switch (flowProtocolOf(view, start, end)) {
    case 'netflow5':
      return 24 + count * (view.getUint16(start) === 5 ? 48 : 52);
    case 'ipfix':
      return Math.max(16, count);
    case 'netflow9':
      return netflow9Length(view, start, end);
    case 'sflow':
      return sflowLength(view, start, end);
    default:
      return -1;
  }
}

/** A set header, and a template with one field. */
const LEAST_TEMPLATE_SET = 12;

/** The header counts records, and often wrongly: a set with the number of a version is the next message. */
function netflow9Length(view: DataView, start: number, end: number): number {
  let at = start + 20;
  while (at + 4 <= end && at - start < MAX_MESSAGE) {
    const id = view.getUint16(at);
    const length = view.getUint16(at + 2);
    if (id === 0 && length < LEAST_TEMPLATE_SET) {
      if (at + 8 > end) return MAX_MESSAGE;
      if (isSflow(view, at)) return at - start;
      // Some exporters fill up with zeros, and the next message begins behind them.
      at += 2;
    } else if (id > 1 && id < 256) return at - start;
    else if (length < 4) return MAX_MESSAGE;
    else at += length;
  }
  return MAX_MESSAGE;
}

/** Version 5 in 32 bits, and an address of IPv4 or IPv6. */
function isSflow(view: DataView, at: number): boolean {
  if (view.getUint32(at) !== 5) return false;
  const type = view.getUint32(at + 4);
  return type === 1 || type === 2;
}

/** Counted by its samples, each with a length. */
function sflowLength(view: DataView, start: number, end: number): number {
  if (end - start < 8) return MAX_MESSAGE;
  const address = view.getUint32(start + 4) === 2 ? 16 : 4;
  const samplesAt = start + 8 + address + 12;
  if (samplesAt + 4 > end) return MAX_MESSAGE;
  const samples = view.getUint32(samplesAt);
  let at = samplesAt + 4;
  for (let sample = 0; sample < samples && at - start < MAX_MESSAGE; sample++) {
    if (at + 8 > end) return MAX_MESSAGE;
    at += 8 + view.getUint32(at + 4);
  }
  return at - start;
}

/** The exporter's own time in a message, microseconds since 1970; NaN where it has none (sFlow) or is cut. */
export function exportTime(view: DataView, start: number, end: number): number {
  if (end - start < 16) return Number.NaN;
  switch (flowProtocolOf(view, start, end)) {
    case 'netflow5':
      return view.getUint32(start + 8) * 1e6 + Math.floor(view.getUint32(start + 12) / 1000);
    case 'netflow9':
      return view.getUint32(start + 8) * 1e6;
    case 'ipfix':
      return view.getUint32(start + 4) * 1e6;
    default:
      return Number.NaN;
  }
}

/** Address of the agent that an sFlow datagram names; undefined for everything else. */
export function agentOf(view: DataView, bytes: Uint8Array, start: number, end: number): string | undefined {
  if (flowProtocolOf(view, start, end) !== 'sflow' || end - start < 24) return undefined;
  const type = view.getUint32(start + 4);
  if (type === 1) return formatV4(view.getUint32(start + 8));
  return type === 2 ? formatIp(bytes, start + 8) : undefined;
}

/**
 * Whether a datagram that came to any port is a flow export: more than the version has to fit, since the first bytes of
 * a DNS query, say, are random.
 */
export function looksLikeExport(view: DataView, start: number, end: number): boolean {
  const length = end - start;
  switch (flowProtocolOf(view, start, end)) {
    case 'netflow5':
      return length >= 72 && messageLength(view, start, end) === length;
    case 'netflow9':
      return length >= 24 && isSet(view, start + 20, end, 1) && view.getUint32(start + 8) > 1e8;
    case 'ipfix':
      if (length < 16 || view.getUint16(start + 2) !== length) return false;
      return length === 16 || (length >= 20 && isSet(view, start + 16, end, 3));
    case 'sflow': {
      const type = length >= 28 ? view.getUint32(start + 4) : 0;
      return (type === 1 || type === 2) && messageLength(view, start, end) <= length;
    }
    default:
      return false;
  }
}

/** @param templates the highest id of a set of templates: 1 in NetFlow 9, 3 in IPFIX. */
function isSet(view: DataView, at: number, end: number, templates: number): boolean {
  const id = view.getUint16(at);
  const length = view.getUint16(at + 2);
  return (id <= templates || id >= 256) && length >= 4 && at + length <= end;
}
