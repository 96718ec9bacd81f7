import { EventBatch } from '../../../model/batch.ts';
import { FLOW_DIRECTIONS, KINDS } from '../../../model/kinds.ts';
import type { Datagram } from '../datagram.ts';
import type { Exporter } from '../exporter.ts';
import type { FlowOptions } from '../flow-options.ts';
import type { FlowSink } from '../flow-sink.ts';
import { type AttrKey, AttrsWriter, attrKey, attrWord } from '../json-bytes.ts';
import { dropReason } from './drop-reasons.ts';
import { type RecordTarget, writeExtended } from './extended-records.ts';
import { type FlowSample, INTERFACE_FORMATS } from './flow-sample.ts';
import { padded } from './plain-records.ts';
import { SampledPacket } from './sampled-packet.ts';

const FRAME_LENGTH = attrKey('frame_length');
const IP_LENGTH = attrKey('ip_length');
const DROP_REASON = attrKey('drop_reason');
const INPUT_KIND = attrKey('input_kind');
const OUTPUT_KIND = attrKey('output_kind');
const OUTPUT_COUNT = attrKey('output_count');
const INTERNAL = attrWord('internal');
const MULTIPLE = attrWord('multiple');

/** Extended records with a number of their own in {@link FlowRows}: 1001 to 1042, and 2209. */
const FIRST_EXTENDED = 1001;
const EXTENDED = 42;
const TCP_INFO = 2209;
/** Records of unknown formats that are kept of one sample. */
const UNKNOWN_RECORDS = 8;

/** Makes rows of flow samples: one a sample, however many records describe its packet. */
export class FlowRows {
  readonly #wholeFrame: boolean;
  readonly #attrs: AttrsWriter;
  readonly #target: RecordTarget;
  readonly #packet = new SampledPacket();
  /** By extended record: the number of the sample that had one. A second of the same sample is not read. */
  readonly #met = new Uint32Array(EXTENDED + 1);
  readonly #unknown: number[] = [];
  #sample = 0;
  #sink: FlowSink | undefined;
  #receivedAt = 0;
  #source = '';
  #exporter = '';
  #sourceCode = 0;
  #exporterCode = 0;
  #made = 0;

