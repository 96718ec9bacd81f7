import type { Anomaly, Observation } from '../../model/window.ts';
import { type BeaconResult, BeaconSeries, type SavedSeries } from '../scores/beacon-series.ts';
import { isBelow, isRegularByNature, REGULAR_DOMAINS } from './beacon-exclusions.ts';
import type { DetectionContext, Detector, IsInternal } from './detector.ts';
import { addEvidence, firstEvidence } from './evidence.ts';
import { Familiarity, type SavedFamiliarity } from './familiarity.ts';
import { PartsMap } from './parts-map.ts';
import { count, duration, figure, percent } from './phrases.ts';
import { NONE } from './recency-list.ts';
import { clampScore, severityOf } from './score.ts';
import { type SavedStanding, StandingAlarms } from './standing-alarms.ts';

/** From here on a pair is told; random timing is held below it. */
const LIMIT = 0.7;
/** More pairs of one source at a time are told as one. */
const MOST_ROWS = 50;
/** Points for a rare or a new destination, and off for one that half of the hosts use or that is 30 days old. */
const MODIFIER = 15;
/** A pair is scored again when it has grown by a 20th, or after this many seconds. */
const GROWTH = 1.05;
const RESCORE_AFTER = 600;
const DAY = 86_400e6;
const WEEK = 7 * DAY;

export interface BeaconingOptions {
  readonly isInternal: IsInternal;
  /** Domains that are left out, with all below them: {@link REGULAR_DOMAINS} when not given. */
  readonly regularDomains?: readonly string[];
  /** Pairs held (20,000), and connections held of all pairs (1,000,000). */
  readonly capacity?: number;
  readonly samples?: number;
}

interface Pair {
  readonly src: string;
  readonly dst: string;
  readonly target: string;
  readonly port: number;
  readonly series: BeaconSeries;
  readonly evidence: string[];
  result: BeaconResult | undefined;
  scoredTotal: number;
  scoredAt: number;
  /** To be judged at the end of the window. */
  dirty: boolean;
}

interface SavedPair extends Omit<Pair, 'series' | 'result' | 'scoredTotal' | 'scoredAt' | 'dirty'> {
  readonly series: SavedSeries;
}

interface SavedBeaconing {
  readonly version: 1;
  readonly since: number | null;
  readonly now: number;
  readonly pairs: readonly (readonly [string, number, SavedPair])[];
  readonly familiarity: SavedFamiliarity;
  /** What was told and goes on. */
  readonly open: SavedStanding;
}

interface Found {
  readonly pair: Pair;
  readonly result: BeaconResult;
  readonly score: number;
}

/**
 * Connections from inside to one destination that come as regularly as only a program makes them. A destination is the
 * domain where one is known, else the address, with its port.
 */
export class Beaconing implements Detector {
  readonly type = 'beaconing';
  readonly #isInternal: IsInternal;
  readonly #regular: ReadonlySet<string>;
  /** By source, target and port. */
  readonly #pairs: PartsMap<Pair>;
  readonly #mostSamples: number;
  readonly #familiarity = new Familiarity();
  readonly #alarms = new StandingAlarms({ lifetime: WEEK });
  /** Those of the present window, in the order in which they came; of those with equal keys only the last is still held. */
  #dirty: Pair[] = [];
  #samples = 0;
  #since = Number.POSITIVE_INFINITY;
  #now = 0;

  constructor(options: BeaconingOptions) {
    this.#isInternal = options.isInternal;
    this.#regular = new Set(options.regularDomains ?? REGULAR_DOMAINS);
    this.#pairs = new PartsMap({ capacity: options.capacity ?? 20_000, lifetime: WEEK });
    this.#mostSamples = options.samples ?? 1_000_000;
  }

