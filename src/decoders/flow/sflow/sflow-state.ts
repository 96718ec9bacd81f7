import type { SamplingReport, TemplateReport } from '../../../model/exporter.ts';
import type { Exporter, ProtocolState } from '../exporter.ts';
import { SequenceTracker } from '../sequence-tracker.ts';
import type { FlowSample } from './flow-sample.ts';

/** Sub-agents of one agent that are kept; the one not heard of for longest makes room. */
const SUB_AGENTS = 64;
/** Sources of all of them; those that come after are not told apart. */
const SOURCES = 4096;
/** Samples after which half of what was counted for the effective rate is forgotten. */
const MEMORY = 1024;
/** A sample that is further ahead than this follows a restart, not a gap. */
const LARGEST_STEP = 65_536;

/** What is known of one data source: where packets are sampled. */
export interface SourceReport {
  readonly sub_agent: number;
  /** Interface index, or the number in another class, with the class times 2^32 added. */
  readonly source: number;
  /** One packet in this many, as the last sample said. */
  readonly rate: number;
  /** One packet in this many by the packets that passed between samples; null while it is not known. */
  readonly effective_rate: number | null;
  /** Samples that were lost in the agent, as it says, since it started. */
  readonly drops: number;
  readonly last_seen: number;
}

/** Counts of one data source. */
class DataSource {
  rate = 0;
  drops = 0;
  lastSeen = 0;
  #sequence = -1;
  #pool = 0;
  #passed = 0;
  #samples = 0;

  observe(sample: FlowSample, receivedAt: number): void {
    this.rate = sample.rate;
    this.drops = sample.drops;
    this.lastSeen = receivedAt;
    const step = (sample.sequence - this.#sequence) | 0;
    const passed = (sample.pool - this.#pool) | 0;
    if (this.#sequence >= 0 && step <= 0 && step > -LARGEST_STEP) return;
    // The number of samples between two that arrived is in their sequence, whether or not all of them arrived.
    if (this.#sequence >= 0 && step > 0 && step < LARGEST_STEP && passed > 0) {
      this.#passed += passed;
      this.#samples += step;
      if (this.#samples > MEMORY) {
        this.#passed /= 2;
        this.#samples /= 2;
      }
    }
    this.#sequence = sample.sequence;
    this.#pool = sample.pool;
  }

  get effectiveRate(): number | null {
    return this.#samples > 0 ? this.#passed / this.#samples : null;
  }
}

/** One stream of datagrams: an agent may have several, numbered apart. */
export class SubAgent {
  readonly sequence: SequenceTracker;
  readonly sources = new Map<number, DataSource>();
  lastSeen = 0;
  readonly #state: SflowState;

  constructor(state: SflowState, exporter: Exporter) {
    this.#state = state;
    this.sequence = new SequenceTracker(exporter.counters);
  }

  /** Takes a flow sample into account. Its gaps are those of the datagrams, and are not counted again. */
  sample(sample: FlowSample, receivedAt: number): void {
    const key = sample.sourceClass === 0 ? sample.sourceIndex : sample.sourceClass * 2 ** 32 + sample.sourceIndex;
    let source = this.sources.get(key);
    if (!source) {
      if (!this.#state.takesSource()) return;
      source = new DataSource();
      this.sources.set(key, source);
    }
    source.observe(sample, receivedAt);
  }
}

/** What is kept of an agent: its sub-agents with their sequences, and where each of them samples. */
export class SflowState implements ProtocolState {
  readonly #exporter: Exporter;
  readonly #subAgents = new Map<number, SubAgent>();
  #sources = 0;

  constructor(exporter: Exporter) {
    this.#exporter = exporter;
  }

  /** Takes a datagram into account: what was lost is counted at the exporter. Answers the stream it belongs to. */
  datagram(subAgent: number, sequence: number, receivedAt: number): SubAgent {
    let agent = this.#subAgents.get(subAgent);
    if (!agent) {
      if (this.#subAgents.size >= SUB_AGENTS) this.#evict();
      agent = new SubAgent(this, this.#exporter);
      this.#subAgents.set(subAgent, agent);
    }
    agent.lastSeen = receivedAt;
    agent.sequence.observe(sequence, 1);
    return agent;
  }

  /** Whether there is room for one more source, which is then taken. */
  takesSource(): boolean {
    if (this.#sources >= SOURCES) return false;
    this.#sources++;
    return true;
  }

  templates(): readonly TemplateReport[] {
    return [];
  }

  sampling(): readonly SamplingReport[] {
    const { samplingOverride, samplingDefault } = this.#exporter.settings;
    return this.sources().map(({ sub_agent, source, rate, last_seen }) => {
      const configured = samplingOverride ?? (rate === 0 ? samplingDefault : undefined);
      return {
        protocol: 'sflow',
        domain: sub_agent,
        selector: source,
        rate: Math.max(1, Math.round(configured ?? rate)),
        from: configured === undefined ? 'record' : 'configured',
        last_seen,
      };
    });
  }

  sources(): SourceReport[] {
    return [...this.#subAgents].flatMap(([sub_agent, agent]) =>
      [...agent.sources].map(([source, { rate, effectiveRate, drops, lastSeen }]) => ({
        sub_agent,
        source,
        rate,
        effective_rate: effectiveRate,
        drops,
        last_seen: lastSeen,
      })),
    );
  }

  /** Every sample says all that is needed to read it. */
  save(): undefined {
    return undefined;
  }

  #evict(): void {
    let oldest = -1;
    let heard = Number.POSITIVE_INFINITY;
    for (const [id, { lastSeen }] of this.#subAgents) {
      if (lastSeen >= heard) continue;
      oldest = id;
      heard = lastSeen;
    }
    this.#sources -= this.#subAgents.get(oldest)?.sources.size ?? 0;
    this.#subAgents.delete(oldest);
  }
}
