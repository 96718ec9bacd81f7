import type { Anomaly, Observation, Window } from '../../model/window.ts';
import type { Expectation } from '../baselines/expectation.ts';
import { type SavedSeries, SeasonalSeries } from '../baselines/seasonal-series.ts';
import type { HostTotals } from '../windows/host-totals.ts';
import { Alarms } from './alarms.ts';
import { BiggestEvents } from './biggest-events.ts';
import type { DetectionContext, Detector, IsInternal } from './detector.ts';
import { EntityMap } from './entity-map.ts';
import { amount, figure } from './phrases.ts';
import { scoreOf, severityOf } from './score.ts';

export interface TrafficSpikeOptions {
  readonly isInternal: IsInternal;
  /** Windows that have to be known before anything is told: 12 when not given. */
  readonly warmUp?: number;
  /** Less than this is never a spike: 1 Mbit/s, 1,000 packets/s, 100 connections a window when not given. */
  readonly floors?: { readonly bps?: number; readonly pps?: number; readonly connections?: number };
  /** Hosts whose own traffic is learned: 512 when not given. */
  readonly hosts?: number;
}

interface Spike {
  readonly metric: Metric;
  readonly value: number;
  readonly expectation: Expectation;
  readonly threshold: number;
  readonly level: number;
}

type Metric = 'bps' | 'pps' | 'connections';

const METRICS = ['bps', 'pps', 'connections'] as const;
const NAMES = { bps: 'avg_bps', pps: 'avg_pps', connections: 'connections' } as const;
/** It has to be so many times what was expected, too. */
const TIMES = 2;
const DAY = 86_400e6;
const SUSPICIOUS_WEIGHT = 0.1;
/** A host is worth learning when it has this part of what could be a spike. */
const WORTH = 0.1;
/** A host that makes so much of a spike of the whole network is that spike. */
const SAME = 0.5;
const HOST_SERIES = { perHour: 12, hours: 192 } as const;

/**
 * Traffic far above what is usual at this hour: of the whole network in bits, packets and connections, and of each host
 * inside in bits. The limit is that of {@link SeasonalSeries}; beyond it, a spike passes an absolute floor and is twice what was expected.
 */
export class TrafficSpike implements Detector {
  readonly type = 'traffic_spike';
  readonly #isInternal: IsInternal;
  readonly #warmUp: number;
  readonly #floors: Readonly<Record<Metric, number>>;
  readonly #capacity: number;
  readonly #hosts: EntityMap<SeasonalSeries>;
  readonly #alarms = new Alarms();
  readonly #biggest = new BiggestEvents();

  constructor(options: TrafficSpikeOptions) {
    this.#isInternal = options.isInternal;
    this.#warmUp = options.warmUp ?? 12;
    this.#floors = { bps: 1e6, pps: 1000, connections: 100, ...options.floors };
    this.#capacity = options.hosts ?? 512;
    this.#hosts = new EntityMap({ capacity: this.#capacity, lifetime: DAY });
  }

  observe(o: Observation): void {
    this.#biggest.observe(o);
  }

  window(context: DetectionContext): Anomaly[] {
    const network = this.#network(context);
    const anomalies = network ? [network] : [];
    for (const host of this.#worthLearning(context)) {
      const spike = this.#host(host, context);
      if (spike && !(network && spike.current_value >= SAME * context.window.bandwidth.avg_bps)) anomalies.push(spike);
    }
    this.#silent(context);
    this.#alarms.endWindow(context.end);
    this.#hosts.expire(context.end);
    this.#biggest.clear();
    return anomalies;
  }

  save(): [string, number, SavedSeries][] {
    return this.#hosts.save().map(([host, touched, series]) => [host, touched, series.save()]);
  }

