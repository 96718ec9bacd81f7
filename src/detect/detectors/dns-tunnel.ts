import type { DnsQuery } from '../../model/dns-query.ts';
import type { Anomaly, Observation } from '../../model/window.ts';
import { type RegisteredDomain, subdomainOf } from '../scores/dns-features.ts';
import { TunnelTally } from '../scores/tunnel-tally.ts';
import { isBelow } from './beacon-exclusions.ts';
import type { DetectionContext, Detector, IsInternal } from './detector.ts';
import { DnsQuestions, isLocalName, isReverseName } from './dns-questions.ts';
import { addEvidence, firstEvidence } from './evidence.ts';
import { PartsMap } from './parts-map.ts';
import { amount, count, figure, percent } from './phrases.ts';
import { NONE } from './recency-list.ts';
import { clampScore, severityOf } from './score.ts';
import { StandingAlarms } from './standing-alarms.ts';

const MINUTE = 60e6;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DISTINCT_LIMIT = 100;
const NOVELTY_LIMIT = 0.8;
const LENGTH_LIMIT = 12;
/** Bytes that the names of one hour can carry. */
const BYTES_LIMIT = 4096;
const LONG_LABELS_LIMIT = 10;
/** With fewer names no limit can be reached. */
const FEWEST_NAMES = 10;
/** A channel for data is told at least with this score, however few names it took. */
const DATA_SCORE = 60;
const MODIFIER = 15;

/** Distinct names, and the score they are worth: the bands that RITA grades DNS channels with. */
const GRADES: readonly (readonly [names: number, score: number])[] = [
  [100, 20],
  [500, 40],
  [800, 60],
  [1000, 80],
];

/** Services that use names as a way to ask about a file, a sender or an address; they look like tunnels and are not. */
export const NAME_SERVICES: readonly string[] = [
  'spamhaus.org',
  'spamcop.net',
  'barracudacentral.org',
  'surbl.org',
  'uribl.com',
  'dnswl.org',
  'mcafee.com',
  'sophosxl.net',
  'e5.sk',
  'trendmicro.com',
  'cymru.com',
];

export interface DnsTunnelOptions {
  readonly isInternal: IsInternal;
  readonly registeredDomain: RegisteredDomain;
  /** Domains that are left out: {@link NAME_SERVICES} when not given. */
  readonly nameServices?: readonly string[];
  /** Pairs of client and domain held (20,000), and names of all of them (500,000). */
  readonly capacity?: number;
  readonly names?: number;
}

interface Channel {
  readonly client: string;
  readonly server: string;
  /** The domain, or the server for names that no domain registry knows. */
  readonly target: string;
  readonly known: boolean;
  /** One and the same as long as all of them began with the same question: most channels are used for a moment only. */
  minutes: TunnelTally;
  hour: TunnelTally;
  day: TunnelTally;
  /** To be judged at the end of the window. */
  dirty: boolean;
  evidence: string[];
}

interface Measured {
  readonly level: number;
  readonly metric: string;
  readonly value: number;
  readonly threshold: number;
  readonly tally: TunnelTally;
  readonly score: number;
}

/**
 * Data that leaves in names of the DNS: very many different, long names below one domain, asked by one client. Judged by
 * client and registered domain over 10 minutes and a day, and by what the names of an hour can carry; for names without a
 * suffix that exists, by client and resolver. Entropy alone tells nothing: ordinary names and tunnels have the same.
 */
export class DnsTunnel implements Detector {
  readonly type = 'dns_tunnel';
  readonly #isInternal: IsInternal;
  readonly #registeredDomain: RegisteredDomain;
  readonly #services: ReadonlySet<string>;
  /** By client and target. */
  readonly #channels: PartsMap<Channel>;
  readonly #mostNames: number;
  readonly #alarms = new StandingAlarms();
  /** Those of the present window, in the order in which they came; of those with equal keys only the last is still held. */
  #dirty: Channel[] = [];
  readonly #questions = new DnsQuestions((query) => this.#add(query));

  constructor(options: DnsTunnelOptions) {
    this.#isInternal = options.isInternal;
    this.#registeredDomain = options.registeredDomain;
    this.#services = new Set(options.nameServices ?? NAME_SERVICES);
    this.#channels = new PartsMap({ capacity: options.capacity ?? 20_000, lifetime: DAY });
    this.#mostNames = options.names ?? 500_000;
  }

  /** Pairs of client and domain that are held. */
  get held(): number {
    return this.#channels.size;
  }

  observe(o: Observation): void {
    this.#questions.observe(o);
  }

  query(query: DnsQuery): void {
    this.#questions.query(query);
  }

