import { hostname } from 'node:os';
import type { EventRow } from '../model/event-row.ts';
import { isoTimes } from './encode/iso-times.ts';
import { type RiskBand, riskBand } from './encode/risk-bands.ts';
import type { RowEncoder } from './encode/row-encoder.ts';
import { asNumber, asText } from './encode/row-values.ts';

export interface SyslogHeader {
  readonly facility: number;
  /** That of this machine when empty. */
  readonly hostname: string;
  readonly appName: string;
  readonly sdId: string;
}

/** What the header takes from an event. */
const COLUMNS = ['id', 'ts', 'kind', 'risk'];

/** Severities (RFC 5424, 6.2.1) by the risk of the event: from informational to critical. */
const SEVERITIES: Readonly<Record<RiskBand, number>> = { informational: 6, low: 5, medium: 4, high: 3, critical: 2 };

/** Writes events as messages of RFC 5424, without frame: `<134>1 TIME HOST APP PROCID MSGID [SD] MSG`, in UTF-8 without BOM. */
export class SyslogMessage {
  readonly columns: readonly string[] | undefined;
  readonly #encoder: RowEncoder;
  readonly #facility: number;
  readonly #origin: string;
  readonly #sdId: string;
  readonly #time = isoTimes();

  constructor(header: SyslogHeader, encoder: RowEncoder) {
    this.#encoder = encoder;
    this.columns = encoder.columns && [...new Set([...encoder.columns, ...COLUMNS])];
    this.#facility = header.facility;
    const host = printable(header.hostname || hostname(), 255);
    this.#origin = `${host} ${printable(header.appName, 48)} ${process.pid}`;
    this.#sdId = header.sdId;
  }

  write(row: EventRow): string {
    const risk = asNumber(row.risk) || 0;
    const pri = this.#facility * 8 + SEVERITIES[riskBand(risk)];
    const time = this.#time(asNumber(row.ts)) || '-';
    const kind = asText(row.kind);
    const data = `[${this.#sdId} id="${param(asText(row.id))}" kind="${param(kind)}" risk="${risk}"]`;
    return `<${pri}>1 ${time} ${this.#origin} ${printable(kind, 32)} ${data} ${this.#encoder.encode(row)}`;
  }
}

/** A message in a stream: its length in bytes before it (RFC 6587, 3.4.1; RFC 5425, 4.3), or a line end after it (3.4.2). */
export function framed(message: string, framing: 'octet-counting' | 'newline'): string {
  return framing === 'newline' ? `${message}\n` : `${Buffer.byteLength(message)} ${message}`;
}

/** A message as a datagram: cut at a character where it is longer than `most` bytes (RFC 5424, 6.1). */
export function datagram(message: string, most: number): { readonly bytes: Buffer; readonly cut: boolean } {
  const bytes = Buffer.from(message);
  if (bytes.length <= most) return { bytes, cut: false };
  let end = most;
  // The bytes of a character after its first are 10xxxxxx (RFC 3629, 3).
  while (end > 0 && (bytes[end] & 0xc0) === 0x80) end--;
  return { bytes: bytes.subarray(0, end), cut: true };
}

/** A field of the header: visible ASCII without blanks, `-` when there is nothing to say. */
function printable(text: string, most: number): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '').slice(0, most) || '-';
}

/** RFC 5424, 6.3.3; control characters, which a message in a line must not have, become spaces. */
function param(text: string): string {
  return /["\\\]\p{Cc}]/u.test(text) ? text.replaceAll(/\p{Cc}/gu, ' ').replaceAll(/["\\\]]/g, '\\$&') : text;
}
