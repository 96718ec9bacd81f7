import type { Anomaly, Observation } from '../../model/window.ts';
import type { Expectation } from '../baselines/expectation.ts';
import { type SavedSeries, SeasonalSeries } from '../baselines/seasonal-series.ts';
import { Alarms, type Verdict } from './alarms.ts';
import { CaptureLoss } from './capture-loss.ts';
import type { DetectionContext, Detector } from './detector.ts';
import { EntityMap } from './entity-map.ts';
import { addEvidence } from './evidence.ts';
import { figure, percent } from './phrases.ts';
import { scoreOf, severityOf } from './score.ts';
import { wilsonLower } from './wilson.ts';

interface Segments {
  segments: number;
  retransmitted: number;
  /** Of those sent again, the ones that the host itself sent. */
  sent: number;
}

/** Segments of one host in this window, at either end of its connections. */
interface Sums extends Segments {
  readonly address: string;
  /** It began connections in this window. */
  originated: boolean;
  readonly peers: Map<string, Segments>;
  readonly evidence: string[];
}

interface Loss extends Segments {
  readonly rate: number;
  readonly expected: number | null;
  readonly threshold: number;
  readonly level: number;
}

const CAPACITY = 4096;
/** Peers of a host that are told apart; the others are taken together. */
const MAX_PEERS = 256;
const OTHERS = '';
/** Times the rate of a network that loses everywhere at which a host in it is told none the less. */
const FAR_WORSE = 2;
const WEEK = 7 * 86_400e6;
const SERIES = { unit: 0.001, perHour: 12, hours: 192 } as const;
const SUSPICIOUS_WEIGHT = 0.1;
const SPREADS = 3.5;
const FLOOR = 0.02;
const SEVERE = 0.15;
const HIGH_SCORE = 60;
const LEAST_SEGMENTS = 50;
const LEAST_RETRANSMITTED = 5;
/** Hosts that began connections to one that began none, from which on its loss can be that of a flood. */
const MANY_SOURCES = 20;
/** Share of what was sent again at which one direction is the one that loses. */
const ONE_WAY = 0.9;
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
  readonly #captureLoss = new CaptureLoss();

  observe(o: Observation): void {
    this.#captureLoss.observe(o);
    if (o.dataSegments <= 0) return;
    this.#add(o, o.src, o.dst, true);
    this.#add(o, o.dst, o.src, false);
    if (o.retransmitted > 0) addEvidence(this.#evidence, o.event);
  }

  window(context: DetectionContext): Anomaly[] {
    const { end, window } = context;
    const anomalies: Anomaly[] = [];
    const lossy = this.#lossy(end);
    const { data_segments, retransmitted } = window.protocol;
    const all = judge({ segments: data_segments, retransmitted, sent: 0 }, context.expect('loss_rate'));
    const { remark } = this.#captureLoss;
    if (lossy.length > 0 || all.level >= 1) context.suspect('protocol');
    const everywhere = isTold(this.#alarms.judge('network', all.level, end, all.rate)) && lossy.length !== 1;
    if (everywhere) anomalies.push(ofNetwork(all, lossy.length, this.#evidence, remark, context));
    for (const { sums, loss } of lossy) {
      const told = isTold(this.#alarms.judge(sums.address, loss.level, end, loss.rate));
      const far = !this.#alarms.isOpen('network') || lossy.length === 1 || loss.rate >= FAR_WORSE * all.rate;
      if (told && far) anomalies.push(ofHost(sums, loss, remark, context));
    }
    this.#hosts = new Map();
    this.#evidence = [];
    this.#alarms.endWindow(end);
    this.#series.expire(end);
    anomalies.push(...this.#captureLoss.window(context));
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
      sums = { address, segments: 0, retransmitted: 0, sent: 0, originated, peers: new Map(), evidence: [] };
      this.#hosts.set(address, sums);
    }
    sums.originated ||= originated;
    count(sums, o, originated);
    const name = sums.peers.has(peer) || sums.peers.size < MAX_PEERS ? peer : OTHERS;
    let pair = sums.peers.get(name);
    if (!pair) {
      pair = { segments: 0, retransmitted: 0, sent: 0 };
      sums.peers.set(name, pair);
    }
    count(pair, o, originated);
    if (o.retransmitted > 0) addEvidence(sums.evidence, o.event);
  }

  /**
   * The hosts above their limit, the worst first. What a host lost with a worse one is that one's loss: it is taken off, and a host
   * that is not above its limit without it is left out.
   */
  #lossy(end: number): { sums: Sums; loss: Loss }[] {
    const suspects: { sums: Sums; loss: Loss; expectation: Expectation | undefined }[] = [];
    for (const sums of this.#hosts.values()) {
      if (sums.segments < LEAST_SEGMENTS) continue;
      const series = this.#series.touch(sums.address, end, () => new SeasonalSeries(SERIES));
      const expectation = series.predict(end - 1);
      const loss = judge(sums, expectation);
      series.update(end - 1, loss.rate, loss.level >= 1 ? SUSPICIOUS_WEIGHT : 1);
      if (loss.level >= 1) suspects.push({ sums, loss, expectation });
    }
    suspects.sort((a, b) => b.loss.level - a.loss.level || Number(b.sums.originated) - Number(a.sums.originated));
    const found: { sums: Sums; loss: Loss }[] = [];
    for (const { sums, expectation } of suspects) {
      const loss = judge(sums, expectation);
      if (loss.level < 1) continue;
      found.push({ sums, loss });
      for (const [name, pair] of sums.peers) {
        const peer = this.#hosts.get(name);
        if (!peer) continue;
        peer.segments -= pair.segments;
        peer.retransmitted -= pair.retransmitted;
        peer.sent -= pair.retransmitted - pair.sent;
      }
    }
    return found;
  }
}

function count(sums: Segments, o: Observation, originated: boolean): void {
  sums.segments += o.dataSegments;
  sums.retransmitted += o.retransmitted;
  sums.sent += originated ? o.srcRetransmitted : o.retransmitted - o.srcRetransmitted;
}

function isTold(verdict: Verdict): boolean {
  return verdict === 'opened' || verdict === 'doubled';
}

function judge({ segments, retransmitted, sent }: Segments, expectation: Expectation | undefined): Loss {
  const rate = segments > 0 ? Math.min(1, retransmitted / segments) : 0;
  const known = expectation !== undefined && expectation.samples >= WARM_UP;
  const { unit } = SERIES;
  const spreads = known ? (1 + expectation.expected / unit) * Math.exp(SPREADS * expectation.spread) * unit - unit : 0;
  const threshold = Math.max(FLOOR, spreads);
  const enough = segments >= LEAST_SEGMENTS && retransmitted >= LEAST_RETRANSMITTED;
  const level = enough ? wilsonLower(retransmitted, segments) / threshold : 0;
  return { segments, retransmitted, sent, rate, expected: known ? expectation.expected : null, threshold, level };
}

function anomaly(
  { rate, expected, threshold, level }: Loss,
  { window }: DetectionContext,
): Omit<Anomaly, 'message' | 'why' | 'evidence'> {
  const score = Math.max(scoreOf(level), rate >= SEVERE ? HIGH_SCORE : 0);
  return {
    type: 'packet_loss',
    severity: severityOf(score),
    score,
    window_start: window.window_start,
    window_end: window.window_end,
    metric: 'loss_rate',
    current_value: rate,
    expected,
    threshold,
    techniques: [],
  };
}

function ofNetwork(loss: Loss, lossy: number, evidence: string[], remark: string, context: DetectionContext): Anomaly {
  const hosts = lossy > 1 ? ` ${lossy} hosts are above it on their own.` : '';
  return {
    ...anomaly(loss, context),
    message: `${percent(loss.rate)} of all data segments were sent again${figures(loss)}.${hosts}`,
    why: `Loss in many connections at once points to a link that they share.${remark}`,
    evidence,
  };
}

function ofHost(sums: Sums, loss: Loss, remark: string, context: DetectionContext): Anomaly {
  const { address, originated, peers, evidence } = sums;
  const [only] = peers.keys();
  const peer = peers.size === 1 && only !== OTHERS ? only : undefined;
  const between = peer === undefined ? `of ${address}` : `between ${address} and ${peer}`;
  const isVictim = !originated && peers.size >= MANY_SOURCES;
  const ends = originated ? { flow_src: address, flow_dst: peer } : { flow_src: peer, flow_dst: address };
  return {
    ...anomaly(loss, context),
    message: `${percent(loss.rate)} of the data segments ${between} were sent again${figures(loss)}.`,
    why: `${reasonOf(sums, peer, isVictim)}${directionOf(address, loss)}${remark}`,
    // Denial of service takes many that send to one; two hosts that lose are a bad path.
    techniques: isVictim ? ['T1498'] : [],
    ...Object.fromEntries(Object.entries(ends).filter(([, end]) => end !== undefined)),
    evidence,
  };
}

function reasonOf({ address, peers }: Sums, peer: string | undefined, isVictim: boolean): string {
  if (peer !== undefined)
    return 'Only these two hosts were seen: the path between them is bad or full, or one of them is overloaded.';
  if (isVictim)
    return `${peers.size} others send to ${address}, which began none of it: its link may be full, by a flood or because many need it.`;
  return `It concerns connections of ${address} with several others: its own link may be bad or full.`;
}

/** Which way the packets went that were lost, where it is one: those who miss an answer send again. */
function directionOf(address: string, { retransmitted, sent }: Loss): string {
  const share = sent / retransmitted;
  if (share >= ONE_WAY) return ` What is lost goes out: ${percent(share)} of it was sent by ${address}.`;
  return share <= 1 - ONE_WAY ? ` What is lost comes in: ${percent(1 - share)} of it was sent to ${address}.` : '';
}

function figures({ retransmitted, segments, expected }: Loss): string {
  const usual = expected === null ? '' : `, usually ${percent(expected)}`;
  return ` (${figure(retransmitted)} of ${figure(segments)})${usual}`;
}
