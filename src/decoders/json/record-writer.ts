import { EventBatch, type TextColumn } from '../../model/batch.ts';
import { KINDS } from '../../model/kinds.ts';
import { FORMATS } from './catalog.ts';
import { Copier } from './copier.ts';
import { FieldReader, WRONG } from './field-reader.ts';
import { S } from './format.ts';
import type { Shape } from './shapes.ts';
import { WordCodes } from './word-codes.ts';

const U32 = 0xffffffff;
const LARGEST = Number.MAX_SAFE_INTEGER;
const ICMP = 1;
const ICMP6 = 58;

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
  readonly #reader = new FieldReader();
  #batch = new EventBatch(0);
  #columns = columnsOf(this.#batch);
  readonly #app = new WordCodes();
  readonly #state = new WordCodes();
  readonly #user = new WordCodes();
  readonly #exporter = new WordCodes();
  readonly #attrsCopier = new Copier();
  readonly #domainCopier = new Copier();
  readonly #uidCopier = new Copier();

  get reason(): string {
    return this.#reader.reason;
  }

  get detail(): string {
    return this.#reader.detail;
  }

  /** @param fields the list of the first pass, in which the fields of this record, of that shape, begin at `base`. */
  write(
    body: Uint8Array,
    fields: Int32Array,
    base: number,
    shape: Shape,
    format: number,
    batch: EventBatch,
    row: number,
    around: Surroundings,
  ): boolean {
    this.#reader.fields.open(body, fields, base, shape, format);
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
    this.#attrs(columns.attrs, row);
    return true;
  }

  #bind(batch: EventBatch): void {
    this.#batch = batch;
    this.#columns = columnsOf(batch);
  }

  #times(columns: Columns, row: number, format: number, around: Surroundings): boolean {
    const reader = this.#reader;
    let ts = reader.time(S.ts);
    const end = reader.time(S.end);
    const received = reader.time(S.received);
    const seconds = reader.decimal(S.duration);
    const milliseconds = reader.decimal(S.duration_ms);
    if (ts === WRONG || end === WRONG || received === WRONG || seconds === WRONG || milliseconds === WRONG)
      return false;
    if (received >= 0) reader.fields.keep(S.received);
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
    if (seconds >= 0) columns.duration[row] = seconds;
    else if (milliseconds >= 0) columns.duration[row] = milliseconds / 1000;
    else if (end > ts) columns.duration[row] = (end - ts) / 1e6;
    return true;
  }

  #endpoints(columns: Columns, row: number, format: number): boolean {
    const reader = this.#reader;
    if (!reader.ip(S.src_ip, columns.src_ip, row) || !reader.ip(S.dst_ip, columns.dst_ip, row)) return false;
    let srcPort = reader.uint(S.src_port, 65_535);
    let dstPort = reader.uint(S.dst_port, 65_535);
    let proto = reader.protocol(S.proto);
    if (srcPort === WRONG || dstPort === WRONG || proto === WRONG) return false;
    if (proto < 0) proto = PROTOS[format];
    if (proto === ICMP || proto === ICMP6) {
      // Zeek says "icmp" for both.
      if (columns.src_ip.family[row] === 6) proto = ICMP6;
      const type = reader.uint(S.icmp_type, 255);
      const code = reader.uint(S.icmp_code, 255);
      if (type === WRONG || code === WRONG) return false;
      if (type >= 0) {
        srcPort = type;
        dstPort = code;
      }
    } else {
      if (reader.fields.has(S.icmp_type)) reader.fields.keep(S.icmp_type);
      if (reader.fields.has(S.icmp_code)) reader.fields.keep(S.icmp_code);
    }
    if (srcPort > 0) columns.src_port[row] = srcPort;
    if (dstPort > 0) columns.dst_port[row] = dstPort;
    columns.proto[row] = proto;
    return true;
  }

  #counters(columns: Columns, row: number, format: number): boolean {
    const reader = this.#reader;
    const rate = reader.uint(S.rate, U32);
    const sampling = reader.uint(S.sampling, U32);
    let srcBytes = reader.uint(S.src_bytes, LARGEST);
    const dstBytes = reader.uint(S.dst_bytes, LARGEST);
    let bytes = reader.uint(S.bytes, LARGEST);
    let srcPackets = reader.uint(S.src_packets, LARGEST);
    const dstPackets = reader.uint(S.dst_packets, LARGEST);
    let packets = reader.uint(S.packets, LARGEST);
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
    const most = Math.max(bytes, packets, srcBytes, dstBytes, srcPackets, dstPackets);
    if (most * times > LARGEST)
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
    const reader = this.#reader;
    const tos = reader.uint(S.tos, 255);
    const vlan = reader.uint(S.vlan, 65_535);
    const input = reader.uint(S.input_if, U32);
    const output = reader.uint(S.output_if, U32);
    const flags = reader.flags(S.tcp_flags);
    if (tos === WRONG || vlan === WRONG || input === WRONG || output === WRONG || flags === WRONG) return false;
    if (tos > 0) columns.tos[row] = tos;
    if (vlan > 0) columns.vlan[row] = vlan;
    if (input > 0) columns.input_if[row] = input;
    if (output > 0) columns.output_if[row] = output;
    if (flags > 0) columns.tcp_flags[row] = flags;
    return true;
  }

  #words(columns: Columns, row: number, format: number, around: Surroundings): boolean {
    const reader = this.#reader;
    return (
      reader.word(S.app, columns.app, row, this.#app, APPS[format]) &&
      reader.word(S.state, columns.state, row, this.#state, '') &&
      reader.word(S.user, columns.user, row, this.#user, '') &&
      reader.word(S.exporter, columns.exporter, row, this.#exporter, around.exporter) &&
      reader.text(S.domain, columns.domain, row, this.#domainCopier) &&
      reader.text(S.uid, columns.uid, row, this.#uidCopier) &&
      reader.words(S.tags, columns.tags, row)
    );
  }

  /** The fields without a column as one JSON object, in the sender's own bytes; neighbours are copied in one piece. */
  #attrs(column: TextColumn, row: number): void {
    const { body, base, fields, kept, keptCount, layout } = this.#reader.fields;
    const { others } = layout;
    const count = others.length;
    if (count + keptCount === 0) return;
    let room = 2;
    if (count > 0) room += fields[base + others[count - 1] + 3] - fields[base + others[0] + 1] + count;
    for (let i = 0; i < keptCount; i++) room += fields[base + kept[i] + 3] - fields[base + kept[i] + 1] + 1;
    let at = column.begin(row, room);
    const { bytes } = column;
    const start = at;
    for (let i = 0; i < count; i++) {
      bytes[at] = at === start ? 123 : 44;
      at++;
      const from = fields[base + others[i] + 1];
      while (i + 1 < count && others[i + 1] === others[i] + 4) i++;
      const to = fields[base + others[i] + 3];
      this.#attrsCopier.copy(body, from, to, bytes, at);
      at += to - from;
    }
    for (let i = 0; i < keptCount; i++) {
      bytes[at] = at === start ? 123 : 44;
      at++;
      const from = fields[base + kept[i] + 1];
      const to = fields[base + kept[i] + 3];
      this.#attrsCopier.copy(body, from, to, bytes, at);
      at += to - from;
    }
    bytes[at++] = 125;
    column.end(row, at);
  }

  #fail(reason: string, detail: string): false {
    this.#reader.reason = reason;
    this.#reader.detail = detail;
    return false;
  }
}
