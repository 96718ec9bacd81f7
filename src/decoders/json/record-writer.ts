import { parseIp } from '../../model/address.ts';
import type { BatchColumns, DictColumn, EventBatch, IpColumn, TextColumn } from '../../model/batch.ts';
import { KINDS, protocolNumber } from '../../model/kinds.ts';
import { FORMATS } from './catalog.ts';
import { S } from './format.ts';
import { RecordFields } from './record-fields.ts';
import { LATEST, parseTime } from './time.ts';
import { asciiOf, parseDecimal, parseFlags, parseUint, parseV4 } from './values.ts';
import { WordCodes, wordOf } from './word-codes.ts';

const QUOTE = 34;
const BRACKET = 91;
const LONGEST_WORD = 1024;
const LARGEST = Number.MAX_SAFE_INTEGER;
const ICMP = 1;
const ICMP6 = 58;

/** What the records of a body have in common. */
export interface Surroundings {
  /** Microseconds since 1970, for exporters that do not know the time of a flow. */
  readonly receivedAt: number;
  /** Who observed it, where the record itself does not say. */
  readonly exporter: string;
}

/**
 * The second pass: one record into one row. It answers false for a record that cannot be taken, and says why in
 * {@link reason} and {@link detail}; the row is then half written and must be discarded.
 */
export class RecordWriter {
  reason = '';
  detail = '';
  readonly #fields = new RecordFields();
  readonly #address = new Uint8Array(16);
  readonly #app = new WordCodes();
  readonly #state = new WordCodes();
  readonly #user = new WordCodes();
  readonly #exporter = new WordCodes();
  readonly #protocols = new Map<string, number>();

  write(
    body: Uint8Array,
    fields: Int32Array,
    from: number,
    to: number,
    format: number,
    batch: EventBatch,
    row: number,
    around: Surroundings,
  ): boolean {
    this.#fields.sort(body, fields, from, to, format);
    const { columns } = batch;
    columns.kind[row] = KINDS[FORMATS[format].kind];
    if (
      !this.#times(columns, row, format, around) ||
      !this.#endpoints(columns, row, format) ||
      !this.#counters(columns, row, format) ||
      !this.#words(columns, row, format, around) ||
      !this.#header(columns, row)
    )
      return false;
    this.#attrs(body, fields, columns.attrs, row);
    return true;
  }

