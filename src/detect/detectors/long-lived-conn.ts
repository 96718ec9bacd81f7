import type { Anomaly, Observation } from '../../model/window.ts';
import type { DetectionContext, Detector, IsInternal } from './detector.ts';
import { EntityMap } from './entity-map.ts';
import { addEvidence } from './evidence.ts';
import { isMulticast } from './multicast.ts';
import { amount, duration } from './phrases.ts';
import { clampScore, severityOf } from './score.ts';
import { CONTROL, FIN, RST, TCP } from './tcp-flags.ts';

export interface LongLivedOptions {
  readonly isInternal: IsInternal;
  /** Ages at which an open connection is told, seconds, ascending: 10 and 30 min, 1, 4, 8, 12, 24 h and 3 d when not given. */
  readonly polls?: readonly number[];
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;
const POLLS = [10 * MINUTE, 30 * MINUTE, HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, DAY, 3 * DAY] as const;
/** RITA's bands, scored between them: age in seconds to points. */
const BANDS = [
  [0, 0],
  [HOUR, 20],
  [4 * HOUR, 40],
  [8 * HOUR, 60],
  [12 * HOUR, 80],
  [3 * DAY, 100],
] as const;
/** From these sums on the connections of a pair, each too short to be told, are told together. */
const PAIR_POLLS = [4 * HOUR, 8 * HOUR, 12 * HOUR, DAY, 3 * DAY] as const;
/** What is shorter, microseconds, is not followed. */
const FOLLOWED = 60e6;
/** Bytes a second below which a connection is only kept open. */
const IDLE_RATE = 2;
/** Seconds whose bytes have to be known for that. */
const LEAST_COUNTED = 5 * MINUTE;
/** A destination that so many of the hosts inside hold connections with, or that is known so long, is less remarkable. */
const COMMON = 0.5;
const LEAST_HOSTS = 4;
const OLD = 30 * DAY * 1e6;
const REDUCTION = 15;
const CONNECTIONS = 32_768;
/** Zeek's states of what never was a connection. */
const NEVER: ReadonlySet<string> = new Set(['S0', 'REJ', 'RSTOS0', 'RSTRH', 'SH', 'SHR']);

interface Followed {
  /** Polls told so far. */
  told: number;
  seen: number;
  bytes: number;
  /** Age at which it was first followed: what went before was not counted. */
  readonly since: number;
}

interface Pair {
  /** Seconds during which connections were open, summed up; and how many connections. */
  open: number;
  connections: number;
  told: number;
  readonly evidence: string[];
}

interface Destination {
  readonly first: number;
  readonly sources: Set<string>;
}

/**
 * Connections that stay open: told while they are, at the first sign of life after each of the poll ages. The
 * connections of one pair of hosts are also summed up over a day, so that one that is renewed every hour is found.
 */
export class LongLivedConn implements Detector {
  readonly type = 'long_lived_conn';
  readonly #isInternal: IsInternal;
  readonly #polls: readonly number[];
  readonly #shortest: number;
  readonly #connections = new EntityMap<Followed>({ capacity: CONNECTIONS, lifetime: 4 * DAY * 1e6 });
  readonly #pairs = new EntityMap<Pair>({ capacity: 8192, lifetime: DAY * 1e6 });
  readonly #destinations = new EntityMap<Destination>({ capacity: 8192, lifetime: 60 * DAY * 1e6 });
  readonly #insiders = new EntityMap<true>({ capacity: 8192, lifetime: DAY * 1e6 });
  #findings: Omit<Anomaly, 'window_start' | 'window_end'>[] = [];

  constructor(options: LongLivedOptions) {
    this.#isInternal = options.isInternal;
    this.#polls = options.polls ?? POLLS;
    this.#shortest = Math.min(FOLLOWED, (this.#polls[0] ?? 0) * 1e6);
  }

