import type { AllowRule } from '../detect/detectors/allow-rules.ts';
import type { DetectedWindow } from '../detect/detectors/detection.ts';
import type { TrafficResult } from '../model/traffic.ts';
import type { Anomaly, AnomalyType, Window } from '../model/window.ts';
import { openCapture } from '../packets/capture-reader.ts';
import { communityId } from '../packets/community-id.ts';
import type { Connection, ReportReason } from '../packets/connection.ts';
import { ConnectionTable } from '../packets/connections/connection-table.ts';
import type { TableObservation } from '../packets/connections/table-observation.ts';
import { Dissector, newDissected } from '../packets/dissect.ts';
import type { DnsMessage } from '../packets/inspect/dns-message.ts';
import { PayloadInspector } from '../packets/inspect/payload-inspector.ts';
import type { OnProblem, Packet } from '../packets/packet.ts';
import type { TrafficFacts } from './traffic/address-facts.ts';
import { Concluder } from './traffic/concluder.ts';
import { Intake } from './traffic/intake.ts';
import { NoteWriter } from './traffic/note-writer.ts';
import { PacketTotals } from './traffic/packet-totals.ts';
import { TimelineBuilder } from './traffic/timeline-builder.ts';

export interface TrafficOptions {
  /** Length of a window: 10 s when not given. */
  readonly seconds?: number;
  /** False for none; or those to run. All when not given. */
  readonly detectors?: boolean | readonly AnomalyType[];
  /** False leaves payload alone: services, names and fingerprints are not known then. */
  readonly inspect?: boolean;
  /** Networks that are watched: {@link DEFAULT_HOME_NETWORKS} when not given. */
  readonly homeNetworks?: readonly string[];
  readonly allow?: readonly AllowRule[];
  /** Connections at the same time: 262,144 when not given, about 120 MB when there are so many. */
  readonly connections?: number;
  /** Windows and anomalies kept for the result: the first 10,000 of each when not given. Hooks are told of all. */
  readonly keepWindows?: number;
  readonly keepAnomalies?: number;
  /** Largest hosts and pairs in the result: 10 when not given. */
  readonly top?: number;
  /**
   * The clock of live traffic, microseconds since 1970: windows end by it while no packets come. Without it the time is
   * that of the packets alone.
   */
  readonly clock?: () => number;
  /** What detectors are told of addresses and of the link. */
  readonly facts?: TrafficFacts;
  /** Reading a file begins when this is over: before, facts are not known. Live traffic does not wait. */
  readonly ready?: () => Promise<void>;
  /** What connections are called by outside, `RUN-C1`, where the capture has a name there; else `C1`. */
  readonly run?: string;
  /** Whether windows and anomalies are looked for in a thread of their own; when not given, where that is faster. */
  readonly threaded?: boolean;
}

export interface TrafficHooks {
  /** Reused: it holds until the hook returns. `why` is `poll` while it is still open. */
  onConnection?(connection: Connection, why: ReportReason): void;
  /** A window that is over, before its anomalies. */
  onWindow?(window: Window): void;
  onAnomaly?(anomaly: Anomaly): void;
  /** Bytes of the file read so far, as stored. What it answers is waited for. */
  onProgress?(bytes: number): void | Promise<void>;
}

const KEPT = 10_000;
const CONNECTIONS = 262_144;
const PROBLEMS = 1000;
/** How much later than their time packets may come; dumpcap fetches them four times a second. */
const GRACE = 1e6;

/** Connections that are told of before others have their turn: a few milliseconds. */
const STEP = 2048;

/**
 * The way of a packet, from the file to the anomaly:
 *
 *     capture reader -> dissector -> connection table -> (payload inspector)
 *                                          |
 *           connections that are over, DNS questions, at the end of a window what each connection did in it
 *                                          v
 *     ---- noted as numbers: see traffic/concluder.ts; in most cases to another thread ----
 *                                          v
 *               sums, window builder, detectors, baselines -> window, anomalies
 *
 * One packet at a time, in memory of fixed bounds. Time is that of the packets, so a capture of last year gives the same
 * answer today. Nothing here knows of a server or a store.
 */
export class TrafficAnalysis {
  readonly #hooks: TrafficHooks;
  readonly #options: TrafficOptions;
  readonly #dissected = newDissected();
  readonly #dissector: Dissector;
  readonly #table: ConnectionTable;
  readonly #totals = new PacketTotals();
  readonly #timeline: TimelineBuilder;
  readonly #concluder: Concluder;
  readonly #notes: NoteWriter;
  readonly #windows: Window[] = [];
  readonly #anomalies: Anomaly[] = [];
  readonly #problems: string[] = [];
  /** Bounds of the present window, microseconds. The first packet sets them. */
  #start = Number.NEGATIVE_INFINITY;
  #border = Number.NEGATIVE_INFINITY;
  #windowCount = 0;
  #anomalyCount = 0;
  #hidden = 0;
  readonly #intake: Intake;

