import type { Anomaly, Observation } from '../../model/window.ts';
import type { Expectation } from '../baselines/expectation.ts';
import { type SavedSeries, SeasonalSeries } from '../baselines/seasonal-series.ts';
import { Alarms } from './alarms.ts';
import type { DetectionContext, Detector } from './detector.ts';
import { EntityMap } from './entity-map.ts';
import { addEvidence } from './evidence.ts';
import { NetworkGroups } from './network-group.ts';
import { figure } from './phrases.ts';
import { medianOf } from './quantiles.ts';
import { RoundTripEstimate } from './round-trip-estimate.ts';
import { scoreOf, severityOf } from './score.ts';

export interface HighLatencyOptions {
  /** Connections with a round trip time that a window needs: 10 when not given. */
  readonly connections?: number;
  /** Windows of a network that have to be known before anything is told of it: 12 when not given. */
  readonly warmUp?: number;
}

/** Round trips to one network, as learned. */
interface Path {
  readonly series: SeasonalSeries;
  readonly estimate: RoundTripEstimate;
}

/** One connection's median round trip in this window. */
interface Sample {
  readonly rtt: number;
  readonly src: string;
  readonly dst: string;
  readonly event: string;
}

const CAPACITY = 2048;
const WEEK = 7 * 86_400e6;
const MAX_SAMPLES = 4096;
const SUSPICIOUS_WEIGHT = 0.1;
const SPREADS = 3.5;
const VARIATIONS = 4;
const TIMES = 1.5;
/** Milliseconds that it has to be more. */
const MORE = 50;
const SERIES = { perHour: 12, hours: 192 } as const;

/**
 * Round trips to a network (/24, /48), or to a server in it, that take much longer than usual: the median of at least ten connections is above
 * max(baseline + 3.5 spreads, baseline + 4 RTTVAR), 1.5 times the baseline, and 50 ms more.
 */
export class HighLatency implements Detector {
  readonly type = 'high_latency';
  readonly #least: number;
  readonly #warmUp: number;
  readonly #groups = new NetworkGroups();
  readonly #paths = new EntityMap<Path>({ capacity: CAPACITY, lifetime: WEEK });
  readonly #alarms = new Alarms();
  #samples = new Map<string, Sample[]>();

  constructor(options: HighLatencyOptions = {}) {
    this.#least = options.connections ?? 10;
    this.#warmUp = options.warmUp ?? 12;
  }

  observe(o: Observation): void {
    if (o.rttCount === 0) return;
    const rtt = medianOf(o.rtts, Math.min(o.rttCount, o.rtts.length));
    if (!(rtt >= 0)) return;
    const group = this.#groups.of(o.dst);
    let samples = this.#samples.get(group);
    if (!samples) {
      if (this.#samples.size >= CAPACITY) return;
      samples = [];
      this.#samples.set(group, samples);
    }
    if (samples.length < MAX_SAMPLES) samples.push({ rtt, src: o.src, dst: o.dst, event: o.event });
  }

  window(context: DetectionContext): Anomaly[] {
    const anomalies: Anomaly[] = [];
    for (const [group, samples] of this.#samples) {
      if (samples.length < this.#least) continue;
      const wasOpen = this.#alarms.isOpen(group);
      const ofGroup = this.#judge(group, samples, context);
      const ofServers = this.#servers(samples).flatMap(([server, own]) => this.#judge(server, own, context) ?? []);
      // A network with one slow server is that server; and one that is slow as a whole, is not told again server by server.
      const servers = !wasOpen && (ofServers.length === 1 || !ofGroup);
      if (servers) anomalies.push(...ofServers);
      else if (ofGroup) anomalies.push(ofGroup);
    }
    this.#samples = new Map();
    this.#alarms.endWindow(context.end);
    this.#paths.expire(context.end);
    return anomalies;
  }

  save(): [string, number, SavedSeries][] {
    return this.#paths.save().map(([group, touched, { series }]) => [group, touched, series.save()]);
  }

  load(state: unknown): void {
    if (!Array.isArray(state)) return;
    this.#paths.load(
      (state as [string, number, SavedSeries][]).map(([group, touched, saved]) => {
        const path = newPath();
        path.series.load(saved);
        return [group, touched, path] as const;
      }),
    );
  }

  /** Those of several servers of a network that have connections enough of their own. */
  #servers(samples: readonly Sample[]): [string, Sample[]][] {
    const servers = new Map<string, Sample[]>();
    for (const sample of samples) {
      const own = servers.get(sample.dst);
      if (own) own.push(sample);
      else servers.set(sample.dst, [sample]);
    }
    return servers.size === 1 ? [] : [...servers].filter(([, own]) => own.length >= this.#least);
  }

  #judge(group: string, samples: readonly Sample[], context: DetectionContext): Anomaly | undefined {
    const { end } = context;
    const median = medianOf(samples.map(({ rtt }) => rtt));
    const path = this.#paths.touch(group, end, newPath);
    const expectation = path.series.predict(end - 1);
    const limit = expectation && limitOf(expectation, path.estimate);
    const level =
      expectation && limit !== undefined && expectation.samples >= this.#warmUp
        ? (median - expectation.expected) / (limit - expectation.expected)
        : 0;
    path.series.update(end - 1, median, level >= 1 ? SUSPICIOUS_WEIGHT : 1);
    if (level < 1) path.estimate.update(median);
    if (!expectation || limit === undefined) return undefined;
    if (level >= 1) context.suspect('latency');
    const verdict = this.#alarms.judge(group, level, end, median);
    if (verdict !== 'opened' && verdict !== 'doubled') return undefined;
    return anomaly(group, median, expectation.expected, limit, level, samples, context);
  }
}

function newPath(): Path {
  return { series: new SeasonalSeries(SERIES), estimate: new RoundTripEstimate() };
}

/** Milliseconds above which a median is too much. */
function limitOf({ expected, spread }: Expectation, { variation }: RoundTripEstimate): number {
  const spreads = (1 + expected) * Math.expm1(SPREADS * spread);
  return Math.max(expected + Math.max(spreads, VARIATIONS * variation, MORE), TIMES * expected);
}

function anomaly(
  group: string,
  median: number,
  expected: number,
  limit: number,
  level: number,
  samples: readonly Sample[],
  { window }: DetectionContext,
): Anomaly {
  const score = scoreOf(level);
  const evidence: string[] = [];
  const slowest = [...samples].sort((a, b) => b.rtt - a.rtt);
  for (const { event } of slowest) addEvidence(evidence, event);
  const server = onlyOne(samples.map(({ dst }) => dst));
  const client = onlyOne(samples.map(({ src }) => src));
  const what = server ?? group;
  return {
    type: 'high_latency',
    severity: severityOf(score),
    score,
    window_start: window.window_start,
    window_end: window.window_end,
    message: `Round trips to ${what} took ${figure(median)} ms (median of ${samples.length} connections), usually ${figure(expected)} ms.`,
    metric: 'median_rtt_ms',
    current_value: median,
    expected,
    threshold: limit,
    why: client
      ? `Only connections of ${client} were seen: its own access may be slow, or the path to ${what}, or that server.`
      : `Several clients see it, so it is the path to ${what} or the server, not one client.`,
    ...(client === undefined ? {} : { flow_src: client }),
    flow_dst: what,
    techniques: ['T1499'],
    evidence,
  };
}

function onlyOne(texts: readonly string[]): string | undefined {
  return texts.every((text) => text === texts[0]) ? texts[0] : undefined;
}
