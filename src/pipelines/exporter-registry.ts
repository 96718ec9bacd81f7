import type { Component, Health } from '../kit/component.ts';
import type { Log } from '../kit/log.ts';
import type { Metrics } from '../kit/metrics.ts';
import type { ExporterMemory, ExporterReport } from '../model/exporter.ts';
import type { ExporterDirectory, ExporterView } from '../model/exporter-view.ts';
import type { StateStore } from '../stores/state/store.ts';
import type { ConditionOptions } from './exporter-conditions.ts';
import { ExporterKeeper } from './exporter-keeper.ts';
import { ExporterMetrics } from './exporter-metrics.ts';
import { type ConditionChange, TrackedExporter } from './exporter-track.ts';

/** As many as the collector keeps; the one not heard of for longest makes room. */
const LIMIT = 4096;
const LOOK_MS = 5_000;
/** How old the last time in the state store may become while an exporter sends. Microseconds. */
const WRITE_AFTER = 600e6;
/** Lines about conditions in a minute: the senders of datagrams can be made up, and so can thousands of exporters. */
const LINES_A_MINUTE = 60;

export interface ExporterRegistryParts {
  readonly state: Pick<StateStore, 'exporters'>;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly options: ConditionOptions;
  /** Milliseconds since 1970; the clock of the system when it is not given. */
  readonly now?: () => number;
  /** Exporters kept at most; 4096. */
  readonly limit?: number;
}

/**
 * Every exporter that was ever heard of: what it reports, how much it sends, what is wrong with it. The collector hands
 * in what changed; the API reads; the state store keeps what the next process needs.
 */
export class ExporterRegistry implements Component, ExporterDirectory {
  readonly name = 'exporters';
  readonly #parts: ExporterRegistryParts;
  readonly #log: Log;
  readonly #limit: number;
  readonly #exporters = new Map<string, TrackedExporter>();
  /** Memories of exporters of which no report has come yet. */
  readonly #early = new Map<string, ExporterMemory>();
  readonly #keeper: ExporterKeeper;
  readonly #metrics: ExporterMetrics;
  #timer: NodeJS.Timeout | undefined;
  #state: Health['state'] = 'stopped';
  #minute = 0;
  #lines = 0;

