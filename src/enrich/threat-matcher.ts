import type { Health } from '../kit/component.ts';
import { AppError } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import type { Metrics } from '../kit/metrics.ts';
import type { EventBatch } from '../model/batch.ts';
import { FrontFilter } from './front-filter.ts';
import { type Found, IndicatorSet } from './indicator-set.ts';
import type { Match, Matcher, MatchIndicator } from './matcher.ts';
import { Pace } from './pace.ts';
import { DOMAIN, DST, hitsOf, SRC, snapshotOf, ThreatSnapshot } from './threat-snapshot.ts';
import { type Verdict, VerdictCache, verdictOf, writeVerdict } from './verdict.ts';

/** Refused indicators of one call that are written to the log one by one. */
const LOGGED_REFUSALS = 5;

export interface ThreatMatcherOptions {
  readonly log: Log;
  readonly metrics?: Metrics;
  /** Indicators that all sources together may hold; 5,000,000 (about 350 MB) when not given. */
  readonly limit?: number;
}

/**
 * Threat intelligence in memory. Every source has its set of tables; a snapshot holds the sets of one moment and a
 * filter in front of them, and is replaced by one assignment: whoever is matching keeps the one it began with.
 */
export class ThreatMatcher implements Matcher {
  readonly name = 'matcher';
  readonly #log: Log;
  readonly #limit: number;
  readonly #refused;
  readonly #sets = new Map<string, IndicatorSet>();
  #snapshot = new ThreatSnapshot([], new FrontFilter());
  #srcVerdicts = new VerdictCache();
  #dstVerdicts = new VerdictCache();
  /** Replacements are made one after the other, in the order of the calls. */
  #queue: Promise<void> = Promise.resolve();
  #state: Health['state'] = 'starting';

