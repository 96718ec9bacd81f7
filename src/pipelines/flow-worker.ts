import { parentPort, workerData } from 'node:worker_threads';
import type { Datagram } from '../decoders/flow/datagram.ts';
import { ExporterTable } from '../decoders/flow/exporter-table.ts';
import { FlowDecoder } from '../decoders/flow/flow-decoder.ts';
import { splitAddress } from '../kit/fields.ts';
import type { ExporterMemory, ExporterReport } from '../model/exporter.ts';
import { chooseReceiver } from '../sources/udp/choose-receiver.ts';
import type { ListenerInfo, ReceivedDatagram, Receiver } from '../sources/udp/receiver.ts';
import { readExporterSettings } from './exporter-settings.ts';
import type { FlowMessage, FlowOrder, ListenerState, ThreadState } from './flow-messages.ts';
import { BlockSink } from './flow-sink.ts';
import { BlockWriter, openSharedBatch } from './shared-blocks.ts';

/** Longest sleep when nothing comes: how late a block is handed over, and the thread sees that it has to end. */
const POLL_MS = 20;
const REPORT_MS = 1000;
/** Faults of ours that are told; the rest is only counted. */
const FAULTS_TOLD = 10;

/** The loop of the thread: receive, decode into blocks, hand over, report. */
class FlowThread {
  readonly #order: FlowOrder;
  readonly #control: Int32Array;
  readonly #exporters: ExporterTable;
  readonly #decoder: FlowDecoder;
  readonly #sink: BlockSink;
  readonly #post: (message: FlowMessage) => void;
  readonly #datagram: Datagram = {
    bytes: new Uint8Array(0),
    view: new DataView(new ArrayBuffer(0)),
    start: 0,
    end: 0,
    receivedAt: 0,
    port: 0,
    source: '',
  };
  #receiver!: Receiver;
  #listeners: ListenerInfo[] = [];
  #revisions = new WeakMap<object, number>();
  #reportedAt = 0;
  #faults = 0;

  constructor(order: FlowOrder, post: (message: FlowMessage) => void) {
    this.#order = order;
    this.#post = post;
    this.#control = new Int32Array(order.control);
    const settings = order.exportersFile === undefined ? undefined : readExporterSettings(order.exportersFile);
    this.#exporters = new ExporterTable(settings, order.memories);
    this.#decoder = new FlowDecoder(this.#exporters, order.options);
    const batches = order.blocks.map((buffers) => openSharedBatch(order.rows, buffers));
    this.#sink = new BlockSink(new BlockWriter(batches), this.#control, post);
  }

  async run(): Promise<void> {
    const { listen, receiver, receiveBuffer, allow, rateLimit } = this.#order;
    const chosen = await chooseReceiver(receiver, {
      listen: listen.map((item) => splitAddress(item) ?? { host: item, port: 0 }),
      receiveBuffer,
      networks: allow,
      rateLimit,
    });
    this.#receiver = chosen.receiver;
    this.#listeners = await this.#receiver.open();
    this.#post({ kind: 'listening', thread: this.#state() });
    const handle = (received: ReceivedDatagram) => this.#handle(received);
    while (Atomics.load(this.#control, 0) === 0) {
      const handled = this.#receiver.poll(POLL_MS, handle);
      if (typeof handled !== 'number') await handled;
      const now = performance.now();
      this.#sink.tick(now);
      if (now - this.#reportedAt >= REPORT_MS) this.#report(now);
    }
    this.#receiver.close();
    this.#sink.finish();
    this.#report(performance.now());
    this.#post({ kind: 'stopped' });
  }

  #handle(received: ReceivedDatagram): void {
    const datagram = this.#datagram;
    datagram.bytes = received.bytes;
    datagram.view = received.view;
    datagram.start = received.start;
    datagram.end = received.end;
    datagram.receivedAt = received.receivedAt;
    datagram.port = received.port;
    datagram.source = this.#listeners[received.listener].name;
    const { origin } = this.#sink;
    const peer = received.peer.address;
    origin.peer = peer;
    origin.source = datagram.source;
    origin.receivedAt = received.receivedAt;
    try {
      this.#decoder.decode(datagram, peer, this.#sink);
    } catch (error) {
      // Decoders do not throw for what comes over the wire. Should one do so all the same, one datagram is lost, not all.
      this.#sink.batch.discard(this.#sink.batch.length);
      this.#sink.reject('INTERNAL', 'Vedette failed to decode it.', datagram.bytes, datagram.start, datagram.end);
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      if (this.#faults++ < FAULTS_TOLD) this.#post({ kind: 'fault', detail });
    }
  }

  #report(now: number): void {
    const since = this.#reportedAt === 0 ? 0 : performance.timeOrigin + this.#reportedAt - 100;
    this.#reportedAt = now;
    this.#sink.second();
    const reports: ExporterReport[] = [];
    const memories: ExporterMemory[] = [];
    for (const peer of this.#receiver.peers()) {
      const exporter = peer.limited > 0 ? this.#exporters.at(peer.address) : undefined;
      if (exporter) exporter.counters.limited = peer.limited;
    }
    for (const exporter of this.#exporters.all()) {
      if (exporter.lastSeen / 1000 >= since) reports.push(exporter.report());
      if ((this.#revisions.get(exporter) ?? 0) === exporter.revision) continue;
      this.#revisions.set(exporter, exporter.revision);
      memories.push(exporter.memory());
    }
    this.#post({ kind: 'state', reports, memories, thread: this.#state() });
  }

  #state(): ThreadState {
    const stats = this.#receiver.stats();
    return {
      receiver: this.#receiver.mode,
      listeners: this.#listeners.map((info, i): ListenerState => ({ info, stats: stats[i] })),
      stalledSeconds: this.#sink.stalledMs / 1000,
      lettersNotKept: this.#sink.lettersNotKept,
      exportersEvicted: this.#exporters.evicted,
      faults: this.#faults,
    };
  }
}

await new FlowThread(workerData as FlowOrder, (message) => parentPort?.postMessage(message)).run();
