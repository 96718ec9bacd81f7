import type { EventRow } from '../../model/event-row.ts';
import { protocolName } from '../../model/kinds.ts';
import { asksName } from './event-values.ts';
import { ALL_KINDS } from './kind-names.ts';
import { type EncoderParts, type RowEncoder, textEncoder } from './row-encoder.ts';
import { asNumber, asText, isIcmp } from './row-values.ts';

const COLUMNS = `id ts kind source exporter src_ip dst_ip src_port dst_port proto bytes packets src_bytes dst_bytes
  src_packets dst_packets duration direction app state domain user src_country dst_country threat_indicator
  threat_category threat_confidence risk risk_reasons tags src_nat_ip dst_nat_ip src_nat_port dst_nat_port`.split(
  /\s+/,
);

/**
 * Lines of IBM's Log Event Extended Format 2.0 ("Predefined LEEF event attributes", "Best practices guidelines for LEEF
 * events"), attributes separated by tabs, as the header says (`x09`). QRadar maps an event by EventID and `cat`: both
 * are its kind and never change. LEEF has no escapes: control characters in values become spaces.
 */
export function leefEncoder(parts: EncoderParts): RowEncoder {
  const version = parts.version.replaceAll(/[|^]/g, ' ').replaceAll(CONTROLS, ' ');
  const headers = new Map<unknown, string>(
    ALL_KINDS.map((kind) => [kind, `LEEF:2.0|VEDETTE|vedette|${version}|${kind}|x09|cat=${kind}`]),
  );
  return textEncoder(
    (row) => `${headers.get(row.kind) ?? headers.get('flow')}${common(row)}${traffic(row)}${enriched(row)}`,
    COLUMNS,
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

function pair(key: string, text: string): string {
  if (text === '') return '';
  return `\t${key}=${CONTROL.test(text) ? text.replaceAll(CONTROLS, ' ') : text}`;
}

function count(key: string, number: number): string {
  return number > 0 ? `\t${key}=${number}` : '';
}

/** Severity is 1 to 10; the time is in milliseconds since 1970, which needs no devTimeFormat. */
function common(row: EventRow): string {
  const at = asNumber(row.ts);
  const risk = asNumber(row.risk) || 0;
  return (
    pair('devTime', Number.isNaN(at) ? '' : String(Math.floor(at / 1000))) +
    pair('sev', String(Math.max(1, Math.min(10, Math.round(risk / 10))))) +
    pair('src', asText(row.src_ip)) +
    pair('dst', asText(row.dst_ip)) +
    ports(row) +
    pair('usrName', asText(row.user)) +
    pair('srcPostNAT', asText(row.src_nat_ip)) +
    pair('dstPostNAT', asText(row.dst_nat_ip)) +
    count('srcPostNATPort', asNumber(row.src_nat_port)) +
    count('dstPostNATPort', asNumber(row.dst_nat_port))
  );
}

function ports(row: EventRow): string {
  const proto = asNumber(row.proto);
  const numbers = isIcmp(row)
    ? ''
    : count('srcPort', asNumber(row.src_port)) + count('dstPort', asNumber(row.dst_port));
  return numbers + pair('proto', proto > 0 ? protocolName(proto).toUpperCase() : '');
}

function traffic(row: EventRow): string {
  return (
    count('srcBytes', asNumber(row.src_bytes)) +
    count('dstBytes', asNumber(row.dst_bytes)) +
    count('totalBytes', asNumber(row.bytes)) +
    count('srcPackets', asNumber(row.src_packets)) +
    count('dstPackets', asNumber(row.dst_packets)) +
    count('totalPackets', asNumber(row.packets)) +
    count('durationSeconds', asNumber(row.duration)) +
    pair('direction', asText(row.direction)) +
    pair('application', asText(row.app)) +
    pair('state', asText(row.state)) +
    pair(asksName(row) ? 'dnsQuery' : 'dstDomain', asText(row.domain))
  );
}

function enriched(row: EventRow): string {
  return (
    pair('eventUid', asText(row.id)) +
    pair('collector', asText(row.source)) +
    pair('exporter', asText(row.exporter)) +
    pair('srcCountry', asText(row.src_country)) +
    pair('dstCountry', asText(row.dst_country)) +
    pair('threatIndicator', asText(row.threat_indicator)) +
    pair('threatCategory', asText(row.threat_category)) +
    count('threatConfidence', asNumber(row.threat_confidence)) +
    count('risk', asNumber(row.risk)) +
    pair('riskReasons', asText(row.risk_reasons)) +
    pair('tags', asText(row.tags))
  );
}
