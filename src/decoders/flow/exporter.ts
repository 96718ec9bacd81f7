import type {
  ExporterMemory,
  ExporterReport,
  FlowProtocol,
  InterfaceCounters,
  SamplingReport,
  TemplateReport,
} from '../../model/exporter.ts';
import { InterfaceTable } from './interface-table.ts';

/** What a configuration may say about an exporter. */
export interface ExporterSettings {
  readonly name?: string;
  /** Sampling rate to use where the exporter says none. */
  readonly samplingDefault?: number;
  /** Sampling rate to use whatever the exporter says. */
  readonly samplingOverride?: number;
  /** Names of its interfaces by index. */
  readonly interfaces?: Readonly<Record<number, string>>;
}

/** What one protocol's decoder keeps for one exporter: domains, templates, sequences, samplers. */
export interface ProtocolState {
  templates(): readonly TemplateReport[];
  sampling(): readonly SamplingReport[];
  /** What has to outlive a restart, as plain JSON; undefined when there is nothing. */
  save(): unknown;
}

/** Plain numbers in fixed slots, so that hot paths add to them directly. Meanings as in {@link ExporterReport}. */
export class ExporterCounters {
  datagrams = 0;
  bytes = 0;
  flows = 0;
  options = 0;
  counter_samples = 0;
  lost = 0;
  reordered = 0;
  duplicates = 0;
  restarts = 0;
  malformed = 0;
  without_template = 0;
  limited = 0;
}

/** Seconds over which the clock skew is smoothed: a datagram that was late in a queue does not make an alarm. */
const SKEW_WEIGHT = 1 / 16;

/** One exporter: what it is called, what it told us, and the account of what it sent. */
export class Exporter {
  readonly address: string;
  readonly settings: ExporterSettings;
  /** As it stands in the column `exporter`. */
  readonly name: string;
  readonly counters = new ExporterCounters();
  readonly interfaces: InterfaceTable;
  readonly protocols = new Map<FlowProtocol, ProtocolState>();
  /** What an earlier process kept, taken out by each protocol's decoder when it first meets this exporter. */
  remembered: ExporterMemory | undefined;
  firstSeen = 0;
  lastSeen = 0;
  /** Raised whenever something changed that {@link memory} holds. */
  revision = 0;
  #skew = Number.NaN;

  constructor(address: string, settings: ExporterSettings = {}, remembered?: ExporterMemory) {
    this.address = address;
    this.settings = settings;
    this.name = settings.name ?? address;
    this.interfaces = new InterfaceTable(settings.interfaces ?? {}, remembered?.interfaces ?? []);
    this.remembered = remembered;
  }

  /** Called once a datagram. @param exportTime the exporter's own time in microseconds, NaN when it gives none (sFlow). */
  seen(receivedAt: number, bytes: number, exportTime: number): void {
    if (this.firstSeen === 0) this.firstSeen = receivedAt;
    this.lastSeen = receivedAt;
    this.counters.datagrams++;
    this.counters.bytes += bytes;
    if (Number.isNaN(exportTime)) return;
    const skew = (receivedAt - exportTime) / 1e6;
    this.#skew = Number.isNaN(this.#skew) ? skew : this.#skew + (skew - this.#skew) * SKEW_WEIGHT;
  }

  /** The newest counters of an interface. */
  count(index: number, counters: InterfaceCounters): void {
    this.counters.counter_samples++;
    this.interfaces.count(index, counters);
  }

  report(): ExporterReport {
    const states = [...this.protocols.values()];
    return {
      address: this.address,
      name: this.name,
      protocols: [...this.protocols.keys()],
      first_seen: this.firstSeen,
      last_seen: this.lastSeen,
      counts: { ...this.counters },
      clock_skew: Number.isNaN(this.#skew) ? null : Math.round(this.#skew * 1000) / 1000,
      templates: states.flatMap((state) => state.templates()),
      sampling: states.flatMap((state) => state.sampling()),
      interfaces: this.interfaces.report(),
    };
  }

  memory(): ExporterMemory {
    const protocols: Partial<Record<FlowProtocol, unknown>> = { ...this.remembered?.protocols };
    for (const [protocol, state] of this.protocols) {
      const saved = state.save();
      if (saved === undefined) delete protocols[protocol];
      else protocols[protocol] = saved;
    }
    return { address: this.address, version: 1, protocols, interfaces: this.interfaces.told() };
  }
}