  load(state: unknown): void {
    if (!Array.isArray(state)) return;
    this.#hosts.load(
      (state as [string, number, SavedSeries][]).map(([host, touched, saved]) => {
        const series = new SeasonalSeries(HOST_SERIES);
        series.load(saved);
        return [host, touched, series] as const;
      }),
    );
  }

  /** The metric that is furthest above its limit speaks for the network. */
  #network(context: DetectionContext): Anomaly | undefined {
    const { window } = context;
    const values = {
      bps: window.bandwidth.avg_bps,
      pps: window.bandwidth.avg_pps,
      connections: window.connections.total,
    };
    let highest: Spike | undefined;
    for (const metric of METRICS) {
      const spike = this.#measure(metric, values[metric], context.expect(metric));
      if (spike && spike.level > (highest?.level ?? 0)) highest = spike;
    }
    if (!highest) return undefined;
    if (highest.level >= 1) {
      context.suspect('bandwidth');
      context.suspect('connection');
    }
    const verdict = this.#alarms.judge('network', highest.level, context.end, highest.value);
    if (verdict !== 'opened' && verdict !== 'doubled') return undefined;
    const who = `The network carried ${said(highest.metric, highest.value)}`;
    return anomaly(highest, window, who, leader(window, highest), this.#biggest.ids());
  }

  #host(host: HostTotals, { window, start, end }: DetectionContext): Anomaly | undefined {
    const bits = ((host.sentBytes + host.receivedBytes) * 8e6) / (end - start);
    const series = this.#hosts.touch(host.address, end, () => new SeasonalSeries(HOST_SERIES));
    const spike = this.#measure('bps', bits, series.predict(end - 1));
    const over = spike !== undefined && spike.level >= 1;
    series.update(end - 1, bits, over ? SUSPICIOUS_WEIGHT : 1);
    if (!spike) return undefined;
    const verdict = this.#alarms.judge(host.address, spike.level, end, bits);
    if (verdict !== 'opened' && verdict !== 'doubled') return undefined;
    const way = host.sentBytes > host.receivedBytes ? 'sent' : 'received';
    const who = `${host.address} sent and received ${said('bps', bits)} (mostly ${way})`;
    return { ...anomaly(spike, window, who, '', this.#biggest.ids(host.address)), flow_src: host.address };
  }

  /** Those known, and as many new ones with traffic enough as there is room for. */
  *#worthLearning({ hosts, start, end }: DetectionContext): Generator<HostTotals> {
    const enough = (WORTH * this.#floors.bps * (end - start)) / 8e6;
    for (const host of hosts.values()) {
      const known = this.#hosts.peek(host.address) !== undefined;
      if (!known && (this.#hosts.size >= this.#capacity || host.sentBytes + host.receivedBytes < enough)) continue;
      if (known || this.#isInternal(host.address)) yield host;
    }
  }

  /** Silence of a known host is learned, too. */
  #silent({ hosts, end }: DetectionContext): void {
    for (const [address, series] of this.#hosts) if (!hosts.has(address)) series.update(end - 1, 0);
  }

  /** How far a value is above what is expected; undefined during the warm-up. */
  #measure(metric: Metric, value: number, expectation: Expectation | undefined): Spike | undefined {
    if (!expectation || expectation.samples < this.#warmUp) return undefined;
    const threshold = Math.max(expectation.upper, TIMES * expectation.expected, this.#floors[metric]);
    const distance = Math.log1p(value) - Math.log1p(expectation.expected);
    const level = distance / (Math.log1p(threshold) - Math.log1p(expectation.expected));
    return { metric, value, expectation, threshold, level };
  }
}

/** How much of a spike of the network is due to one host. */
function leader(window: Window, { metric, value }: Spike): string {
  const [first] = window.bandwidth.top_src_bytes;
  if (!first || metric !== 'bps') return '';
  const share = (first.bytes * 8) / window.bandwidth.duration_s / value;
  return share >= SAME ? ` ${first.address} sent ${figure(share * 100)} % of it.` : '';
}

function anomaly(spike: Spike, window: Window, who: string, more: string, evidence: string[]): Anomaly {
  const { metric, value, expectation, threshold } = spike;
  const score = scoreOf(value / threshold);
  const usual = expectation.expected;
  const times =
    usual >= 1 ? `${figure(value / usual)} times the usual ${said(metric, usual)}` : 'where usually there is nothing';
  return {
    type: 'traffic_spike',
    severity: severityOf(score),
    score,
    window_start: window.window_start,
    window_end: window.window_end,
    message: `${who}, ${times}.${more}`,
    metric: NAMES[metric],
    current_value: value,
    expected: usual,
    threshold,
    why: `The ${basisOf(expectation)} does not explain it. It may be a backup, a transfer of data, or a flood.`,
    techniques: metric === 'bps' ? ['T1498', 'T1048'] : ['T1498'],
    evidence,
  };
}

function said(metric: Metric, value: number): string {
  if (metric === 'bps') return amount(value, 'bit/s');
  return metric === 'pps' ? `${figure(value)} packets/s` : `${figure(value)} connections`;
}

function basisOf({ basis }: Expectation): string {
  if (basis === 'hour of week') return 'same hour of the week before';
  return basis === 'hour of day' ? 'same hour of the days before' : 'last day';
}
