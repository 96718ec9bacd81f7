import type { Anomaly, Observation } from '../../model/window.ts';
import type { Expectation } from '../baselines/expectation.ts';
import { type SavedSeries, SeasonalSeries } from '../baselines/seasonal-series.ts';
import { Alarms } from './alarms.ts';
import type { DetectionContext, Detector } from './detector.ts';
import { EntityMap } from './entity-map.ts';
import { addEvidence } from './evidence.ts';
import { figure, percent } from './phrases.ts';
import { clampScore, scoreOf, severityOf } from './score.ts';
import { wilsonLower } from './wilson.ts';

/** Segments of one host in this window, at either end of its connections. */
interface Sums {
  readonly address: string;
  segments: number;
  retransmitted: number;
  /** The other end, as long as it is only one. */
  peer: string | undefined;
  /** It began the connections with that peer. */
  readonly originated: boolean;
  readonly evidence: string[];
}

interface Loss {
  readonly rate: number;
  readonly expected: number | null;
  readonly threshold: number;
  readonly level: number;
}

const CAPACITY = 4096;
const WEEK = 7 * 86_400e6;
const SERIES = { unit: 0.001, perHour: 12, hours: 192 } as const;
const SUSPICIOUS_WEIGHT = 0.1;
const SPREADS = 3.5;
const FLOOR = 0.02;
const SEVERE = 0.15;
const HIGH_SCORE = 60;
const LEAST_SEGMENTS = 50;
const LEAST_RETRANSMITTED = 5;
/** Values of a host's own baseline from which on it counts. */
const WARM_UP = 12;

/**
 * Loss of packets as TCP sees it: the share of data segments that were sent again, by host, above max(2 %, baseline + 3.5
 * spreads). What counts is the lower bound of Wilson's interval, so that 1 of 3 is no loss; at least 50 segments and 5
 * retransmissions are needed. A network that loses everywhere is told once, not host by host.
 */
export class PacketLoss implements Detector {
  readonly type = 'packet_loss';
  readonly #series = new EntityMap<SeasonalSeries>({ capacity: CAPACITY, lifetime: WEEK });
  readonly #alarms = new Alarms();
  #hosts = new Map<string, Sums>();
  #evidence: string[] = [];