  /** Pairs, and connections of all of them, that are held. */
  get held(): { readonly pairs: number; readonly samples: number } {
    return { pairs: this.#pairs.size, samples: this.#samples };
  }

  observe(o: Observation): void {
    if (o.start < this.#since) this.#since = o.start;
    if (!o.first || isRegularByNature(o) || !this.#isInternal(o.src) || this.#isInternal(o.dst)) return;
    if (o.domain !== '' && isBelow(o.domain, this.#regular)) return;
    const target = o.domain === '' ? o.dst : o.domain;
    this.#familiarity.see(o.src, target, o.at);
    const place = this.#pairs.touch(o.src, target, '', o.dstPort, o.at);
    const pair = this.#pairs.made ? this.#pairs.set(place, newPair(o, target)) : this.#pairs.at(place);
    const before = pair.series.held;
    pair.series.add(o.start / 1e6, o.srcBytes);
    addEvidence(pair.evidence, o.event);
    this.#samples += pair.series.held - before;
    if (pair.dirty) return;
    pair.dirty = true;
    this.#dirty.push(pair);
  }

  window(context: DetectionContext): Anomaly[] {
    this.#now = context.end;
    const found: Found[] = [];
    for (const pair of this.#dirty) this.#judge(pair, context, found);
    this.#dirty = [];
    this.#alarms.endWindow(context.end);
    this.#shrink(context.end);
    return tell(found, context);
  }

  save(): SavedBeaconing {
    const pairs = Array.from(this.#pairs.places(), (place) => {
      const { src, dst, target, port, evidence, series } = this.#pairs.at(place);
      const pair: SavedPair = { src, dst, target, port, evidence, series: series.save() };
      return [`${src} ${target} ${port}`, this.#pairs.touched(place), pair] as const;
    });
    const since = Number.isFinite(this.#since) ? this.#since : null;
    return {
      version: 1,
      since,
      now: this.#now,
      pairs,
      familiarity: this.#familiarity.save(),
      open: this.#alarms.save(),
    };
  }

  load(state: unknown): void {
    const saved = state as SavedBeaconing | null;
    if (saved?.version !== 1) return;
    this.#since = saved.since ?? Number.POSITIVE_INFINITY;
    this.#pairs.clear();
    for (const [, touched, pair] of saved.pairs) {
      const series = BeaconSeries.load(pair.series);
      const place = this.#pairs.touch(pair.src, pair.target, '', pair.port, touched);
      this.#pairs.set(place, { ...pair, series, result: undefined, scoredTotal: 0, scoredAt: 0, dirty: false });
    }
    this.#familiarity.load(saved.familiarity);
    this.#recount();
    this.#alarms.load(saved.open, saved.now);
  }

  #judge({ src, target, port }: Pair, { end, last }: DetectionContext, found: Found[]): void {
    const place = this.#pairs.find(src, target, '', port);
    if (place === NONE) return;
    const pair = this.#pairs.at(place);
    if (!pair.dirty) return;
    pair.dirty = false;
    this.#score(pair, end / 1e6, last);
    const { score = 0, interval = 0 } = pair.result ?? {};
    const verdict = this.#alarms.judge(
      `${src} ${target} ${port}`,
      score / LIMIT,
      end,
      1,
      end + Math.max(DAY, 3e6 * interval),
    );
    if (verdict !== 'opened' && verdict !== 'doubled') return;
    found.push({ pair, result: pair.result!, score: this.#modified(pair, end) });
  }

  #score(pair: Pair, now: number, last: boolean): void {
    const grown = pair.series.total >= pair.scoredTotal * GROWTH;
    if (!last && !grown && now - pair.scoredAt < RESCORE_AFTER) return;
    pair.result = pair.series.score(now, this.#since / 1e6);
    pair.scoredTotal = Math.max(pair.series.total, 1);
    pair.scoredAt = now;
  }

  /** As RITA modifies it: by how many hosts use the destination and since when it is known. */
  #modified(pair: Pair, now: number): number {
    let score = 100 * pair.result!.score;
    const share = this.#familiarity.share(pair.target);
    if (share >= 0.5) score -= MODIFIER;
    else if (share <= 0.02) score += MODIFIER;
    if (this.#familiarity.isNew(pair.target, now)) score += MODIFIER;
    else if (this.#familiarity.age(pair.target, now) >= 30) score -= MODIFIER;
    return clampScore(score);
  }

  #shrink(now: number): void {
    this.#pairs.expire(now);
    this.#familiarity.expire(now);
    this.#recount();
    for (const place of this.#pairs.places()) {
      if (this.#samples <= this.#mostSamples) return;
      this.#samples -= this.#pairs.at(place).series.held;
      this.#pairs.delete(place);
    }
  }

  #recount(): void {
    this.#samples = 0;
    for (const place of this.#pairs.places()) this.#samples += this.#pairs.at(place).series.held;
  }
}

function newPair(o: Observation, target: string): Pair {
  const { src, dst, dstPort } = o;
  const series = new BeaconSeries();
  return {
    src,
    dst,
    target,
    port: dstPort,
    series,
    evidence: firstEvidence(o.event),
    result: undefined,
    scoredTotal: 0,
    scoredAt: 0,
    dirty: false,
  };
}

/** The rows of one window: a source with very many equal pairs gets one row with the strongest of them. */
function tell(found: readonly Found[], context: DetectionContext): Anomaly[] {
  const bySource = new Map<string, Found[]>();
  for (const each of found) {
    const rows = bySource.get(each.pair.src);
    if (rows) rows.push(each);
    else bySource.set(each.pair.src, [each]);
  }
  return [...bySource.values()].flatMap((rows) => {
    if (rows.length <= MOST_ROWS) return rows.map((row) => anomaly(row, 0, context));
    const strongest = rows.reduce((best, row) => (row.score > best.score ? row : best));
    return [anomaly(strongest, rows.length - 1, context)];
  });
}

function anomaly({ pair, result, score }: Found, others: number, context: DetectionContext): Anomaly {
  const { src, dst, target, port, evidence } = pair;
  const more = others > 0 ? `, and ${count(others, 'other destination')} as regularly` : '';
  const seen = `${count(result.connections, 'connection')} in ${duration(result.span)}`;
  return {
    type: 'beaconing',
    severity: severityOf(score),
    score,
    window_start: context.start / 1e6,
    window_end: context.end / 1e6,
    message: `${src} connects to ${target} port ${port} about every ${every(result.interval)}${more}: ${seen}.`,
    metric: 'beacon_score',
    current_value: result.score,
    expected: null,
    threshold: LIMIT,
    why: `The intervals differ by only ${percent(1 - result.tightness)} from their median, connections by chance do by about 70 %. Malware reports to its control server like this; so does some software that looks for updates.`,
    flow_src: src,
    flow_dst: dst,
    port,
    techniques: techniques(port),
    evidence: [...evidence],
  };
}

function every(seconds: number): string {
  return seconds < 10 ? `${figure(seconds)} s` : duration(seconds);
}

function techniques(port: number): string[] {
  if (port === 443) return ['T1071.001', 'T1573'];
  return port === 80 ? ['T1071.001'] : ['T1071', 'T1571'];
}
