import type { SamplingReport, TemplateReport } from '../../model/exporter.ts';
import type { Exporter, ExporterSettings, ProtocolState } from './exporter.ts';
import { SequenceTracker } from './sequence-tracker.ts';

/** Engines of one exporter that are kept: a device has a few line cards. The one not heard of for longest makes room. */
const ENGINES = 32;
const RATE_LIMIT = 0xffff_ffff;

/** One stream of messages of an exporter, numbered on its own. */
export interface Engine {
  readonly sequence: SequenceTracker;
  /** One packet in this many; 1 is all. */
  rate: number;
  from: 'header' | 'configured';
  lastSeen: number;
}

/** What is kept of an exporter that speaks version 5 or 7: its engines. */
export class NetFlow5State implements ProtocolState {
  readonly #exporter: Exporter;
  readonly #engines = new Map<number, Engine>();

  constructor(exporter: Exporter) {
    this.#exporter = exporter;
  }

  /**
   * The engine with this number, its sampling brought up to date.
   *
   * @param domain type and id of the engine, type * 256 + id; version 7 has none and takes a number of its own.
   * @param interval sampling interval of the header, 0 when it says none.
   */
  engine(domain: number, interval: number, receivedAt: number): Engine {
    let engine = this.#engines.get(domain);
    if (!engine) {
      if (this.#engines.size >= ENGINES) this.#evict();
      engine = { sequence: new SequenceTracker(this.#exporter.counters), rate: 1, from: 'header', lastSeen: 0 };
      this.#engines.set(domain, engine);
    }
    engine.lastSeen = receivedAt;
    setSampling(engine, interval, this.#exporter.settings);
    return engine;
  }

  templates(): readonly TemplateReport[] {
    return [];
  }

  /** Only engines that sample. */
  sampling(): readonly SamplingReport[] {
    return [...this.#engines]
      .filter(([, { rate }]) => rate > 1)
      .map(([domain, { rate, from, lastSeen }]) => ({
        protocol: 'netflow5',
        domain,
        selector: null,
        rate,
        from,
        last_seen: lastSeen,
      }));
  }

  /** Every message says all that is needed to read it. */
  save(): undefined {
    return undefined;
  }

  #evict(): void {
    let oldest = -1;
    let heard = Number.POSITIVE_INFINITY;
    for (const [domain, { lastSeen }] of this.#engines) {
      if (lastSeen >= heard) continue;
      oldest = domain;
      heard = lastSeen;
    }
    this.#engines.delete(oldest);
  }
}

function setSampling(engine: Engine, interval: number, settings: ExporterSettings): void {
  const { samplingOverride, samplingDefault } = settings;
  const configured = samplingOverride ?? (interval === 0 ? samplingDefault : undefined);
  engine.from = configured === undefined ? 'header' : 'configured';
  const rate = Math.round(configured ?? interval);
  engine.rate = rate > 1 ? Math.min(rate, RATE_LIMIT) : 1;
}