  observe(o: Observation): void {
    if (o.dataSegments <= 0) return;
    this.#add(o, o.src, o.dst, true);
    this.#add(o, o.dst, o.src, false);
    if (o.retransmitted > 0) addEvidence(this.#evidence, o.event);
  }

  window(context: DetectionContext): Anomaly[] {
    const { end, window } = context;
    const anomalies: Anomaly[] = [];
    const judged = new Map<string, Loss>();
    for (const sums of this.#hosts.values())
      if (sums.segments >= LEAST_SEGMENTS) judged.set(sums.address, this.#judgeHost(sums, end));
    let lossy = 0;
    for (const [address, loss] of judged) {
      if (loss.level >= 1) lossy++;
      const sums = this.#hosts.get(address)!;
      if (this.#explained(sums, judged)) continue;
      const verdict = this.#alarms.judge(address, loss.level, end, loss.rate);
      if (verdict === 'opened' || verdict === 'doubled') anomalies.push(ofHost(sums, loss, context));
    }
    const { data_segments, retransmitted } = window.protocol;
    const all = judge(retransmitted, data_segments, context.expect('loss_rate'));
    if (lossy > 0 || all.level >= 1) context.suspect('protocol');
    const verdict = this.#alarms.judge('network', all.level, end, all.rate);
    if (anomalies.length !== 1 && (verdict === 'opened' || verdict === 'doubled'))
      anomalies.splice(0, anomalies.length, this.#ofNetwork(all, lossy, context));
    this.#hosts = new Map();
    this.#evidence = [];
    this.#alarms.endWindow(end);
    this.#series.expire(end);
    return anomalies;
  }

  save(): [string, number, SavedSeries][] {
    return this.#series.save().map(([host, touched, series]) => [host, touched, series.save()]);
  }

  load(state: unknown): void {
    if (!Array.isArray(state)) return;
    this.#series.load(
      (state as [string, number, SavedSeries][]).map(([host, touched, saved]) => {
        const series = new SeasonalSeries(SERIES);
        series.load(saved);
        return [host, touched, series] as const;
      }),
    );
  }

  #add(o: Observation, address: string, peer: string, originated: boolean): void {
    let sums = this.#hosts.get(address);
    if (!sums) {
      if (this.#hosts.size >= 2 * CAPACITY) return;
      sums = { address, segments: 0, retransmitted: 0, peer, originated, evidence: [] };
      this.#hosts.set(address, sums);
    }
    sums.segments += o.dataSegments;
    sums.retransmitted += o.retransmitted;
    if (sums.peer !== peer || sums.originated !== originated) sums.peer = undefined;
    if (o.retransmitted > 0) addEvidence(sums.evidence, o.event);
  }

  /**
   * Whether what a host lost is told of its only peer: a pair that is alone with each other is told once, of the side that began,
   * and one that loses with a peer that loses with others as well is not the cause.
   */
  #explained(sums: Sums, judged: ReadonlyMap<string, Loss>): boolean {
    const peer = sums.peer === undefined ? undefined : this.#hosts.get(sums.peer);
    if (!peer) return false;
    if (peer.peer === sums.address) return !sums.originated;
    return (judged.get(peer.address)?.level ?? 0) >= 1;
  }

  #judgeHost(sums: Sums, end: number): Loss {
    const series = this.#series.touch(sums.address, end, () => new SeasonalSeries(SERIES));
    const loss = judge(sums.retransmitted, sums.segments, series.predict(end - 1));
    series.update(end - 1, loss.rate, loss.level >= 1 ? SUSPICIOUS_WEIGHT : 1);
    return loss;
  }

  #ofNetwork(loss: Loss, lossy: number, context: DetectionContext): Anomaly {
    const { data_segments, retransmitted } = context.window.protocol;
    const hosts = lossy > 1 ? ` ${lossy} hosts are above it on their own.` : '';
    return {
      ...anomaly(loss, context),
      message: `${percent(loss.rate)} of all data segments were sent again (${figure(retransmitted)} of ${figure(data_segments)}).${hosts}`,
      why: 'Loss in many connections at once points to a link that they share, or to a flood that fills it.',
      evidence: this.#evidence,
    };
  }
}

function judge(retransmitted: number, segments: number, expectation: Expectation | undefined): Loss {
  const rate = segments > 0 ? Math.min(1, retransmitted / segments) : 0;
  const known = expectation !== undefined && expectation.samples >= WARM_UP;
  const { unit } = SERIES;
  const spreads = known ? (1 + expectation.expected / unit) * Math.exp(SPREADS * expectation.spread) * unit - unit : 0;
  const threshold = Math.max(FLOOR, spreads);
  const enough = segments >= LEAST_SEGMENTS && retransmitted >= LEAST_RETRANSMITTED;
  const level = enough ? wilsonLower(retransmitted, segments) / threshold : 0;
  return { rate, expected: known ? expectation.expected : null, threshold, level };
}

function anomaly(
  { rate, expected, threshold, level }: Loss,
  { window }: DetectionContext,
): Omit<Anomaly, 'message' | 'why' | 'evidence'> {
  const score = Math.max(scoreOf(level), rate >= SEVERE ? HIGH_SCORE : 0);
  return {
    type: 'packet_loss',
    severity: severityOf(score),
    score: clampScore(score),
    window_start: window.window_start,
    window_end: window.window_end,
    metric: 'loss_rate',
    current_value: rate,
    expected,
    threshold,
    techniques: ['T1498'],
  };
}

function ofHost(sums: Sums, loss: Loss, context: DetectionContext): Anomaly {
  const { address, peer, retransmitted, segments } = sums;
  const between = peer === undefined ? `of ${address}` : `between ${address} and ${peer}`;
  const usual = loss.expected === null ? '' : `, usually ${percent(loss.expected)}`;
  return {
    ...anomaly(loss, context),
    message: `${percent(loss.rate)} of the data segments ${between} were sent again (${figure(retransmitted)} of ${figure(segments)})${usual}.`,
    why:
      peer === undefined
        ? `It concerns connections of ${address} with several others: its own link may be bad or full.`
        : 'Only these two hosts were seen: the path between them is bad or full, or one of them is overloaded.',
    ...(sums.originated ? { flow_src: address } : { flow_dst: address }),
    ...(peer === undefined ? {} : sums.originated ? { flow_dst: peer } : { flow_src: peer }),
    evidence: sums.evidence,
  };
}
