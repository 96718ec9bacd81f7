import type { SamplingReport, TemplateReport } from '../../model/exporter.ts';
import { ApplicationNames } from './application-names.ts';
import { Domain } from './domain.ts';
import type { Exporter, ProtocolState } from './exporter.ts';
import type { FlowOptions } from './flow-options.ts';
import { PendingSets } from './pending-sets.ts';
import { SamplingRates } from './sampling-rates.ts';
import { loadDomains, saveDomains } from './template-memory.ts';
import type { TemplateProtocol } from './template-parser.ts';
import { templateReport } from './template-report.ts';
import { TemplateBudget } from './template-store.ts';

/** Domains of one exporter; the one not heard of for longest makes room. */
const DOMAIN_LIMIT = 512;

/** What NetFlow v9 or IPFIX keeps for one exporter. */
export class TemplateState implements ProtocolState {
  readonly protocol: TemplateProtocol;
  readonly exporter: Exporter;
  readonly pending: PendingSets;
  readonly applications = new ApplicationNames();
  /** systemInitTimeMilliseconds as {@link Domain.bootTime}, of whatever domain told it last. */
  bootTime = Number.NaN;
  /** The newest word of any domain: options may come under another number than the flows that they are about. */
  readonly #sampling = new SamplingRates();
  readonly #domains = new Map<number, Domain>();
  readonly #budget: TemplateBudget;
  readonly #templateSeconds: number;
  #last: Domain | undefined;
  #roomMade = Number.NEGATIVE_INFINITY;

  /**
   * @param now microseconds since 1970: what was remembered counts as refreshed now.
   */
  constructor(protocol: TemplateProtocol, options: FlowOptions, exporter: Exporter, now: number) {
    this.protocol = protocol;
    this.exporter = exporter;
    this.pending = new PendingSets(options.pendingBytes, options.pendingSeconds);
    this.#budget = new TemplateBudget(options.maxTemplates, options.maxFields);
    this.#templateSeconds = options.templateSeconds;
    const saved = exporter.remembered?.protocols?.[protocol];
    if (saved !== undefined) loadDomains(saved, this, options, now);
  }

  /** The domain with this key, new if it was not met before. */
  domain(key: number, now: number): Domain {
    let domain = this.#last;
    if (domain?.key !== key) {
      domain = this.#domains.get(key) ?? this.#add(key);
      this.#last = domain;
    }
    domain.lastSeen = now;
    return domain;
  }

  /** Drops the templates that have expired, when there are too many. Not more than once a second: it looks at them all. */
  makeRoom(now: number): void {
    if (Math.abs(now - this.#roomMade) < 1e6) return;
    this.#roomMade = now;
    for (const domain of this.#domains.values()) domain.templates.expire(now);
  }

  /** The domain with this key if it was met before. */
  known(key: number): Domain | undefined {
    return this.#domains.get(key);
  }

  domains(): IterableIterator<Domain> {
    return this.#domains.values();
  }

  /** What options of `domain` say about sampling. Answers whether it is news. */
  tellSampling(domain: Domain | undefined, selector: number | null, rate: number, at: number): boolean {
    const news = this.#sampling.tell(selector, rate, at);
    return domain ? domain.sampling.tell(selector, rate, at) : news;
  }

  /** Rate of records of `domain` that name no selector; 1 is none. */
  samplingRate(domain: Domain): number {
    const { samplingOverride, samplingDefault } = this.exporter.settings;
    return samplingOverride ?? (domain.sampling.general() || this.#sampling.general() || samplingDefault || 1);
  }

  /** Rate of records of `domain` that name this selector; 0 when it is not known. */
  selectorRate(domain: Domain, selector: number): number {
    return this.exporter.settings.samplingOverride ?? (domain.sampling.of(selector) || this.#sampling.of(selector));
  }

  templates(): readonly TemplateReport[] {
    return [...this.#domains.values()].flatMap((domain) =>
      [...domain.templates.all()].map((template) => templateReport(this.protocol, domain.id, template)),
    );
  }

  sampling(): readonly SamplingReport[] {
    const { samplingOverride, samplingDefault } = this.exporter.settings;
    const reports: SamplingReport[] = [];
    for (const domain of this.#domains.values()) {
      const base = { protocol: this.protocol, domain: domain.id } as const;
      for (const [selector, { rate, at }] of domain.sampling.all())
        reports.push({ ...base, selector, rate, from: 'options', last_seen: at });
      const configured =
        samplingOverride ?? (domain.sampling.general() || this.#sampling.general() ? undefined : samplingDefault);
      if (configured !== undefined)
        reports.push({ ...base, selector: null, rate: configured, from: 'configured', last_seen: domain.lastSeen });
    }
    return reports;
  }

  save(): unknown {
    return saveDomains(this);
  }

  #add(key: number): Domain {
    if (this.#domains.size >= DOMAIN_LIMIT) this.#evict();
    const domain = new Domain(key, this.#budget, this.#templateSeconds, this.exporter.counters);
    this.#domains.set(key, domain);
    return domain;
  }

  #evict(): void {
    let oldest: Domain | undefined;
    for (const domain of this.#domains.values()) if (!oldest || domain.lastSeen < oldest.lastSeen) oldest = domain;
    if (!oldest) return;
    oldest.templates.clear();
    this.#domains.delete(oldest.key);
  }
}

/** What `protocol` keeps for an exporter; on first contact, what is remembered of it. */
export function templateStateOf(
  exporter: Exporter,
  protocol: TemplateProtocol,
  options: FlowOptions,
  now: number,
): TemplateState {
  const known = exporter.protocols.get(protocol);
  if (known instanceof TemplateState) return known;
  const state = new TemplateState(protocol, options, exporter, now);
  exporter.protocols.set(protocol, state);
  return state;
}