  observe(o: Observation): void {
    if (this.#isInternal(o.src)) this.#insiders.touch(o.src, o.at, () => true);
    const age = o.at - o.start;
    if (!(age >= this.#shortest) || isMulticast(o.dst) || !cameAbout(o)) return;
    const key = `${o.src} ${o.srcPort} ${o.dst} ${o.dstPort} ${o.proto} ${o.start}`;
    const known = this.#connections.get(key, o.at);
    const followed = known ?? { told: 0, seen: o.start, bytes: 0, since: o.first ? 0 : age };
    this.#connections.set(key, o.at, followed);
    followed.bytes += o.srcBytes + o.dstBytes;
    this.#sum(o, followed, known === undefined);
    followed.seen = Math.max(followed.seen, o.at);
    const due = this.#polls.findLastIndex((poll) => age >= poll * 1e6) + 1;
    if (due <= followed.told) return;
    followed.told = due;
    this.#findings.push(this.#connection(o, age, followed, this.#polls[due - 1]));
  }

  window({ window, end }: DetectionContext): Anomaly[] {
    const findings = this.#findings;
    this.#findings = [];
    this.#connections.expire(end);
    this.#pairs.expire(end);
    this.#destinations.expire(end);
    this.#insiders.expire(end);
    const { window_start, window_end } = window;
    return findings.map((finding) => ({ ...finding, window_start, window_end }));
  }

  #sum(o: Observation, followed: Followed, fresh: boolean): void {
    const pair = this.#pairs.touch(`${o.src} ${o.dst}`, o.at, () => ({
      open: 0,
      connections: 0,
      told: 0,
      evidence: [],
    }));
    pair.open += Math.max(0, o.at - followed.seen) / 1e6;
    if (fresh) pair.connections++;
    addEvidence(pair.evidence, o.event);
    const due = PAIR_POLLS.findLastIndex((poll) => pair.open >= poll) + 1;
    if (due <= pair.told) return;
    pair.told = due;
    // One connection is told as such.
    if (pair.connections > 1) this.#findings.push(this.#pair(o, pair, PAIR_POLLS[due - 1]));
  }

  #connection(o: Observation, age: number, followed: Followed, poll: number) {
    const seconds = age / 1e6;
    const { score, because } = this.#score(o, seconds);
    const counted = (age - followed.since) / 1e6;
    const idle = o.proto === TCP && counted >= LEAST_COUNTED && followed.bytes < IDLE_RATE * counted;
    const closed = isClosed(o);
    const data = idle ? 'hardly any data, so it is only kept open' : `${amount(followed.bytes, 'B')} so far`;
    return {
      type: 'long_lived_conn' as const,
      severity: severityOf(score),
      score,
      message: `${o.src} ${closed ? 'had' : 'has'} a connection to ${o.dst} port ${o.dstPort} open for ${duration(seconds)}: ${closed ? data.replace(' so far', '') : data}.`,
      metric: 'age_s',
      current_value: seconds,
      expected: null,
      threshold: poll,
      why: `Connections that stay open for hours can be remote control, tunnels or backdoors, as well as VPNs and push services.${because}`,
      flow_src: o.src,
      flow_dst: o.dst,
      port: o.dstPort,
      techniques: ['T1071', 'T1572'],
      evidence: o.event === '' ? [] : [o.event],
    };
  }

  #pair(o: Observation, pair: Pair, poll: number) {
    const { score, because } = this.#score(o, pair.open);
    return {
      type: 'long_lived_conn' as const,
      severity: severityOf(score),
      score,
      message: `${o.src} had connections to ${o.dst} open for ${duration(pair.open)} in all (${pair.connections} connections).`,
      metric: 'open_s',
      current_value: pair.open,
      expected: null,
      threshold: poll,
      why: `A connection that is renewed all the time stays below the limits for one connection; remote control does that.${because}`,
      flow_src: o.src,
      flow_dst: o.dst,
      techniques: ['T1071', 'T1572'],
      evidence: [...pair.evidence],
    };
  }

  /** By age, and less for a destination that is common here or known for long. */
  #score(o: Observation, seconds: number): { score: number; because: string } {
    const destination = this.#destinations.touch(o.dst, o.at, () => ({ first: o.at, sources: new Set() }));
    if (destination.sources.size < 1024) destination.sources.add(o.src);
    const hosts = this.#insiders.size;
    const common = hosts >= LEAST_HOSTS && destination.sources.size >= COMMON * hosts;
    const old = o.at - destination.first >= OLD;
    const because = [
      common ? ' Less remarkable here: at least half of the hosts inside hold such connections with it.' : '',
      old ? ' Less remarkable here: it is known for more than 30 days.' : '',
    ];
    const points = pointsOf(seconds) - (common ? REDUCTION : 0) - (old ? REDUCTION : 0);
    return { score: clampScore(points), because: because.join('') };
  }
}

function pointsOf(seconds: number): number {
  for (let i = 1; i < BANDS.length; i++) {
    const [age, points] = BANDS[i];
    const [before, least] = BANDS[i - 1];
    if (seconds < age) return least + ((points - least) * (seconds - before)) / (age - before);
  }
  return 100;
}

/** Whether both sides took part: tries in vain and the answers to forged packets can use the same ports for hours. */
function cameAbout(o: Observation): boolean {
  if (NEVER.has(o.state)) return false;
  return o.proto !== TCP || o.state !== 'OTH' || o.dataSegments > 0;
}

function isClosed(o: Observation): boolean {
  if (o.state !== '') return !['S0', 'S1', 'S2', 'S3', 'OTH'].includes(o.state);
  return (o.tcpFlags & CONTROL & (FIN | RST)) !== 0;
}