  constructor(options: FlowOptions) {
    this.#wholeFrame = options.sflowBytes === 'frame';
    this.#attrs = new AttrsWriter(options.fields === 'all');
    const bytes = new Uint8Array(0);
    this.#target = {
      view: new DataView(bytes.buffer),
      bytes,
      batch: new EventBatch(1),
      row: 0,
      attrs: this.#attrs,
    };
  }

  /** Begins the rows of a datagram. */
  open(datagram: Datagram, exporter: Exporter, sink: FlowSink): void {
    this.#target.view = datagram.view;
    this.#target.bytes = datagram.bytes;
    this.#sink = sink;
    this.#receivedAt = datagram.receivedAt;
    this.#source = datagram.source;
    this.#exporter = exporter.name;
    this.#made = 0;
    this.#use(sink);
  }

  /** Ends them, and answers how many there were. */
  close(): number {
    this.#target.batch.length = this.#target.row;
    this.#sink = undefined;
    return this.#made;
  }

  /**
   * Makes a row, unless nothing describes the packet (samples of applications have none).
   *
   * @param rate one packet in this many; 1 is all.
   * @returns whether all records could be read. What was read before one that could not is kept.
   */
  add(sample: FlowSample, rate: number): boolean {
    const target = this.#target;
    if (target.row >= target.batch.capacity) this.#next();
    const { batch, row, attrs } = target;
    attrs.begin(batch.columns.attrs, row);
    this.#packet.clear();
    if (this.#unknown.length > 0) this.#unknown.length = 0;
    // Comes round after 2^32 samples: no matter, for then an extended record of one sample is not read.
    this.#sample = (this.#sample + 1) >>> 0;
    const whole = this.#walk(sample);
    if (!this.#packet.found && (sample.reason < 0 || !whole)) {
      batch.discard(row);
      return whole;
    }
    this.#packet.finish(target);
    this.#count(rate);
    this.#interfaces(sample);
    if (sample.reason >= 0) this.#discarded(sample.reason);
    attrs.end();
    this.#stamp();
    target.row++;
    this.#made++;
    return whole;
  }

  #walk({ records, count, end }: FlowSample): boolean {
    const { view } = this.#target;
    let at = records;
    for (let i = 0; i < count; i++) {
      if (end - at < 8) return false;
      const format = view.getUint32(at);
      const length = view.getUint32(at + 4);
      const from = at + 8;
      if (length > end - from) return false;
      if (!this.#packet.take(format, from, from + length, this.#target)) this.#extended(format, from, from + length);
      at = from + padded(length);
    }
    return true;
  }

  #extended(format: number, start: number, end: number): void {
    const slot =
      format >= FIRST_EXTENDED && format < FIRST_EXTENDED + EXTENDED
        ? format - FIRST_EXTENDED
        : format === TCP_INFO
          ? EXTENDED
          : -1;
    if (slot >= 0) {
      if (this.#met[slot] === this.#sample) return;
      this.#met[slot] = this.#sample;
      if (writeExtended(format, start, end, this.#target)) return;
    }
    if (this.#attrs.detailed) this.#keepUnknown(format, start, end);
  }

  /** As hexadecimal text under `enterprise:format`. */
  #keepUnknown(format: number, start: number, end: number): void {
    if (this.#unknown.length >= UNKNOWN_RECORDS || this.#unknown.includes(format)) return;
    this.#unknown.push(format);
    this.#attrs.hex(attrKey(`${format >>> 12}:${format & 0xfff}`), this.#target.bytes, start, end);
  }

  #count(rate: number): void {
    const { batch, row, attrs } = this.#target;
    const columns = batch.columns;
    const { frameLength, ipLength } = this.#packet;
    const length = this.#wholeFrame ? frameLength || ipLength : ipLength || frameLength;
    const bytes = Math.min(length * rate, Number.MAX_SAFE_INTEGER);
    columns.bytes[row] = bytes;
    columns.src_bytes[row] = bytes;
    columns.packets[row] = rate;
    columns.src_packets[row] = rate;
    if (rate > 1) columns.sampling[row] = rate;
    writeLength(this.#wholeFrame ? IP_LENGTH : FRAME_LENGTH, this.#wholeFrame ? ipLength : frameLength, attrs);
  }

  #interfaces(sample: FlowSample): void {
    const { batch, row, attrs } = this.#target;
    const columns = batch.columns;
    const { sourceClass, sourceIndex } = sample;
    const output = sample.outputFormat === INTERFACE_FORMATS.index ? sample.output : 0;
    columns.input_if[row] = sample.input;
    columns.output_if[row] = output;
    if (sourceClass === 0 && sourceIndex > 0)
      columns.flow_direction[row] =
        sample.input === sourceIndex ? FLOW_DIRECTIONS.ingress : output === sourceIndex ? FLOW_DIRECTIONS.egress : 0;
    if (sample.inputFormat === INTERFACE_FORMATS.internal) attrs.word(INPUT_KIND, INTERNAL);
    if (sample.outputFormat === INTERFACE_FORMATS.internal) attrs.word(OUTPUT_KIND, INTERNAL);
    else if (sample.outputFormat === INTERFACE_FORMATS.multiple) {
      attrs.word(OUTPUT_KIND, MULTIPLE);
      if (sample.output > 0) attrs.number(OUTPUT_COUNT, sample.output);
    }
  }

  #discarded(reason: number): void {
    const { batch, row, attrs } = this.#target;
    batch.columns.state.set(row, 'discarded');
    const word = dropReason(reason);
    if (word) attrs.word(DROP_REASON, word);
    else attrs.number(DROP_REASON, reason);
  }

  #stamp(): void {
    const { batch, row } = this.#target;
    const columns = batch.columns;
    columns.ts[row] = this.#receivedAt;
    columns.received[row] = this.#receivedAt;
    columns.kind[row] = KINDS.flow;
    columns.source.codes[row] = this.#sourceCode;
    columns.exporter.codes[row] = this.#exporterCode;
  }

  #next(): void {
    this.#target.batch.length = this.#target.row;
    if (!this.#sink) return;
    this.#sink.full();
    this.#use(this.#sink);
  }

  #use(sink: FlowSink): void {
    const batch = sink.batch;
    this.#target.batch = batch;
    this.#target.row = batch.length;
    this.#sourceCode = batch.columns.source.dictionary.intern(this.#source);
    this.#exporterCode = batch.columns.exporter.dictionary.intern(this.#exporter);
  }
}

function writeLength(key: AttrKey, length: number, attrs: AttrsWriter): void {
  if (length > 0) attrs.number(key, length);
}