  #times(columns: BatchColumns, row: number, format: number, around: Surroundings): boolean {
    const fields = this.#fields;
    let ts = this.#time(S.ts);
    const end = this.#time(S.end);
    const received = this.#time(S.received);
    if (ts === -2 || end === -2 || received === -2) return false;
    if (received >= 0) fields.keep(S.received);
    if (ts <= 0 && FORMATS[format].zeroTimeIsUnknown) {
      if (received > 0) ts = received;
      else if (end > 0) ts = end;
      else if (ts === 0) ts = around.receivedAt;
    }
    if (ts < 0) {
      const keys = FORMATS[format].fields.ts?.slice(0, 3).join('", "');
      return this.#fail('MISSING_TIME', `The record has no time: one of "${keys}" is required.`);
    }
    columns.ts[row] = ts;
    let duration = end > ts ? (end - ts) / 1e6 : 0;
    for (const slot of [S.duration_ms, S.duration]) {
      if (!fields.open(slot)) continue;
      const value = this.#decimal();
      if (!(value >= 0)) return this.#bad(slot, 'WRONG_TYPE', 'a number of at least 0');
      duration = slot === S.duration ? value : value / 1000;
    }
    columns.duration[row] = duration;
    return true;
  }

  /** Microseconds; -1 when the record does not have it, -2 when it is wrong. */
  #time(slot: number): number {
    const fields = this.#fields;
    if (!fields.open(slot)) return -1;
    let time = this.#isScalar() ? parseTime(fields.bytes, fields.from, fields.to) : Number.NaN;
    if (Number.isNaN(time) && fields.unescape()) time = parseTime(fields.bytes, fields.from, fields.to);
    if (time >= 0 && time <= LATEST) return time;
    if (Number.isNaN(time)) this.#bad(slot, 'INVALID_TIME', 'a Unix time or an ISO 8601 date and time');
    else this.#bad(slot, 'OUT_OF_RANGE', 'a time from 1970 to 2199');
    return -2;
  }

  #endpoints(columns: BatchColumns, row: number, format: number): boolean {
    if (!this.#ip(columns.src_ip, row, S.src_ip) || !this.#ip(columns.dst_ip, row, S.dst_ip)) return false;
    const srcPort = this.#uint(S.src_port, 65_535);
    const dstPort = this.#uint(S.dst_port, 65_535);
    const type = this.#uint(S.icmp_type, 255);
    const code = this.#uint(S.icmp_code, 255);
    let proto = this.#protocol(FORMATS[format].proto ?? 0);
    if (srcPort < 0 || dstPort < 0 || type < 0 || code < 0 || proto < 0) return false;
    // Zeek says "icmp" for both.
    if (proto === ICMP && columns.src_ip.family[row] === 6) proto = ICMP6;
    const icmp = (proto === ICMP || proto === ICMP6) && this.#fields.has(S.icmp_type);
    columns.src_port[row] = icmp ? type : srcPort;
    columns.dst_port[row] = icmp ? code : dstPort;
    columns.proto[row] = proto;
    return true;
  }

  #ip(column: IpColumn, row: number, slot: number): boolean {
    const fields = this.#fields;
    if (!fields.open(slot)) return true;
    if (fields.lead === BRACKET && !fields.first(slot)) return true;
    const v4 = parseV4(fields.bytes, fields.from, fields.to);
    if (v4 >= 0 && fields.lead === QUOTE) {
      column.setV4(row, v4);
      return true;
    }
    fields.unescape();
    const short = fields.lead === QUOTE && fields.to - fields.from <= 64;
    if (!short || parseIp(asciiOf(fields.bytes, fields.from, fields.to), this.#address) === 0)
      return this.#bad(slot, 'INVALID_ADDRESS', 'an IPv4 or IPv6 address');
    column.setBytes(row, this.#address, 0);
    return true;
  }

  #protocol(otherwise: number): number {
    const fields = this.#fields;
    if (!fields.open(S.proto)) return otherwise;
    const number = this.#isScalar() ? parseUint(fields.bytes, fields.from, fields.to) : -1;
    if (number >= 0 && number <= 255) return number;
    if (fields.lead === QUOTE) {
      fields.unescape();
      const { bytes, from, to } = fields;
      // The two that nearly all records have, without a string.
      const third = to - from === 3 ? ((bytes[from] << 16) | (bytes[from + 1] << 8) | bytes[from + 2]) | 0x202020 : 0;
      if (third === 0x746370) return 6;
      if (third === 0x756470) return 17;
      const known = to - from <= 32 ? this.#namedProtocol(asciiOf(bytes, from, to)) : -1;
      if (known >= 0) return known;
    }
    this.#bad(S.proto, 'INVALID_PROTOCOL', 'an IP protocol: a number from 0 to 255 or its name');
    return -1;
  }

  #namedProtocol(name: string): number {
    let number = this.#protocols.get(name);
    if (number === undefined) {
      number = /^unknown/i.test(name) ? 0 : (protocolNumber(name) ?? -1);
      if (this.#protocols.size < 256) this.#protocols.set(name, number);
    }
    return number;
  }

  #counters(columns: BatchColumns, row: number, format: number): boolean {
    const rate = this.#uint(S.rate, 0xffffffff);
    const times = rate > 1 ? rate : 1;
    let srcBytes = this.#uint(S.src_bytes, LARGEST) * times;
    const dstBytes = this.#uint(S.dst_bytes, LARGEST) * times;
    const bytes = this.#uint(S.bytes, LARGEST) * times;
    let srcPackets = this.#uint(S.src_packets, LARGEST) * times;
    const dstPackets = this.#uint(S.dst_packets, LARGEST) * times;
    const packets = this.#uint(S.packets, LARGEST) * times;
    const sampling = this.#uint(S.sampling, 0xffffffff);
    if (rate < 0 || sampling < 0 || srcBytes < 0 || dstBytes < 0 || bytes < 0) return false;
    if (srcPackets < 0 || dstPackets < 0 || packets < 0) return false;
    const fields = this.#fields;
    if (FORMATS[format].oneWay) {
      if (!fields.has(S.src_bytes) && !fields.has(S.dst_bytes)) srcBytes = bytes;
      if (!fields.has(S.src_packets) && !fields.has(S.dst_packets)) srcPackets = packets;
    }
    const allBytes = fields.has(S.bytes) ? bytes : srcBytes + dstBytes;
    const allPackets = fields.has(S.packets) ? packets : srcPackets + dstPackets;
    if (allBytes > LARGEST || allPackets > LARGEST)
      return this.#fail('OUT_OF_RANGE', 'The bytes or packets, corrected for sampling, exceed 2^53.');
    columns.src_bytes[row] = srcBytes;
    columns.dst_bytes[row] = dstBytes;
    columns.bytes[row] = allBytes;
    columns.src_packets[row] = srcPackets;
    columns.dst_packets[row] = dstPackets;
    columns.packets[row] = allPackets;
    columns.sampling[row] = fields.has(S.rate) ? rate : sampling;
    return true;
  }

  #header(columns: BatchColumns, row: number): boolean {
    const tos = this.#uint(S.tos, 255);
    const vlan = this.#uint(S.vlan, 65_535);
    const input = this.#uint(S.input_if, 0xffffffff);
    const output = this.#uint(S.output_if, 0xffffffff);
    const flags = this.#flags();
    if (tos < 0 || vlan < 0 || input < 0 || output < 0 || flags < 0) return false;
    columns.tos[row] = tos;
    columns.vlan[row] = vlan;
    columns.input_if[row] = input;
    columns.output_if[row] = output;
    columns.tcp_flags[row] = flags;
    return true;
  }

  #flags(): number {
    const fields = this.#fields;
    if (!fields.open(S.tcp_flags)) return 0;
    let flags = -1;
    if (fields.lead === BRACKET) flags = flagsByName(wordOf(fields.bytes, fields.from, fields.to));
    else if (this.#isScalar()) {
      flags = parseFlags(fields.bytes, fields.from, fields.to);
      if (flags < 0 && fields.unescape()) flags = parseFlags(fields.bytes, fields.from, fields.to);
    }
    if (flags < 0) this.#bad(S.tcp_flags, 'WRONG_TYPE', 'TCP flags: a number, or letters of CEUAPRSF');
    return flags;
  }

  #words(columns: BatchColumns, row: number, format: number, around: Surroundings): boolean {
    if (!this.#word(columns.app, row, S.app, this.#app, FORMATS[format].app ?? '')) return false;
    if (!this.#word(columns.state, row, S.state, this.#state, '')) return false;
    if (!this.#word(columns.user, row, S.user, this.#user, '')) return false;
    if (!this.#word(columns.exporter, row, S.exporter, this.#exporter, around.exporter)) return false;
    if (!this.#text(columns.domain, row, S.domain) || !this.#text(columns.uid, row, S.uid)) return false;
    return this.#tags(columns.tags, row);
  }

  #word(column: DictColumn, row: number, slot: number, codes: WordCodes, otherwise: string): boolean {
    const fields = this.#fields;
    if (!fields.open(slot)) {
      if (otherwise !== '') column.set(row, otherwise);
      return true;
    }
    if (!this.#isScalar() || fields.to - fields.from > LONGEST_WORD)
      return this.#bad(slot, 'WRONG_TYPE', `a string of at most ${LONGEST_WORD} bytes`);
    column.codes[row] = codes.codeOf(column.dictionary, fields.bytes, fields.from, fields.to);
    return true;
  }

  #text(column: TextColumn, row: number, slot: number): boolean {
    const fields = this.#fields;
    if (!fields.open(slot)) return true;
    if (fields.lead === BRACKET && !fields.first(slot)) return true;
    if (!this.#isScalar()) return this.#bad(slot, 'WRONG_TYPE', 'a string');
    fields.unescape();
    column.setBytes(row, fields.bytes, fields.from, fields.to);
    return true;
  }

  /** A list of strings, or one with commas, as the sorted set that the column keeps. */
  #tags(column: DictColumn, row: number): boolean {
    const fields = this.#fields;
    if (!fields.open(S.tags)) return true;
    let tags: unknown;
    if (fields.to - fields.from <= LONGEST_WORD) {
      const text = asciiSafe(fields.bytes, fields.from, fields.to);
      tags = fields.lead === QUOTE ? [wordOf(fields.bytes, fields.from, fields.to)] : JSON.parse(text);
    }
    if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string'))
      return this.#bad(S.tags, 'WRONG_TYPE', `a list of strings, at most ${LONGEST_WORD} bytes`);
    const names = tags.flatMap((tag: string) => tag.split(',')).map((tag) => tag.trim());
    column.set(row, [...new Set(names.filter((tag) => tag !== ''))].sort().join(','));
    return true;
  }

  /** The fields without a column as one JSON object, in the sender's own bytes. */
  #attrs(body: Uint8Array, fields: Int32Array, column: TextColumn, row: number): void {
    const { others, rest } = this.#fields;
    if (rest === 0) return;
    let room = 2;
    for (let i = 0; i < rest; i++) room += fields[others[i] + 3] - fields[others[i] + 1] + 1;
    let at = column.begin(row, room);
    const { bytes } = column;
    for (let i = 0; i < rest; i++) {
      bytes[at++] = i === 0 ? 123 : 44;
      const from = fields[others[i] + 1];
      const to = fields[others[i] + 3];
      if (to - from > 256) {
        bytes.set(body.subarray(from, to), at);
        at += to - from;
      } else for (let k = from; k < to; k++) bytes[at++] = body[k];
    }
    bytes[at++] = 125;
    column.end(row, at);
  }

  /** A whole number up to `most`; 0 when the record does not have it, -1 when it is wrong. */
  #uint(slot: number, most: number): number {
    const fields = this.#fields;
    if (!fields.open(slot)) return 0;
    let value = this.#isScalar() ? parseUint(fields.bytes, fields.from, fields.to) : -1;
    if (value < 0 && fields.unescape()) value = parseUint(fields.bytes, fields.from, fields.to);
    if (value >= 0 && value <= most) return value;
    const numeric = this.#isScalar() && !Number.isNaN(this.#decimal());
    this.#bad(slot, numeric ? 'OUT_OF_RANGE' : 'WRONG_TYPE', `a whole number from 0 to ${most}`);
    return -1;
  }

  #decimal(): number {
    const fields = this.#fields;
    if (!this.#isScalar()) return Number.NaN;
    const value = parseDecimal(fields.bytes, fields.from, fields.to);
    return Number.isNaN(value) && fields.unescape() ? parseDecimal(fields.bytes, fields.from, fields.to) : value;
  }

  /** Whether the opened value is a string or a number. */
  #isScalar(): boolean {
    const { lead } = this.#fields;
    return lead === QUOTE || lead === 45 || (lead >= 48 && lead <= 57);
  }

  #bad(slot: number, reason: string, wanted: string): false {
    return this.#fail(reason, `${this.#fields.describe(slot)}, which is not ${wanted}.`);
  }

  #fail(reason: string, detail: string): false {
    this.reason = reason;
    this.detail = detail;
    return false;
  }
}

function asciiSafe(bytes: Uint8Array, from: number, to: number): string {
  return new TextDecoder().decode(bytes.subarray(from, to));
}

/** `["SYN","ACK"]` → 0x12; -1 when it is no list of flag names. */
function flagsByName(text: string): number {
  let names: unknown;
  try {
    names = JSON.parse(text);
  } catch {
    return -1;
  }
  if (!Array.isArray(names)) return -1;
  let flags = 0;
  for (const name of names) {
    const bit = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'].indexOf(String(name).toUpperCase());
    if (bit < 0) return -1;
    flags |= 1 << bit;
  }
  return flags;
}
