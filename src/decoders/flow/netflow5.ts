import type { Datagram, FlowProtocolDecoder } from './datagram.ts';
import type { Exporter } from './exporter.ts';
import type { FlowOptions } from './flow-options.ts';
import type { FlowSink } from './flow-sink.ts';
import { type MessageRun, RECORD_5, RECORD_7, readRecords } from './netflow5-records.ts';
import { NetFlow5State } from './netflow5-state.ts';

/**
 * Bytes of the header: version, count, sysUptime, unix_secs, unix_nsecs, flow_sequence, then in version 5 the type and
 * id of the engine and the sampling (two bits of mode, 14 of interval), in version 7 four bytes of nothing.
 */
const HEADER = 24;
/** Number of the one stream of version 7, which no engine of version 5 has. */
const VERSION_7_DOMAIN = 0x10000;
const INTERVAL = 0x3fff;

/** NetFlow versions 5 and 7 as Cisco describes them: fixed records of IPv4 flows, straight into the columns. */
export class NetFlow5Decoder implements FlowProtocolDecoder {
  readonly protocol = 'netflow5';
  readonly #maxTimeDifference: number;
  /** A message of the datagram says that it has more records than there are. */
  #cut = false;
  readonly #run: MessageRun = {
    view: new DataView(new ArrayBuffer(0)),
    size: RECORD_5,
    receivedAt: 0,
    exportTime: 0,
    uptime: 0,
    earliest: 0,
    latest: 0,
    fallback: 0,
    rate: 1,
    sourceCode: 0,
    exporterCode: 0,
  };

  constructor(options: FlowOptions) {
    this.#maxTimeDifference = options.maxTimeDifference * 1e6;
  }

  /** Takes the messages of a datagram one after the other: files of datagrams hold several without a border. */
  decode(datagram: Datagram, exporter: Exporter, sink: FlowSink): void {
    const { view, bytes, start, end, receivedAt } = datagram;
    const readable = isHeader(view, start, end);
    exporter.seen(receivedAt, end - start, readable ? exportTimeOf(view, start) : Number.NaN);
    this.#cut = false;
    let at = start;
    while (isHeader(view, at, end)) at = this.#message(datagram, at, exporter, sink);
    if (readable && !this.#cut && isZero(bytes, at, end)) return;
    exporter.counters.malformed++;
    const said = `${end - at} bytes`;
    if (!readable) sink.reject('TRUNCATED', `${said} are no header of NetFlow 5 or 7.`, bytes, at, end);
    else if (this.#cut) sink.reject('TRUNCATED', `It ends ${said} after the last whole record.`, bytes, at, end);
    else sink.reject('TRAILING_BYTES', `After the last record come ${said} that are no message.`, bytes, at, end);
  }

  /** Reads the message at `at` and answers where it ends. */
  #message(datagram: Datagram, at: number, exporter: Exporter, sink: FlowSink): number {
    const { view, end, receivedAt } = datagram;
    const version = view.getUint16(at);
    const size = version === 7 ? RECORD_7 : RECORD_5;
    const said = view.getUint16(at + 2);
    const count = Math.min(said, Math.floor((end - at - HEADER) / size));
    const domain = version === 7 ? VERSION_7_DOMAIN : view.getUint16(at + 20);
    const interval = version === 7 ? 0 : view.getUint16(at + 22) & INTERVAL;
    const engine = stateOf(exporter).engine(domain, interval, receivedAt);
    if (count < said) this.#cut = true;
    // How many flows a message covers that is shorter than it says, only its sender knows.
    engine.sequence.observe(view.getUint32(at + 16), count === said ? count : Number.NaN);
    this.#prepare(datagram, at, size, engine.rate);
    this.#rows(datagram, at + HEADER, count, exporter, sink);
    exporter.counters.flows += count;
    return at + HEADER + count * size;
  }

  #prepare({ view, receivedAt }: Datagram, at: number, size: number, rate: number): void {
    const run = this.#run;
    run.view = view;
    run.size = size;
    run.rate = rate;
    run.receivedAt = receivedAt;
    run.uptime = view.getInt32(at + 4);
    run.exportTime = exportTimeOf(view, at);
    run.earliest = receivedAt - this.#maxTimeDifference;
    run.latest = receivedAt + this.#maxTimeDifference;
    run.fallback = run.exportTime >= run.earliest && run.exportTime <= run.latest ? run.exportTime : receivedAt;
  }

  #rows({ source }: Datagram, from: number, count: number, exporter: Exporter, sink: FlowSink): void {
    const run = this.#run;
    let at = from;
    let left = count;
    while (left > 0) {
      if (sink.batch.length >= sink.batch.capacity) sink.full();
      const batch = sink.batch;
      const rows = Math.min(left, batch.capacity - batch.length);
      run.sourceCode = batch.columns.source.dictionary.intern(source);
      run.exporterCode = batch.columns.exporter.dictionary.intern(exporter.name);
      readRecords(run, at, rows, batch);
      at += rows * run.size;
      left -= rows;
    }
  }
}

function stateOf(exporter: Exporter): NetFlow5State {
  const known = exporter.protocols.get('netflow5');
  if (known instanceof NetFlow5State) return known;
  const state = new NetFlow5State(exporter);
  exporter.protocols.set('netflow5', state);
  return state;
}

function isHeader(view: DataView, at: number, end: number): boolean {
  if (end - at < HEADER) return false;
  const version = view.getUint16(at);
  return version === 5 || version === 7;
}

/** Microseconds since 1970. Nanoseconds of a second or more are no part of a time. */
function exportTimeOf(view: DataView, at: number): number {
  const nanoseconds = view.getUint32(at + 12);
  return view.getUint32(at + 8) * 1e6 + (nanoseconds < 1e9 ? Math.floor(nanoseconds / 1000) : 0);
}

function isZero(bytes: Uint8Array, from: number, end: number): boolean {
  for (let i = from; i < end; i++) if (bytes[i] !== 0) return false;
  return true;
}