  constructor(parts: ExporterRegistryParts) {
    this.#parts = parts;
    this.#log = parts.log.child({ component: 'exporters' });
    this.#limit = parts.limit ?? LIMIT;
    this.#metrics = new ExporterMetrics(parts.metrics, () => this.#exporters.values());
    this.#keeper = new ExporterKeeper({
      store: parts.state.exporters,
      log: this.#log,
      content: (address) => this.#content(address),
      written: (address, lastSeen) => {
        const exporter = this.#exporters.get(address);
        if (exporter) exporter.written = lastSeen;
      },
    });
  }

  /** Loads the exporters of earlier runs. @throws what the state store throws. */
  async start(): Promise<void> {
    if (this.#timer) return;
    const known = await this.#parts.state.exporters.list();
    const now = this.#now();
    for (const each of known.slice(0, this.#limit)) {
      if (this.#exporters.has(each.address)) continue;
      const exporter = TrackedExporter.remembered(each, now);
      this.#exporters.set(each.address, exporter);
      this.#metrics.label(exporter);
    }
    for (const { address } of known.slice(this.#limit)) this.#keeper.changed(address);
    this.#timer = setInterval(() => this.look(), LOOK_MS);
    this.#timer.unref();
    this.#state = 'ok';
  }

  /** Writes what has to outlive the process. */
  async stop(): Promise<void> {
    if (!this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#state = 'stopped';
    for (const { address, report, written } of this.#exporters.values())
      if (report.last_seen > written && isExporter(report)) this.#keeper.changed(address);
    await this.#keeper.stop();
  }

  /** An exporter in trouble is no trouble of ours: its conditions are figures here, and alerts elsewhere. */
  health(): Health {
    let conditions = 0;
    for (const exporter of this.#exporters.values()) if (exporter.conditions.size > 0) conditions++;
    return { state: this.#state, figures: { exporters: this.#exporters.size, with_conditions: conditions } };
  }

  /** What the decoders kept of each exporter, for the collector to begin with. Complete once started. */
  memories(): ExporterMemory[] {
    return [...this.#exporters.values()].map((exporter) => exporter.memory);
  }

  /** Takes the newest reports of the exporters of which something changed. */
  update(reports: readonly ExporterReport[]): void {
    const now = this.#now();
    for (const report of reports) {
      const exporter = this.#exporters.get(report.address) ?? this.#add(report, now);
      const grown = exporter.update(report, now);
      this.#metrics.label(exporter);
      this.#metrics.count(exporter, grown);
      this.#judge(exporter, now);
      if (report.last_seen - exporter.written > WRITE_AFTER && isExporter(report)) this.#keeper.changed(report.address);
    }
  }

  /** Takes what the decoders want to find after a restart; it is written a little later. */
  remember(memories: readonly ExporterMemory[]): void {
    for (const memory of memories) {
      const exporter = this.#exporters.get(memory.address);
      if (exporter) {
        exporter.memory = memory;
        this.#keeper.changed(memory.address);
      } else if (this.#early.size < this.#limit) this.#early.set(memory.address, memory);
    }
  }

  /** Judges every exporter by what the time is; called every five seconds while this runs. */
  look(): void {
    const now = this.#now();
    for (const exporter of this.#exporters.values()) this.#judge(exporter, now);
  }

  list(): ExporterView[] {
    const now = this.#now();
    const compare = new Intl.Collator('en', { numeric: true }).compare;
    return [...this.#exporters.values()]
      .map((exporter) => exporter.view(now))
      .sort((a, b) => compare(a.name, b.name) || compare(a.address, b.address));
  }

  get(address: string): ExporterView | undefined {
    return this.#exporters.get(address)?.view(this.#now());
  }

  async forget(address: string): Promise<boolean> {
    const stored = await this.#keeper.forget(address);
    return this.#remove(address) || stored;
  }

  /** Microseconds. */
  #now(): number {
    return (this.#parts.now?.() ?? Date.now()) * 1000;
  }

  #add(report: ExporterReport, now: number): TrackedExporter {
    if (this.#exporters.size >= this.#limit) this.#makeRoom();
    const exporter = TrackedExporter.fresh(report, now, this.#early.get(report.address));
    this.#early.delete(report.address);
    this.#exporters.set(report.address, exporter);
    return exporter;
  }

  #makeRoom(): void {
    let oldest: TrackedExporter | undefined;
    for (const exporter of this.#exporters.values())
      if (!oldest || exporter.report.last_seen < oldest.report.last_seen) oldest = exporter;
    if (!oldest) return;
    this.#remove(oldest.address);
    if (oldest.written > 0) this.#keeper.changed(oldest.address);
  }

  #remove(address: string): boolean {
    const exporter = this.#exporters.get(address);
    if (!exporter) return false;
    this.#metrics.release(exporter);
    return this.#exporters.delete(address);
  }

  #judge(exporter: TrackedExporter, now: number): void {
    for (const change of exporter.judge(now, this.#parts.options)) this.#say(exporter, change, now);
  }

  #say(exporter: TrackedExporter, { condition, holds }: ConditionChange, now: number): void {
    const minute = Math.floor(now / 60e6);
    if (minute !== this.#minute) {
      if (this.#lines > LINES_A_MINUTE)
        this.#log.warn({ lines: this.#lines - LINES_A_MINUTE }, 'more conditions of exporters changed than are logged');
      this.#minute = minute;
      this.#lines = 0;
    }
    if (++this.#lines > LINES_A_MINUTE) return;
    const { address, report } = exporter;
    const about = { exporter: report.name, address, code: condition.code };
    if (holds) this.#log.warn(about, condition.text);
    else this.#log.info({ ...about, seconds: Math.round((now - condition.since) / 1e6) }, 'condition is over');
  }

  #content(address: string) {
    const exporter = this.#exporters.get(address);
    if (!exporter) return undefined;
    const { name, first_seen, last_seen, protocols } = exporter.report;
    return { memory: exporter.memory, traits: { name, first_seen, last_seen, protocols } };
  }
}

/** Whether it ever sent what can be read: anybody can send a datagram, and is not remembered for that. */
function isExporter(report: ExporterReport): boolean {
  return report.protocols.length > 0;
}
