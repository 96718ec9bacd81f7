import type {
  ExporterCondition,
  ExporterCounts,
  ExporterMemory,
  ExporterReport,
  FlowProtocol,
} from '../model/exporter.ts';
import type { ExporterView } from '../model/exporter-view.ts';
import type { RememberedExporter } from '../stores/state/store.ts';
import {
  type ConditionCode,
  type ConditionOptions,
  type ExporterSituation,
  judgeExporter,
} from './exporter-conditions.ts';
import { UsualPause } from './exporter-pause.ts';
import { ExporterWindow } from './exporter-window.ts';

const FIVE_MINUTES = 300;
/** A report that is older when it is first seen here tells of a past that is no part of any rate. Microseconds. */
const NEW = 60e6;
/** Protocols of which lost datagrams are counted; the others count flow records. */
const BY_DATAGRAM: readonly FlowProtocol[] = ['netflow9', 'sflow'];

const NOTHING: ExporterCounts = {
  datagrams: 0,
  bytes: 0,
  flows: 0,
  options: 0,
  counter_samples: 0,
  lost: 0,
  reordered: 0,
  duplicates: 0,
  restarts: 0,
  malformed: 0,
  without_template: 0,
  limited: 0,
};
export const COUNT_NAMES = Object.keys(NOTHING) as (keyof ExporterCounts)[];

/** A condition that began or ended. */
export interface ConditionChange {
  readonly condition: ExporterCondition;
  readonly holds: boolean;
}

/** One exporter over time: the last report of it, what came lately, what is wrong. Times are microseconds since 1970. */
export class TrackedExporter {
  readonly address: string;
  memory: ExporterMemory;
  /** Its label in metrics. */
  label = '';
  /** `last_seen` as the state store has it; 0 when it has none. */
  written = 0;
  #report: ExporterReport;
  #highest: ExporterCounts = NOTHING;
  #lost = 0;
  #reported = false;
  readonly #window: ExporterWindow;
  readonly #pause = new UsualPause();
  readonly #conditions = new Map<ConditionCode, ExporterCondition>();
  /** From when on it could have been heard. */
  readonly #listening: number;

  private constructor(report: ExporterReport, memory: ExporterMemory, now: number) {
    this.address = report.address;
    this.memory = memory;
    this.#report = report;
    this.#listening = now;
    this.#window = new ExporterWindow(now);
  }

  /** One that has not been heard of before. */
  static fresh(report: ExporterReport, now: number, memory?: ExporterMemory): TrackedExporter {
    const nothing: ExporterMemory = { address: report.address, version: 1, protocols: {}, interfaces: [] };
    return new TrackedExporter(report, memory ?? nothing, now);
  }

  /** One of an earlier run, of which nothing has come yet. */
  static remembered(known: RememberedExporter, now: number): TrackedExporter {
    const { address, name, firstSeen, lastSeen, protocols, memory } = known;
    const interfaces = memory.interfaces.map(({ index, name, description }) => ({
      index,
      name,
      description,
      named_by: name === '' ? ('' as const) : ('options' as const),
      counters: null,
      in_bps: null,
      out_bps: null,
    }));
    const report: ExporterReport = {
      address,
      name,
      protocols,
      first_seen: firstSeen,
      last_seen: lastSeen,
      counts: NOTHING,
      clock_skew: null,
      templates: [],
      sampling: [],
      interfaces,
    };
    const tracked = new TrackedExporter(report, memory, now);
    tracked.written = lastSeen;
    return tracked;
  }

  get report(): ExporterReport {
    return this.#report;
  }

  get conditions(): ReadonlyMap<ConditionCode, ExporterCondition> {
    return this.#conditions;
  }

