import { silentLog } from '../../src/kit/log.ts';
import { Metrics } from '../../src/kit/metrics.ts';
import type { Anomaly, Window } from '../../src/model/window.ts';
import { openCapture } from '../../src/packets/capture-reader.ts';
import type { Analysis, AnalysisHooks, MakeAnalysis } from '../../src/pipelines/traffic-service/job.ts';
import type { Capture, TrafficServiceOptions } from '../../src/pipelines/traffic-service/service-options.ts';
import { TrafficService } from '../../src/pipelines/traffic-service.ts';
import { writePcap } from '../support/pcap-writer.ts';

/** Seconds since 1970 of the first packet of {@link sampleCapture}. */
export const FIRST_PACKET = Date.UTC(2026, 10, 20, 12) / 1000;

/** Packets of 100 bytes, some each second. */
export function sampleCapture(packetsBySecond: readonly number[]): Buffer {
  const frames = packetsBySecond.flatMap((count, second) =>
    Array.from({ length: count }, (_, i) => ({
      at: (FIRST_PACKET + second) * 1000 + i / 1000,
      frame: new Uint8Array(100).fill(second),
    })),
  );
  return writePcap(frames);
}

export function windowOf(id: number, start: number, seconds: number, packets: number): Window {
  const bytes = packets * 100;
  return {
    window_id: id,
    window_start: start,
    window_end: start + seconds,
    bandwidth: {
      avg_bps: (bytes * 8) / seconds,
      avg_pps: packets / seconds,
      duration_s: seconds,
      top_src_bytes: [{ address: '192.0.2.1', bytes, packets }],
      top_dst_bytes: [],
    },
    latency:
      packets > 5
        ? { mean_rtt: packets, max_rtt: packets * 2, p95_rtt: packets, samples: packets }
        : { mean_rtt: null, max_rtt: null, p95_rtt: null, samples: 0 },
    connections: { total: packets, protocols: { udp: packets } },
    protocol: { bytes: { udp: bytes }, services: {}, data_segments: 0, retransmitted: 0, reordered: 0, loss_rate: 0 },
    record_count: packets,
  };
}

export function anomalyOf(window: Window, more: Partial<Anomaly> = {}): Anomaly {
  return {
    type: 'traffic_spike',
    severity: window.record_count > 20 ? 'high' : 'medium',
    score: Math.min(100, window.record_count),
    window_start: window.window_start,
    window_end: window.window_end,
    message: `${window.record_count} packets.`,
    metric: 'avg_pps',
    current_value: window.bandwidth.avg_pps,
    expected: null,
    threshold: 10,
    why: 'More than ten packets.',
    flow_src: '192.0.2.1',
    techniques: [],
    evidence: [],
    ...more,
  };
}

/** In place of the real analysis: counts packets a window, and takes more than ten for a spike. */
export class CountingAnalysis implements Analysis {
  readonly #seconds: number;
  readonly #hooks: AnalysisHooks;
  #packets = 0;
  #stopped = false;
  #start = Number.NaN;
  #count = 0;
  #id = 0;

  constructor(options: { seconds: number }, hooks: AnalysisHooks) {
    this.#seconds = options.seconds;
    this.#hooks = hooks;
  }

  async read(source: AsyncIterable<Uint8Array>, onProblem: (text: string) => void): Promise<void> {
    const reader = await openCapture(source, onProblem);
    try {
      while (!this.#stopped && (await reader.more())) {
        while (reader.next()) this.#packet(reader.packet.time / 1e6);
        await this.#hooks.onProgress(0);
      }
    } finally {
      await reader.close();
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  finish() {
    if (this.#count > 0) this.#close();
    return { totals: { packets: this.#packets } };
  }

  #packet(time: number): void {
    this.#packets++;
    const start = Math.floor(time / this.#seconds) * this.#seconds;
    if (Number.isNaN(this.#start)) this.#start = start;
    while (this.#start < start) this.#close();
    this.#count++;
  }

  #close(): void {
    const window = windowOf(this.#id++, this.#start, this.#seconds, this.#count);
    this.#hooks.onWindow(window);
    if (this.#count > 10) this.#hooks.onAnomaly(anomalyOf(window));
    this.#start += this.#seconds;
    this.#count = 0;
  }
}

export const countPackets: MakeAnalysis = (options, hooks) => new CountingAnalysis(options, hooks);

/** An analysis that reads on only when it is let. */
export class HeldAnalysis {
  readonly #release: (() => void)[] = [];
  began = 0;

  readonly make: MakeAnalysis = (options, hooks) =>
    new CountingAnalysis(options, {
      ...hooks,
      onProgress: (bytes) => {
        this.began++;
        return new Promise<void>((resolve) => this.#release.push(resolve)).then(() => hooks.onProgress(bytes));
      },
    });

  letGo(): void {
    for (const go of this.#release.splice(0)) go();
  }
}

/** A capture of packets that a test gives it. */
export class FakeCapture implements Capture {
  running = false;
  failWith: Error | undefined;
  #chunks: Uint8Array[] = [];
  #held: Uint8Array[] = [];
  #wake: () => void = () => undefined;
  #started: number | null = null;
  #interface: string | null = null;

  async start({ interface: name }: { interface: string }): Promise<AsyncIterable<Uint8Array>> {
    if (this.failWith) throw this.failWith;
    this.running = true;
    this.#started = Date.now();
    this.#interface = name;
    this.#held = [];
    return this.#stream();
  }

  async stop(): Promise<void> {
    this.running = false;
    this.#wake();
  }

  push(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#held.push(bytes);
    this.#wake();
  }

  status() {
    const bytes = this.#held.reduce((sum, { length }) => sum + length, 0);
    return {
      running: this.running,
      tool: this.#started === null ? null : 'dumpcap',
      interface: this.#interface,
      filter: null,
      durationSeconds: null,
      started: this.#started,
      ended: this.#started !== null && !this.running ? Date.now() : null,
      packets: this.#held.length,
      bytes,
      dropped: this.running ? null : 0,
      ring: { packets: this.#held.length, bytes },
      files: [],
      error: null,
    };
  }

  async interfaces() {
    return [{ name: 'lo', description: 'Loopback', addresses: ['127.0.0.1'] }];
  }

  held(): Uint8Array[] {
    return this.#held;
  }

  async *#stream(): AsyncGenerator<Uint8Array> {
    while (this.running || this.#chunks.length > 0) {
      const chunk = this.#chunks.shift();
      if (chunk) yield chunk;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}

/** Settings in memory. */
export function memorySettings(values: Map<string, unknown> = new Map()): TrafficServiceOptions['settings'] {
  return {
    get: async <T>(name: string) => values.get(name) as T | undefined,
    set: async (name, value) => void values.set(name, JSON.parse(JSON.stringify(value))),
  };
}

/** A service over a folder of its own, with the small analysis and no network. */
export function trafficServiceOf(
  captureDir: string,
  more: Partial<TrafficServiceOptions> = {},
): { service: TrafficService; capture: FakeCapture } {
  const capture = new FakeCapture();
  const service = new TrafficService({
    analysis: countPackets,
    capture,
    windowSeconds: 10,
    ringPackets: 1000,
    ringBytes: 1e6,
    captureDir,
    captureTool: 'auto',
    maxUploadBytes: 1e6,
    keepUploadBytes: 3e6,
    settings: memorySettings(),
    metrics: new Metrics(),
    log: silentLog,
    ...more,
  });
  return { service, capture };
}