  constructor(options: TrafficOptions = {}, hooks: TrafficHooks = {}) {
    this.#options = options;
    this.#hooks = hooks;
    const { clock, seconds, detectors, homeNetworks, allow, top, run, facts } = options;
    this.#intake = new Intake(clock && (() => this.#quiet(clock())));
    // Windows of live traffic are wanted when they end, whatever a thread would be worth.
    const threaded = options.threaded ?? (clock ? false : undefined);
    const asked = { seconds, detectors, homeNetworks, allow, top, run, linkBps: facts?.linkBps };
    this.#concluder = new Concluder(asked, threaded, (detected) => this.#detected(detected));
    this.#notes = new NoteWriter(this.#concluder.take, this.#concluder.empty, facts);
    this.#timeline = new TimelineBuilder(this.#concluder.windowSize);
    this.#dissector = new Dissector((text) => this.#note(text));
    const onDns = this.#concluder.wantsQueries ? this.#question : undefined;
    this.#table = new ConnectionTable({
      limit: options.connections ?? CONNECTIONS,
      inspector: options.inspect === false ? undefined : new PayloadInspector({ onDns }),
      communityId,
      named: false,
      onConnection: this.#connection,
      onObservation: this.#observation,
    });
  }

  /**
   * Reads a capture, pcap or pcapng, plain, gzip or zstd. Several, one after the other, are one capture.
   * @param onProblem is told what could not be used of it, a sentence each.
   * @throws CaptureError when it is no capture.
   */
  async read(source: AsyncIterable<Uint8Array>, onProblem?: OnProblem): Promise<void> {
    const intake = this.#intake;
    if (!this.#options.clock) await this.#options.ready?.();
    const reader = await openCapture(intake.read(source), (text) => {
      if (intake.stopped) return;
      this.#note(text);
      onProblem?.(text);
    });
    const { packet } = reader;
    try {
      while (await reader.more()) {
        while (reader.next()) {
          if (packet.time >= this.#border) await this.#cross(packet.time);
          this.#packet(packet);
        }
        await this.#pause();
      }
    } finally {
      await reader.close();
    }
  }

  /** Packets so far. */
  get packets(): number {
    return this.#totals.packets;
  }

  /** Ends reading early; what has been read can still be asked for. */
  stop(): void {
    this.#intake.stop();
  }

  /** Ends all connections and the present window. To be called once, at the end. */
  async finish(): Promise<TrafficResult> {
    while (this.#table.finish(STEP)) await this.#pause();
    await this.#closeWindows(Number.POSITIVE_INFINITY);
    const { seconds = 10 } = this.#options;
    const { connections, hosts, pairs, windows, baselines } = await this.#concluder.finish();
    return {
      totals: this.#totals.result(),
      connections: { ...connections, evicted: this.#table.evicted },
      hosts,
      pairs,
      timeline: this.#timeline.result(windows),
      window_seconds: seconds,
      windows: this.#windows,
      window_count: this.#windowCount,
      baselines,
      anomalies: this.#anomalies,
      anomaly_count: this.#anomalyCount,
      hidden: this.#hidden,
      problems: this.#problems,
    };
  }

  /** Lets go of what it holds besides memory. To be called at the end, also where {@link finish} is not. */
  close(): void {
    this.#concluder.close();
  }

  /** Takes one packet; it is not kept. */
  #packet(packet: Packet): void {
    const dissected = this.#dissected;
    this.#dissector.dissect(packet, dissected);
    this.#totals.add(packet, dissected);
    this.#timeline.packet(packet.time, packet.originalLength);
    if (packet.time < this.#start) this.#totals.late++;
    this.#table.add(packet, dissected);
  }

  /** Live traffic, of which nothing has come for a while: what was over a little before `now` ends without a packet. */
  async #quiet(now: number): Promise<void> {
    const time = now - GRACE;
    if (this.#border === Number.NEGATIVE_INFINITY) {
      // The first window of an interface that is silent begins with the capture.
      this.#notes.begin(now);
      await this.#cross(now);
    } else if (time >= this.#border) {
      this.#table.tick(time);
      await this.#cross(time);
    }
    await this.#pause();
  }

  /** The window is over, since a packet of a later one has come, or its time has passed. */
  async #cross(time: number): Promise<void> {
    const size = this.#concluder.windowSize;
    const start = Math.floor(time / size) * size;
    if (this.#border !== Number.NEGATIVE_INFINITY) await this.#closeWindows(start);
    this.#start = start;
    this.#border = start + size;
  }

  async #closeWindows(until: number): Promise<void> {
    while (this.#table.observe(this.#observation, STEP)) await this.#pause();
    this.#notes.close(until);
  }

  /** Others have their turn; and nothing is written down faster than it is taken. */
  async #pause(): Promise<void> {
    await this.#hooks.onProgress?.(this.#intake.bytes);
    for (let full = this.#concluder.full; full; full = this.#concluder.full) await full;
  }

  readonly #observation = (observation: TableObservation): void => this.#notes.observation(observation);

  readonly #connection = (connection: Connection, why: ReportReason): void => {
    if (why !== 'poll') this.#notes.connection(connection);
    this.#hooks.onConnection?.(connection, why);
  };

  /** Names of the local network (mDNS, LLMNR, NetBIOS) are told by broadcast, not asked of a server. */
  readonly #question = (slot: number, message: DnsMessage): void => {
    if (message.protocol === 'dns') this.#notes.query(this.#table.shown(slot), message);
  };

  #detected(all: readonly DetectedWindow[]): void {
    const { keepWindows = KEPT, keepAnomalies = KEPT } = this.#options;
    for (const { window, anomalies, hidden } of all) {
      this.#windowCount++;
      this.#anomalyCount += anomalies.length;
      this.#hidden += hidden.length;
      if (this.#windows.length < keepWindows) this.#windows.push(window);
      this.#hooks.onWindow?.(window);
      for (const anomaly of anomalies) {
        if (this.#anomalies.length < keepAnomalies) this.#anomalies.push(anomaly);
        this.#hooks.onAnomaly?.(anomaly);
      }
    }
  }

  #note(text: string): void {
    if (this.#problems.length < PROBLEMS) this.#problems.push(text);
  }
}
