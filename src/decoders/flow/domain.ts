import { IpfixNumbering } from './ipfix-numbering.ts';
import { SamplingRates } from './sampling-rates.ts';
import { type SequenceCounts, SequenceTracker } from './sequence-tracker.ts';
import { type TemplateBudget, TemplateStore } from './template-store.ts';

/** UDP ports are told apart by what is added to the number of the domain. */
const PORT_FACTOR = 2 ** 32;

/** One stream of records of an exporter: a Source ID (NetFlow v9) or observation domain (IPFIX). */
export class Domain {
  /** Tells the domains of an exporter apart, see {@link domainKey}. */
  readonly key: number;
  readonly templates: TemplateStore;
  readonly sampling = new SamplingRates();
  sequence: SequenceTracker;
  /** IPFIX only. */
  readonly numbering = new IpfixNumbering();
  /** systemInitTimeMilliseconds (160) as IPFIX options told it, milliseconds since 1970; NaN when they did not. */
  bootTime = Number.NaN;
  /** Microseconds since 1970. */
  lastSeen = 0;

  constructor(key: number, budget: TemplateBudget, templateSeconds: number, counts: SequenceCounts) {
    this.key = key;
    this.templates = new TemplateStore(budget, templateSeconds);
    this.sequence = new SequenceTracker(counts);
  }

  /** Source ID or observation domain id. */
  get id(): number {
    return this.key % PORT_FACTOR;
  }

  /** UDP port of the sender where it tells exporters apart, else 0. */
  get port(): number {
    return Math.floor(this.key / PORT_FACTOR);
  }
}

/** @param port the sender's UDP port where it tells exporters apart, else 0. */
export function domainKey(id: number, port: number): number {
  return port * PORT_FACTOR + id;
}