  constructor(options: ThreatMatcherOptions) {
    this.#log = options.log;
    this.#limit = options.limit ?? 5_000_000;
    this.#refused = options.metrics?.counter(
      'vedette_refused_indicators_total',
      'Indicators that sources offered and that are not matched, such as networks that are too wide.',
    );
    options.metrics?.gauge('vedette_matched_indicators', 'Distinct values held, by kind.', ['kind'], (gauge) => {
      for (const [kind, count] of Object.entries(this.size())) gauge.set({ kind }, count);
    });
  }

  async start(): Promise<void> {
    this.#state = 'ok';
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    await this.#queue;
  }

  health(): Health {
    return { state: this.#state, figures: { ...this.size(), sources: this.#sets.size } };
  }

  /** Distinct values; one that several sources hold counts once per source. */
  size(): { readonly addresses: number; readonly networks: number; readonly domains: number } {
    const { addresses, networks, domains } = this.#snapshot;
    return { addresses, networks, domains };
  }

  match(batch: EventBatch, from: number, to: number): void {
    const snapshot = this.#snapshot;
    if (snapshot.sets.length === 0) return;
    const filter = snapshot.front.v4;
    const { src_ip, dst_ip, domain } = batch.columns;
    const srcFamily = src_ip.family;
    const dstFamily = dst_ip.family;
    const src = src_ip.v4;
    const dst = dst_ip.v4;
    const names = domain.offsets;
    const named = domain.rows;
    for (let row = from; row < to; row++) {
      const a = src[row];
      const b = dst[row];
      // A clear bit for both, no IPv6 and no name: nothing can match. An absent address is 0 and asks in vain.
      const maybe =
        ((filter[a >>> 13] >>> ((a >>> 8) & 31)) & 1) |
        ((filter[b >>> 13] >>> ((b >>> 8) & 31)) & 1) |
        ((srcFamily[row] | dstFamily[row]) & 2);
      if (maybe === 0 && (row >= named || names[row] === names[row + 1])) continue;
      const hits = hitsOf(snapshot, batch, row);
      if (hits !== 0) this.#record(snapshot, batch, row, hits);
    }
  }

  /** Also takes a network in CIDR form: what covers all of it. Anything else has no matches. */
  lookup(value: string): Match[] {
    const found: Found[] = [];
    this.#snapshot.collect(value.trim(), found);
    found.sort((a, b) => b.specificity - a.specificity || b.confidence - a.confidence);
    return found.map(matchOf);
  }

  /**
   * Replaces what `source` holds; nothing given takes the source away. The values are read over many turns of the
   * event loop: pass something that does not change meanwhile. Bad values are refused one by one, counted and logged.
   * @throws whatever the iteration throws, and AppError INVALID_PARAMETER when it is more than fits: the old set stays.
   */
  replace(source: string, indicators: Iterable<MatchIndicator> | AsyncIterable<MatchIndicator>): Promise<void> {
    const replaced = this.#queue.then(() => this.#replace(source, indicators));
    this.#queue = replaced.catch(() => undefined);
    return replaced;
  }

  async #replace(source: string, indicators: Iterable<MatchIndicator> | AsyncIterable<MatchIndicator>): Promise<void> {
    const pace = new Pace();
    const set = await this.#gather(source, indicators, pace);
    await set.seal(pace);
    const sets = new Map(this.#sets);
    if (set.length > 0) sets.set(source, set);
    else sets.delete(source);
    const snapshot = await snapshotOf([...sets.values()], pace);
    if (set.length > 0) this.#sets.set(source, set);
    else this.#sets.delete(source);
    this.#snapshot = snapshot;
    this.#srcVerdicts = new VerdictCache();
    this.#dstVerdicts = new VerdictCache();
  }

  async #gather(
    source: string,
    indicators: Iterable<MatchIndicator> | AsyncIterable<MatchIndicator>,
    pace: Pace,
  ): Promise<IndicatorSet> {
    const set = new IndicatorSet();
    let room = this.#limit;
    for (const [name, other] of this.#sets) if (name !== source) room -= other.length;
    let refused = 0;
    const take = (indicator: MatchIndicator) => {
      const refusal = set.add(indicator);
      if (refusal === undefined && --room >= 0) return;
      if (refusal === undefined)
        throw new AppError(
          'INVALID_PARAMETER',
          `${source} and the other sources hold more than ${this.#limit} values.`,
        );
      if (++refused <= LOGGED_REFUSALS) this.#log.warn({ source, value: indicator.value }, `an indicator ${refusal}`);
    };
    if (Symbol.asyncIterator in indicators) {
      for await (const indicator of indicators) {
        take(indicator);
        if (pace.due()) await pace.rest();
      }
    } else {
      for (const indicator of indicators) {
        take(indicator);
        if (pace.due()) await pace.rest();
      }
    }
    if (refused > 0) {
      this.#refused?.inc(refused);
      this.#log.warn({ source, refused, held: set.length }, 'some indicators of a source were refused');
    }
    return set;
  }

  /** The slow path, for rows that match. */
  #record(snapshot: ThreatSnapshot, batch: EventBatch, row: number, hits: number): void {
    const { src_ip, dst_ip } = batch.columns;
    let cache: VerdictCache | undefined;
    if (hits === SRC && src_ip.family[row] === 4) cache = this.#srcVerdicts;
    else if (hits === DST && dst_ip.family[row] === 4) cache = this.#dstVerdicts;
    const address = hits === SRC ? src_ip.v4[row] : dst_ip.v4[row];
    let verdict = cache?.get(address);
    if (verdict === undefined) {
      verdict = judge(snapshot, batch, row, hits);
      cache?.put(address, verdict);
    }
    writeVerdict(batch.columns, row, verdict);
  }
}

function judge(snapshot: ThreatSnapshot, batch: EventBatch, row: number, hits: number): Verdict {
  const { src_ip, dst_ip, domain } = batch.columns;
  const found: Found[] = [];
  if (hits & SRC) collectAddress(snapshot, src_ip, row, 'src_ip', found);
  if (hits & DST) collectAddress(snapshot, dst_ip, row, 'dst_ip', found);
  if (hits & DOMAIN) snapshot.collectHost(domain.bytes, domain.offsets[row], domain.offsets[row + 1], found);
  return verdictOf(found);
}

function collectAddress(
  snapshot: ThreatSnapshot,
  column: EventBatch['columns']['src_ip'],
  row: number,
  field: 'src_ip' | 'dst_ip',
  into: Found[],
): void {
  if (column.family[row] === 4) snapshot.collectV4(column.v4[row], 32, field, into);
  else snapshot.collectV6(column.words, row * 4, 128, field, into);
}

function matchOf({ value, label, confidence, field }: Found): Match {
  return { value, category: label.category, confidence, source: label.source, field };
}