  window(context: DetectionContext): Anomaly[] {
    const anomalies: Anomaly[] = [];
    for (const { client, target } of this.#dirty) {
      const place = this.#channels.find(client, target, '', 0);
      if (place === NONE) continue;
      const channel = this.#channels.at(place);
      if (!channel.dirty) continue;
      channel.dirty = false;
      const key = `${client} ${target}`;
      if (channel.day.distinct < FEWEST_NAMES && !this.#alarms.isOpen(key)) continue;
      const measured = measure(channel);
      const verdict = this.#alarms.judge(key, measured.level, context.end, measured.tally.distinct, context.end + HOUR);
      if (verdict === 'opened' || verdict === 'doubled') anomalies.push(anomaly(channel, measured, context));
    }
    this.#dirty = [];
    this.#alarms.endWindow(context.end);
    this.#shrink(context.end);
    return anomalies;
  }

  #add(query: DnsQuery): void {
    const { name, client, server, at } = query;
    if (isReverseName(name) || (isLocalName(name) && this.#isInternal(server))) return;
    const registered = this.#registeredDomain(name);
    const sub = registered === undefined ? name : subdomainOf(name, registered);
    if (sub === '' || (registered !== undefined && isBelow(registered, this.#services))) return;
    const target = registered ?? server;
    const channels = this.#channels;
    const place = channels.touch(client, target, '', 0, at);
    const channel = channels.made
      ? channels.set(place, newChannel(query, target, registered !== undefined))
      : channels.at(place);
    restart(channel, at);
    const { minutes, hour, day } = channel;
    day.add(query, sub);
    if (hour !== day) hour.add(query, sub);
    if (minutes !== hour) minutes.add(query, sub);
    addEvidence(channel.evidence, query.event);
    if (channel.dirty) return;
    channel.dirty = true;
    this.#dirty.push(channel);
  }

  #shrink(now: number): void {
    this.#channels.expire(now);
    let names = 0;
    for (const place of this.#channels.places()) names += namesOf(this.#channels.at(place));
    for (const place of this.#channels.places()) {
      if (names <= this.#mostNames) return;
      names -= namesOf(this.#channels.at(place));
      this.#channels.delete(place);
    }
  }
}

function newChannel({ client, server, at, event }: DnsQuery, target: string, known: boolean): Channel {
  const tally = new TunnelTally(at);
  return {
    client,
    server,
    target,
    known,
    minutes: tally,
    hour: tally,
    day: tally,
    dirty: false,
    evidence: firstEvidence(event),
  };
}

function namesOf({ minutes, hour, day }: Channel): number {
  return minutes.distinct + hour.distinct + day.distinct;
}

/** A span begins with the first question after the last one, so that a burst is within one. */
function restart(channel: Channel, at: number): void {
  if (at - channel.minutes.start < 10 * MINUTE) return;
  channel.minutes = new TunnelTally(at);
  if (at - channel.hour.start >= HOUR) channel.hour = new TunnelTally(at);
  if (at - channel.day.start < DAY) return;
  channel.day = new TunnelTally(at);
  channel.evidence = [];
}

function measure({ minutes, hour, day }: Channel): Measured {
  const short = namesLevel(minutes);
  const long = namesLevel(day);
  const tally = short > long ? minutes : day;
  const names = { level: Math.max(short, long), metric: 'distinct_names', value: tally.distinct, tally };
  const bytes = hour.bits / 8;
  const labels = day.longLabels / LONG_LABELS_LIMIT;
  const found =
    names.level >= 1
      ? { ...names, threshold: DISTINCT_LIMIT }
      : bytes / BYTES_LIMIT >= labels
        ? { level: bytes / BYTES_LIMIT, metric: 'encoded_bytes', value: bytes, threshold: BYTES_LIMIT, tally: hour }
        : { level: labels, metric: 'long_labels', value: day.longLabels, threshold: LONG_LABELS_LIMIT, tally: day };
  return { ...found, score: score(found.tally, bytes > BYTES_LIMIT || labels >= 1) };
}

/** Distinct names over their limit, where they are the way that a tunnel's are: nearly all new, and long. */
function namesLevel(tally: TunnelTally): number {
  if (tally.novelty < NOVELTY_LIMIT || tally.meanLength < LENGTH_LIMIT) return 0;
  return tally.distinct / DISTINCT_LIMIT;
}

function score(tally: TunnelTally, data: boolean): number {
  let points = 0;
  for (const [names, grade] of GRADES) if (tally.distinct >= names) points = grade;
  if (data) points = Math.max(points, DATA_SCORE);
  if (tally.carrierShare >= 0.5) points += MODIFIER;
  return clampScore(points);
}

function anomaly(channel: Channel, measured: Measured, context: DetectionContext): Anomaly {
  const { client, server, target, known, evidence } = channel;
  const { tally, metric, value, threshold, score } = measured;
  const below = known ? `below ${target}` : `without a real domain, at ${target}`;
  const carried = amount(tally.bits / 8, 'B');
  return {
    type: 'dns_tunnel',
    severity: severityOf(score),
    score,
    window_start: context.start / 1e6,
    window_end: context.end / 1e6,
    message: `${client} asked for ${count(tally.distinct, 'different name')} ${below}, ${figure(tally.meanLength)} characters long on average; they can carry ${carried}.`,
    metric,
    current_value: value,
    expected: null,
    threshold,
    why: `${percent(tally.novelty)} of ${figure(tally.queries)} questions were for a new name, so the names themselves are the message. A tunnel through the DNS carries data or commands past a firewall like this.`,
    flow_src: client,
    flow_dst: server,
    port: 53,
    techniques: ['T1071.004', 'T1572', 'T1048'],
    evidence: [...evidence],
  };
}
