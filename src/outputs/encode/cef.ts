import type { EventRow } from '../../model/event-row.ts';
import { protocolName } from '../../model/kinds.ts';
import { endingOf } from './event-outcome.ts';
import { asksName } from './event-values.ts';
import { ALL_KINDS, KIND_NAMES } from './kind-names.ts';
import { type EncoderParts, type RowEncoder, textEncoder } from './row-encoder.ts';
import { asNumber, asText, endOf, isIcmp } from './row-values.ts';

const COLUMNS = `id ts received kind source exporter src_ip dst_ip src_port dst_port proto src_bytes dst_bytes duration
  direction app state domain user src_country dst_country threat_indicator threat_category threat_confidence risk
  risk_reasons tags input_if output_if src_nat_ip dst_nat_ip src_nat_port dst_nat_port`.split(/\s+/);

/**
 * Lines of ArcSight's Common Event Format, version 0 ("Implementing ArcSight Common Event Format"). The signature
 * is the kind of the event, the severity its risk divided by ten. `out` is what the source sent. IPv6 addresses are in the
 * custom fields that CEF 0 has for them. `attrs` has no place in a line.
 */
export function cefEncoder(parts: EncoderParts): RowEncoder {
  const headers = new Map<unknown, string>(
    ALL_KINDS.map((kind) => [kind, ['CEF:0|VEDETTE|vedette', header(parts.version), kind, KIND_NAMES[kind]].join('|')]),
  );
  return textEncoder((row) => {
    const risk = asNumber(row.risk);
    const severity = risk > 0 ? Math.min(10, Math.round(risk / 10)) : 0;
    return `${headers.get(row.kind) ?? headers.get('flow')}|${severity}|${extension(row)}`;
  }, COLUMNS);
}

/** Backslash and pipe are escaped in the header, which has one line. */
function header(text: string): string {
  return text.replaceAll(/[\\|]/g, '\\$&').replaceAll(CONTROLS, ' ');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SPECIAL = /[\\=\u0000-\u001f\u007f]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '=': '\\=', '\n': '\\n', '\r': '\\r' };

/** Backslash, equals sign and line ends are escaped in values; other control characters become spaces. */
function value(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replaceAll(/[\\=\r\n]/g, (letter) => ESCAPES[letter]).replaceAll(CONTROLS, ' ');
}

function pair(key: string, text: string): string {
  return text === '' ? '' : ` ${key}=${value(text)}`;
}

function count(key: string, number: number): string {
  return number > 0 ? ` ${key}=${number}` : '';
}

function labelled(key: string, label: string, text: string): string {
  return text === '' ? '' : `${pair(key, text)} ${key}Label=${label}`;
}

function millis(microseconds: number): string {
  return Number.isNaN(microseconds) ? '' : String(Math.floor(microseconds / 1000));
}

function extension(row: EventRow): string {
  return `${times(row)}${endpoints(row)}${traffic(row)}${custom(row)}`.slice(1);
}

function times(row: EventRow): string {
  return (
    pair('rt', millis(asNumber(row.received))) +
    pair('start', millis(asNumber(row.ts))) +
    pair('end', millis(endOf(row))) +
    pair('externalId', asText(row.id)) +
    pair('cat', asText(row.kind)) +
    exporterOf(asText(row.exporter)) +
    pair('deviceFacility', asText(row.source))
  );
}

function exporterOf(exporter: string): string {
  if (exporter.includes(':')) return labelled('c6a1', 'Device IPv6 Address', exporter);
  return pair(/^\d+\.\d+\.\d+\.\d+$/.test(exporter) ? 'dvc' : 'dvchost', exporter);
}

function endpoints(row: EventRow): string {
  const domain = asText(row.domain);
  const ports = isIcmp(row) ? '' : count('spt', asNumber(row.src_port)) + count('dpt', asNumber(row.dst_port));
  return (
    address('src', 'c6a2', 'Source IPv6 Address', asText(row.src_ip)) +
    address('dst', 'c6a3', 'Destination IPv6 Address', asText(row.dst_ip)) +
    ports +
    pair('suser', asText(row.user)) +
    (asksName(row) ? pair('destinationDnsDomain', domain) : pair('dhost', domain)) +
    nat('source', asText(row.src_nat_ip), asNumber(row.src_nat_port)) +
    nat('destination', asText(row.dst_nat_ip), asNumber(row.dst_nat_port))
  );
}

function address(key: string, sixth: string, label: string, text: string): string {
  return text.includes(':') ? labelled(sixth, label, text) : pair(key, text);
}

/** CEF 0 has translated addresses of IPv4 only. */
function nat(side: string, text: string, port: number): string {
  return pair(`${side}TranslatedAddress`, text.includes(':') ? '' : text) + count(`${side}TranslatedPort`, port);
}

function traffic(row: EventRow): string {
  const proto = asNumber(row.proto);
  const direction = asText(row.direction);
  return (
    pair('proto', proto > 0 ? protocolName(proto).toUpperCase() : '') +
    pair('app', asText(row.app)) +
    count('out', asNumber(row.src_bytes)) +
    count('in', asNumber(row.dst_bytes)) +
    pair('act', endingOf(row).action === 'blocked' ? 'blocked' : '') +
    pair('reason', asText(row.state)) +
    pair('deviceDirection', direction === 'inbound' ? '0' : direction === 'outbound' ? '1' : '') +
    count('deviceInboundInterface', asNumber(row.input_if)) +
    count('deviceOutboundInterface', asNumber(row.output_if))
  );
}

function custom(row: EventRow): string {
  const risk = asNumber(row.risk);
  const confidence = asNumber(row.threat_confidence);
  const lasted = Math.round(asNumber(row.duration) * 1000);
  return (
    labelled('cn1', 'Risk', risk > 0 ? String(risk) : '') +
    labelled('cn2', 'Threat Confidence', confidence > 0 ? String(confidence) : '') +
    labelled('cn3', 'Duration Milliseconds', lasted > 0 && Number.isFinite(lasted) ? String(lasted) : '') +
    labelled('cs1', 'Threat Indicator', asText(row.threat_indicator)) +
    labelled('cs2', 'Threat Category', asText(row.threat_category)) +
    labelled('cs3', 'Risk Reasons', asText(row.risk_reasons)) +
    labelled('cs4', 'Source Country', asText(row.src_country)) +
    labelled('cs5', 'Destination Country', asText(row.dst_country)) +
    labelled('cs6', 'Tags', asText(row.tags))
  );
}