  /** Takes a newer report. @returns by how much each count grew. */
  update(report: ExporterReport, now: number): ExporterCounts {
    const before = this.#report;
    // The collector lets go of exporters when it holds too many; one that comes back counts from zero.
    if (report.counts.datagrams < this.#highest.datagrams) this.#begin(NOTHING);
    if (!this.#reported && report.first_seen < now - NEW) this.#begin(report.counts);
    if (this.#reported) this.#pause.learn((report.last_seen - before.last_seen) / 1e6);
    this.#reported = true;
    const protocols = report.protocols.length > 0 ? report.protocols : before.protocols;
    const first = before.first_seen > 0 ? Math.min(before.first_seen, report.first_seen) : report.first_seen;
    this.#report = { ...report, protocols, first_seen: first };
    const grown = this.#grow(report.counts);
    this.#note(grown, report.counts.lost - this.#lost, now);
    this.#lost = report.counts.lost;
    return grown;
  }

  #begin(counts: ExporterCounts): void {
    this.#highest = counts;
    this.#lost = counts.lost;
  }

  /** A late datagram takes back what was counted as lost: a count that goes down has not grown. */
  #grow(counts: ExporterCounts): ExporterCounts {
    const grown: Record<keyof ExporterCounts, number> = { ...NOTHING };
    const highest: Record<keyof ExporterCounts, number> = { ...NOTHING };
    for (const name of COUNT_NAMES) {
      grown[name] = Math.max(0, counts[name] - this.#highest[name]);
      highest[name] = Math.max(counts[name], this.#highest[name]);
    }
    this.#highest = highest;
    return grown;
  }

  /** @param lost by how much that count changed; below 0 when more came late than was lost. */
  #note(grown: ExporterCounts, lost: number, now: number): void {
    const came = this.#lossUnit() === 'datagrams' ? grown.datagrams : grown.flows + grown.options;
    this.#window.add('datagrams', grown.datagrams, now);
    this.#window.add('flows', grown.flows, now);
    this.#window.add('lost', lost, now);
    this.#window.add('expected', came + lost, now);
    this.#window.add('without_template', grown.without_template, now);
    this.#window.add('limited', grown.limited, now);
    this.#window.add('malformed', grown.malformed, now);
  }

  #lossUnit(): ExporterSituation['lossUnit'] {
    const { protocols } = this.#report;
    return protocols.every((protocol) => BY_DATAGRAM.includes(protocol)) ? 'datagrams' : 'flow records';
  }

  /** Looks at what is wrong now. @returns what began or ended. */
  judge(now: number, options: ConditionOptions): ConditionChange[] {
    const window = (figure: Parameters<ExporterWindow['sum']>[0]) => this.#window.sum(figure, FIVE_MINUTES, now);
    const situation: ExporterSituation = {
      silentSeconds: (now - Math.max(this.#report.last_seen, this.#listening)) / 1e6,
      lastSeenSeconds: (now - this.#report.last_seen) / 1e6,
      usualGapSeconds: this.#pause.seconds,
      lost: Math.max(0, window('lost')),
      expected: window('expected'),
      lossUnit: this.#lossUnit(),
      clockSkew: this.#report.clock_skew,
      withoutTemplate: window('without_template'),
      limited: window('limited'),
      malformed: window('malformed'),
    };
    const found = judgeExporter(situation, (code) => this.#conditions.has(code), options);
    const changes: ConditionChange[] = [];
    for (const [code, condition] of this.#conditions) {
      if (found.has(code)) continue;
      this.#conditions.delete(code);
      changes.push({ condition, holds: false });
    }
    for (const [code, text] of found) {
      const held = this.#conditions.get(code);
      const condition = { code, since: held?.since ?? now, text };
      this.#conditions.set(code, condition);
      if (!held) changes.push({ condition, holds: true });
    }
    return changes;
  }

  view(now: number): ExporterView {
    const expected = this.#window.sum('expected', FIVE_MINUTES, now);
    const lost = Math.max(0, this.#window.sum('lost', FIVE_MINUTES, now));
    return {
      ...this.#report,
      datagrams_per_second: rounded(this.#window.rate('datagrams', now)),
      flows_per_second: rounded(this.#window.rate('flows', now)),
      loss_percent: expected > 0 ? rounded((100 * lost) / expected) : null,
      conditions: [...this.#conditions.values()],
    };
  }
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
