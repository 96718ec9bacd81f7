import { parseIp } from '../../model/address.ts';
import { type DictColumn, EventBatch, type IpColumn, type TextColumn } from '../../model/batch.ts';
import { KINDS } from '../../model/kinds.ts';
import { FORMATS } from './catalog.ts';
import { S } from './format.ts';
import { Protocols, parseFlagNames } from './names.ts';
import { BRACKET, QUOTE, RecordFields } from './record-fields.ts';
import { LATEST, parseTime } from './time.ts';
import { asciiOf, parseDecimal, parseFlags, parseUint, parseV4 } from './values.ts';
import { WordCodes, wordOf } from './word-codes.ts';

const LONGEST_WORD = 1024;
const LARGEST = Number.MAX_SAFE_INTEGER;
const ICMP = 1;
const ICMP6 = 58;
/** What the readers of numbers answer where the record has none, and where it has a wrong one. */
const ABSENT = -1;
const WRONG = -2;

// What the formats say, by their numbers: flat, for the same reason as S.
const KIND_CODES = FORMATS.map((format) => KINDS[format.kind]);
const APPS = FORMATS.map((format) => format.app ?? '');
const PROTOS = FORMATS.map((format) => format.proto ?? 0);
const ONE_WAY = FORMATS.map((format) => format.oneWay === true);
const ZERO_IS_UNKNOWN = FORMATS.map((format) => format.zeroTimeIsUnknown === true);

/** The columns that a record fills, as an object of fixed shape: that of a batch is too large for fast access. */
function columnsOf({ columns }: EventBatch) {
  const {
    ts,
    kind,
    exporter,
    src_ip,
    dst_ip,
    src_port,
    dst_port,
    proto,
    bytes,
    packets,
    src_bytes,
    dst_bytes,
    src_packets,
    dst_packets,
    duration,
    tcp_flags,
    app,
    state,
    domain,
    user,
    uid,
    tags,
    vlan,
    input_if,
    output_if,
    tos,
    sampling,
    attrs,
  } = columns;
  return {
    ts,
    kind,
    exporter,
    src_ip,
    dst_ip,
    src_port,
    dst_port,
    proto,
    bytes,
    packets,
    src_bytes,
    dst_bytes,
    src_packets,
    dst_packets,
    duration,
    tcp_flags,
    app,
    state,
    domain,
    user,
    uid,
    tags,
    vlan,
    input_if,
    output_if,
    tos,
    sampling,
    attrs,
  };
}
type Columns = ReturnType<typeof columnsOf>;

/** What the records of a body have in common. */
export interface Surroundings {
  /** Microseconds since 1970, for exporters that do not know the time of a flow. */
  readonly receivedAt: number;
  /** Who observed it, where the record itself does not say. */
  readonly exporter: string;
  /** What the sender calls itself inside the payload; empty when it does not. */
  readonly collector: string;
}

/**
 * The second pass: one record into one row. It answers false for a record that cannot be taken, and says why in
 * {@link reason} and {@link detail}; the row is then half written and must be discarded. Rows are empty at first, so
 * what a record lacks is not written.
 */
export class RecordWriter {
  reason = '';
  detail = '';
  #batch = new EventBatch(0);
  #columns = columnsOf(this.#batch);
  readonly #fields = new RecordFields();
  readonly #address = new Uint8Array(16);
  readonly #app = new WordCodes();
  readonly #state = new WordCodes();
  readonly #user = new WordCodes();
  readonly #exporter = new WordCodes();
  readonly #protocols = new Protocols();

  /** @param fields the list of {@link BodyScanner}, of which the entries [from, to) are this record. */
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
    if (batch !== this.#batch) this.#bind(batch);
    const columns = this.#columns;
    columns.kind[row] = KIND_CODES[format];
    if (around.collector !== '') batch.columns.source.set(row, around.collector);
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

  #bind(batch: EventBatch): void {
    this.#batch = batch;
    this.#columns = columnsOf(batch);
  }

