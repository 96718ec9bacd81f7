import { protocolName } from '../../model/kinds.ts';
import type { Observation, Window } from '../../model/window.ts';
import { HostTable } from './host-table.ts';
import type { HostTotals } from './host-totals.ts';
import { NameCounts } from './name-counts.ts';
import { RttSamples } from './rtt-samples.ts';
import { windowSize } from './window-size.ts';

export interface WindowBuilderOptions {
  /** Length of a window: 10 s when not given. At least a millisecond. */
  readonly seconds?: number;
  /** Id of the first window: 0 when not given. */
  readonly firstId?: number;
  /** Top talkers that a window names: 10 when not given. */
  readonly talkers?: number;
  /** Hosts that are counted exactly, see {@link HostTable}: 4,096 when not given. */
  readonly hosts?: number;
  /** The most empty windows given for one gap: 360 when not given, an hour at 10 s. */
  readonly maxEmpty?: number;
}

/** A window that is over, with what only the detectors need. */
export interface ClosedWindow {
  readonly window: Window;
  /** Microseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly hosts: ReadonlyMap<string, HostTotals>;
}

const PROTOCOLS = 64;
const SERVICES = 128;
const RTTS = 8192;
/** Windows that wait to be taken; a driver that never asks for them does not fill the memory. */
const MAX_WAITING = 4096;
/**
 * Empty windows given of all gaps together: so many long gaps at once, and this many for each window with traffic. Each
 * has to be judged, so that a few packets, each an hour after the last, must not cost hours.
 */
const LONG_GAPS = 100;
const EARNED = 16;

/**
 * Sums observations up to windows aligned to packet time: with 10 s they begin at :00, :10 and so on. The clock is that
 * of the observations and of {@link close}; the wall clock is never asked.
 */
export class WindowBuilder {
  /** Length of a window, microseconds. */
  readonly size: number;
  /** Observations from before the present window, counted in the present one. */
  late = 0;
  /** Empty windows that were left out, of gaps longer than `maxEmpty` or of too many gaps. */
  skipped = 0;
  readonly #talkers: number;
  readonly #hostCapacity: number;
  readonly #maxEmpty: number;
  /** Empty windows that may still be given. */
  #allowance: number;
  #waiting: ClosedWindow[] = [];
  #nextId: number;
  /** Start of the present window; NaN before the first observation. */
  #start = Number.NaN;
  #hosts: HostTable;
  readonly #rtts = new RttSamples(RTTS);
  readonly #protocolCounts = new NameCounts(PROTOCOLS);
  readonly #protocolBytes = new NameCounts(PROTOCOLS);
  readonly #services = new NameCounts(SERVICES);
  #records = 0;
  #bytes = 0;
  #packets = 0;
  #dataSegments = 0;
  #retransmitted = 0;
  #reordered = 0;

  constructor(options: WindowBuilderOptions = {}) {
    this.size = windowSize(options.seconds);
    this.#nextId = options.firstId ?? 0;
    this.#talkers = options.talkers ?? 10;
    this.#hostCapacity = options.hosts ?? 4096;
    this.#maxEmpty = options.maxEmpty ?? 360;
    this.#allowance = LONG_GAPS * this.#maxEmpty;
    this.#hosts = new HostTable(this.#hostCapacity);
  }

  /** Bounds of the present window, microseconds; NaN before the first observation. */
  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#start + this.size;
  }

  /** Begins with the window of `at` (microseconds), where no observation has begun one yet. */
  begin(at: number): void {
    if (Number.isNaN(this.#start)) this.#start = this.#aligned(at);
  }

  /** Adds to the present window. An observation of a later one closes those before it; {@link close} gives them. */
  observe(o: Observation): void {
    if (!Number.isFinite(o.at)) return;
    if (Number.isNaN(this.#start)) this.#start = this.#aligned(o.at);
    else if (o.at >= this.end) this.#advance(this.#aligned(o.at));
    else if (o.at < this.#start) this.late++;
    const bytes = o.srcBytes + o.dstBytes;
    const protocol = protocolName(o.proto);
    this.#records++;
    this.#bytes += bytes;
    this.#packets += o.srcPackets + o.dstPackets;
    this.#dataSegments += o.dataSegments;
    this.#retransmitted += o.retransmitted;
    this.#reordered += o.reordered;
    this.#protocolCounts.add(protocol, 1);
    this.#protocolBytes.add(protocol, bytes);
    if (o.service !== '') this.#services.add(o.service, bytes);
    if (o.rttCount > 0) this.#rtts.add(o.rtts, o.rttCount);
    const src = this.#hosts.totals(o.src);
    src.sentBytes += o.srcBytes;
    src.sentPackets += o.srcPackets;
    src.receivedBytes += o.dstBytes;
    src.receivedPackets += o.dstPackets;
    if (o.first) src.begun++;
    const dst = this.#hosts.totals(o.dst);
    dst.sentBytes += o.dstBytes;
    dst.sentPackets += o.dstPackets;
    dst.receivedBytes += o.srcBytes;
    dst.receivedPackets += o.srcPackets;
    if (o.first) dst.accepted++;
  }

  /**
   * The windows that were over at `until` (microseconds), oldest first, empty ones in between too. With Infinity the
   * present one as well, whole or not; the next observation begins anew.
   */
  close(until: number): Window[] {
    return this.closeDetailed(until).map(({ window }) => window);
  }

  /** As {@link close}, with what each host did. */
  closeDetailed(until: number): ClosedWindow[] {
    if (until === Number.POSITIVE_INFINITY) {
      if (!Number.isNaN(this.#start)) this.#finish();
      this.#start = Number.NaN;
    } else if (until >= this.end) this.#advance(this.#aligned(until));
    const closed = this.#waiting;
    this.#waiting = [];
    return closed;
  }

  #aligned(at: number): number {
    return Math.floor(at / this.size) * this.size;
  }

  /** Closes windows until the present one starts at `start`. */
  #advance(start: number): void {
    this.#finish();
    const empty = Math.round((start - this.#start) / this.size);
    const given = Math.min(empty, this.#maxEmpty, this.#allowance);
    this.#allowance = Math.min(this.#allowance - given + EARNED, LONG_GAPS * this.#maxEmpty);
    for (let i = 0; i < given; i++) this.#finish();
    this.skipped += empty - given;
    this.#start = start;
  }

  #finish(): void {
    const start = this.#start;
    if (this.#waiting.length >= MAX_WAITING) this.#waiting.shift();
    this.#waiting.push({ window: this.#window(), start, end: start + this.size, hosts: this.#hosts.hosts });
    this.#start = start + this.size;
    this.#hosts = new HostTable(this.#hostCapacity);
    this.#rtts.clear();
    this.#protocolCounts.clear();
    this.#protocolBytes.clear();
    this.#services.clear();
    this.#records = 0;
    this.#bytes = 0;
    this.#packets = 0;
    this.#dataSegments = 0;
    this.#retransmitted = 0;
    this.#reordered = 0;
  }

  #window(): Window {
    const seconds = this.size / 1e6;
    return {
      window_id: this.#nextId++,
      window_start: this.#start / 1e6,
      window_end: this.end / 1e6,
      bandwidth: {
        avg_bps: (this.#bytes * 8) / seconds,
        avg_pps: this.#packets / seconds,
        duration_s: seconds,
        top_src_bytes: this.#hosts.topSenders(this.#talkers),
        top_dst_bytes: this.#hosts.topReceivers(this.#talkers),
      },
      latency: {
        mean_rtt: this.#rtts.mean(),
        max_rtt: this.#rtts.max(),
        p95_rtt: this.#rtts.quantile(0.95),
        samples: this.#rtts.count,
      },
      connections: { total: this.#records, protocols: this.#protocolCounts.toRecord() },
      protocol: {
        bytes: this.#protocolBytes.toRecord(),
        services: this.#services.toRecord(),
        data_segments: this.#dataSegments,
        retransmitted: this.#retransmitted,
        reordered: this.#reordered,
        loss_rate: this.#dataSegments === 0 ? 0 : Math.min(1, this.#retransmitted / this.#dataSegments),
      },
      record_count: this.#records,
    };
  }
}