  #times(columns: Columns, row: number, format: number, around: Surroundings): boolean {
    let ts = this.#time(S.ts);
    const end = this.#time(S.end);
    const received = this.#time(S.received);
    if (ts === WRONG || end === WRONG || received === WRONG) return false;
    if (received >= 0) this.#fields.keep(S.received);
    if (ts <= 0 && ZERO_IS_UNKNOWN[format]) {
      if (received > 0) ts = received;
      else if (end > 0) ts = end;
      else if (ts === 0) ts = around.receivedAt;
    }
    if (ts < 0) {
      const keys = FORMATS[format].fields.ts?.slice(0, 3).join('", "');
      return this.#fail('MISSING_TIME', `The record has no time: one of "${keys}" is required.`);
    }
    columns.ts[row] = ts;
    const seconds = this.#seconds(S.duration);
    const milliseconds = this.#seconds(S.duration_ms);
    if (seconds === WRONG || milliseconds === WRONG) return false;
    if (seconds >= 0) columns.duration[row] = seconds;
    else if (milliseconds >= 0) columns.duration[row] = milliseconds / 1000;
    else if (end > ts) columns.duration[row] = (end - ts) / 1e6;
    return true;
  }

  /** Microseconds since 1970. */
  #time(slot: number): number {
    const fields = this.#fields;
    const from = fields.from[slot];
    if (from < 0) return ABSENT;
    let time = fields.isScalar(slot) ? parseTime(fields.body, from, fields.to[slot]) : Number.NaN;
    if (time >= 0 && time <= LATEST) return time;
    if (fields.isEscaped(slot)) {
      const plain = fields.plain(slot);
      time = parseTime(plain, 0, plain.length);
      if (time >= 0 && time <= LATEST) return time;
    }
    if (Number.isNaN(time)) this.#bad(slot, 'INVALID_TIME', 'a Unix time or an ISO 8601 date and time');
    else this.#bad(slot, 'OUT_OF_RANGE', 'a time from 1970 to 2199');
    return WRONG;
  }

  #seconds(slot: number): number {
    if (this.#fields.from[slot] < 0) return ABSENT;
    const value = this.#decimal(slot);
    if (value >= 0) return value;
    this.#bad(slot, Number.isNaN(value) ? 'WRONG_TYPE' : 'OUT_OF_RANGE', 'a number of at least 0');
    return WRONG;
  }

  #decimal(slot: number): number {
    const fields = this.#fields;
    if (!fields.isScalar(slot)) return Number.NaN;
    const value = parseDecimal(fields.body, fields.from[slot], fields.to[slot]);
    if (!Number.isNaN(value) || !fields.isEscaped(slot)) return value;
    const plain = fields.plain(slot);
    return parseDecimal(plain, 0, plain.length);
  }

  #endpoints(columns: Columns, row: number, format: number): boolean {
    if (!this.#ip(columns.src_ip, row, S.src_ip) || !this.#ip(columns.dst_ip, row, S.dst_ip)) return false;
    let srcPort = this.#uint(S.src_port, 65_535);
    let dstPort = this.#uint(S.dst_port, 65_535);
    let proto = this.#protocol();
    if (srcPort === WRONG || dstPort === WRONG || proto === WRONG) return false;
    if (proto === ABSENT) proto = PROTOS[format];
    if (proto === ICMP || proto === ICMP6) {
      // Zeek says "icmp" for both.
      if (columns.src_ip.family[row] === 6) proto = ICMP6;
      const type = this.#uint(S.icmp_type, 255);
      const code = this.#uint(S.icmp_code, 255);
      if (type === WRONG || code === WRONG) return false;
      if (type >= 0) {
        srcPort = type;
        dstPort = code;
      }
    } else {
      if (this.#fields.from[S.icmp_type] >= 0) this.#fields.keep(S.icmp_type);
      if (this.#fields.from[S.icmp_code] >= 0) this.#fields.keep(S.icmp_code);
    }
    if (srcPort > 0) columns.src_port[row] = srcPort;
    if (dstPort > 0) columns.dst_port[row] = dstPort;
    columns.proto[row] = proto;
    return true;
  }

  #ip(column: IpColumn, row: number, slot: number): boolean {
    const fields = this.#fields;
    if (fields.from[slot] < 0) return true;
    if (fields.lead[slot] === BRACKET && !fields.narrow(slot)) return true;
    const from = fields.from[slot];
    const to = fields.to[slot];
    const quoted = fields.lead[slot] === QUOTE;
    const v4 = quoted ? parseV4(fields.body, from, to) : -1;
    if (v4 >= 0) {
      column.setV4(row, v4);
      return true;
    }
    if (!quoted || to - from > 64 || !this.#rareIp(slot))
      return this.#bad(slot, 'INVALID_ADDRESS', 'an IPv4 or IPv6 address');
    column.setBytes(row, this.#address, 0);
    return true;
  }

  #rareIp(slot: number): boolean {
    const fields = this.#fields;
    const bytes = fields.isEscaped(slot) ? fields.plain(slot) : undefined;
    const text = bytes ? asciiOf(bytes, 0, bytes.length) : asciiOf(fields.body, fields.from[slot], fields.to[slot]);
    return parseIp(text, this.#address) !== 0;
  }

  #protocol(): number {
    const fields = this.#fields;
    const from = fields.from[S.proto];
    if (from < 0) return ABSENT;
    const to = fields.to[S.proto];
    let number = -1;
    if (fields.lead[S.proto] === QUOTE) {
      const { body } = fields;
      // The two that nearly all records have, without a string.
      const name = to - from === 3 ? (body[from] << 16) | (body[from + 1] << 8) | body[from + 2] | 0x202020 : 0;
      if (name === 0x746370) return 6;
      if (name === 0x756470) return 17;
      if (to - from <= 64) number = this.#protocols.numberOf(wordOf(body, from, to));
    } else if (fields.isScalar(S.proto)) number = parseUint(fields.body, from, to);
    if (number >= 0 && number <= 255) return number;
    this.#bad(S.proto, 'INVALID_PROTOCOL', 'an IP protocol: a number from 0 to 255 or its name');
    return WRONG;
  }

  #counters(columns: Columns, row: number, format: number): boolean {
    const rate = this.#uint(S.rate, 0xffffffff);
    const sampling = this.#uint(S.sampling, 0xffffffff);
    let srcBytes = this.#uint(S.src_bytes, LARGEST);
    const dstBytes = this.#uint(S.dst_bytes, LARGEST);
    let bytes = this.#uint(S.bytes, LARGEST);
    let srcPackets = this.#uint(S.src_packets, LARGEST);
    const dstPackets = this.#uint(S.dst_packets, LARGEST);
    let packets = this.#uint(S.packets, LARGEST);
    if (rate === WRONG || sampling === WRONG || srcBytes === WRONG || dstBytes === WRONG || bytes === WRONG)
      return false;
    if (srcPackets === WRONG || dstPackets === WRONG || packets === WRONG) return false;
    if (ONE_WAY[format]) {
      if (srcBytes < 0 && dstBytes < 0) srcBytes = bytes;
      if (srcPackets < 0 && dstPackets < 0) srcPackets = packets;
    }
    if (bytes < 0) bytes = Math.max(srcBytes, 0) + Math.max(dstBytes, 0);
    if (packets < 0) packets = Math.max(srcPackets, 0) + Math.max(dstPackets, 0);
    const times = rate > 1 ? rate : 1;
    if (bytes * times > LARGEST || packets * times > LARGEST)
      return this.#fail('OUT_OF_RANGE', 'The bytes or packets, corrected for sampling, exceed 2^53.');
    columns.bytes[row] = bytes * times;
    columns.packets[row] = packets * times;
    if (srcBytes > 0) columns.src_bytes[row] = srcBytes * times;
    if (dstBytes > 0) columns.dst_bytes[row] = dstBytes * times;
    if (srcPackets > 0) columns.src_packets[row] = srcPackets * times;
    if (dstPackets > 0) columns.dst_packets[row] = dstPackets * times;
    if (rate > 0 || sampling > 0) columns.sampling[row] = rate > 0 ? rate : sampling;
    return true;
  }

  #header(columns: Columns, row: number): boolean {
    const tos = this.#uint(S.tos, 255);
    const vlan = this.#uint(S.vlan, 65_535);
    const input = this.#uint(S.input_if, 0xffffffff);
    const output = this.#uint(S.output_if, 0xffffffff);
    const flags = this.#flags();
    if (tos === WRONG || vlan === WRONG || input === WRONG || output === WRONG || flags === WRONG) return false;
    if (tos > 0) columns.tos[row] = tos;
    if (vlan > 0) columns.vlan[row] = vlan;
    if (input > 0) columns.input_if[row] = input;
    if (output > 0) columns.output_if[row] = output;
    if (flags > 0) columns.tcp_flags[row] = flags;
    return true;
  }

  #flags(): number {
    const fields = this.#fields;
    const from = fields.from[S.tcp_flags];
    if (from < 0) return ABSENT;
    const to = fields.to[S.tcp_flags];
    let flags = -1;
    if (fields.lead[S.tcp_flags] === BRACKET) flags = parseFlagNames(fields.body, from, to);
    else if (fields.isEscaped(S.tcp_flags)) {
      const plain = fields.plain(S.tcp_flags);
      flags = parseFlags(plain, 0, plain.length);
    } else if (fields.isScalar(S.tcp_flags)) flags = parseFlags(fields.body, from, to);
    if (flags >= 0) return flags;
    this.#bad(S.tcp_flags, 'WRONG_TYPE', 'TCP flags: a number, or letters of CEUAPRSF');
    return WRONG;
  }

  #words(columns: Columns, row: number, format: number, around: Surroundings): boolean {
    return (
      this.#word(columns.app, row, S.app, this.#app, APPS[format]) &&
      this.#word(columns.state, row, S.state, this.#state, '') &&
      this.#word(columns.user, row, S.user, this.#user, '') &&
      this.#word(columns.exporter, row, S.exporter, this.#exporter, around.exporter) &&
      this.#text(columns.domain, row, S.domain) &&
      this.#text(columns.uid, row, S.uid) &&
      this.#tags(columns.tags, row)
    );
  }

  #word(column: DictColumn, row: number, slot: number, codes: WordCodes, otherwise: string): boolean {
    const fields = this.#fields;
    const from = fields.from[slot];
    if (from < 0) {
      if (otherwise !== '') column.set(row, otherwise);
      return true;
    }
    const to = fields.to[slot];
    if (!fields.isScalar(slot) || to - from > LONGEST_WORD)
      return this.#bad(slot, 'WRONG_TYPE', `a string of at most ${LONGEST_WORD} bytes`);
    column.codes[row] = codes.codeOf(column.dictionary, fields.body, from, to);
    return true;
  }

  #text(column: TextColumn, row: number, slot: number): boolean {
    const fields = this.#fields;
    if (fields.from[slot] < 0) return true;
    if (fields.lead[slot] === BRACKET && !fields.narrow(slot)) return true;
    if (!fields.isScalar(slot)) return this.#bad(slot, 'WRONG_TYPE', 'a string');
    if (fields.isEscaped(slot)) {
      const plain = fields.plain(slot);
      column.setBytes(row, plain, 0, plain.length);
    } else column.setBytes(row, fields.body, fields.from[slot], fields.to[slot]);
    return true;
  }

  /** A list of strings, or one with commas, as the sorted set that the column keeps. */
  #tags(column: DictColumn, row: number): boolean {
    const fields = this.#fields;
    const from = fields.from[S.tags];
    if (from < 0) return true;
    const to = fields.to[S.tags];
    let tags: unknown;
    if (to - from > LONGEST_WORD) tags = undefined;
    else if (fields.lead[S.tags] === QUOTE) tags = [wordOf(fields.body, from, to)];
    else tags = JSON.parse(new TextDecoder().decode(fields.body.subarray(from, to)));
    if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string'))
      return this.#bad(S.tags, 'WRONG_TYPE', `a list of strings, at most ${LONGEST_WORD} bytes`);
    const names = tags.flatMap((tag: string) => tag.split(',')).map((tag) => tag.trim());
    column.set(row, [...new Set(names.filter((tag) => tag !== ''))].sort().join(','));
    return true;
  }

  /** The fields without a column as one JSON object, in the sender's own bytes; neighbours are copied in one piece. */
  #attrs(body: Uint8Array, fields: Int32Array, column: TextColumn, row: number): void {
    const { others, rest } = this.#fields;
    if (rest === 0) return;
    let room = 2;
    for (let i = 0; i < rest; i++) room += fields[others[i] + 3] - fields[others[i] + 1] + 1;
    for (let i = 1; i < rest; i++)
      if (others[i] === others[i - 1] + 4) room += fields[others[i] + 1] - fields[others[i - 1] + 3];
    let at = column.begin(row, room);
    const { bytes } = column;
    for (let i = 0; i < rest; i++) {
      bytes[at++] = i === 0 ? 123 : 44;
      const from = fields[others[i] + 1];
      while (i + 1 < rest && others[i + 1] === others[i] + 4) i++;
      const to = fields[others[i] + 3];
      copy(body, from, to, bytes, at);
      at += to - from;
    }
    bytes[at++] = 125;
    column.end(row, at);
  }

  /** A whole number from 0 to `most`. */
  #uint(slot: number, most: number): number {
    const fields = this.#fields;
    const from = fields.from[slot];
    if (from < 0) return ABSENT;
    let value = fields.isScalar(slot) ? parseUint(fields.body, from, fields.to[slot]) : -1;
    if (value >= 0 && value <= most) return value;
    if (fields.isEscaped(slot)) {
      const plain = fields.plain(slot);
      value = parseUint(plain, 0, plain.length);
      if (value >= 0 && value <= most) return value;
    }
    const reason = Number.isNaN(this.#decimal(slot)) ? 'WRONG_TYPE' : 'OUT_OF_RANGE';
    this.#bad(slot, reason, `a whole number from 0 to ${most}`);
    return WRONG;
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

/** Four bytes a turn: a call into the runtime costs more than the few dozen bytes that these mostly are. */
function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > 512) {
    to.set(from.subarray(start, end), at);
    return;
  }
  let i = start;
  for (; i + 4 <= end; i += 4, at += 4) {
    to[at] = from[i];
    to[at + 1] = from[i + 1];
    to[at + 2] = from[i + 2];
    to[at + 3] = from[i + 3];
  }
  for (; i < end; i++, at++) to[at] = from[i];
}
