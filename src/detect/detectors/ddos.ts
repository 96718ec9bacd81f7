import type { Anomaly, Observation } from '../../model/window.ts';
import { type SavedSeries, SeasonalSeries } from '../baselines/seasonal-series.ts';
import { Cusum, type SavedCusum } from '../scores/cusum.ts';
import { VictimTally } from '../scores/victim-tally.ts';
import { Alarms } from './alarms.ts';
import type { DetectionContext, Detector, IsInternal } from './detector.ts';
import { EntityMap } from './entity-map.ts';
import { addEvidence } from './evidence.ts';
import { isMulticast } from './multicast.ts';
import { amount, count, figure, percent } from './phrases.ts';
import { clampScore, scoreOf, severityOf } from './score.ts';

const WEEK = 7 * 86_400e6;
/** Floors of FastNetMon for a link of 10 Gbit/s or an unknown one; below them nothing is a flood. */
const PACKETS_FLOOR = 20_000;
const BITS_FLOOR = 1e9;
const SYN_FLOOR = 200;
const FLOWS_FLOOR = 2000;
/** Reflected traffic is told from a tenth of the floor: nobody asked for it. Bytes a packet, and reflectors. */
const REFLECTED_SHARE = 0.1;
const REFLECTED_SIZE = 400;
const REFLECTORS = 10;
/** Sources from which on a rise of connections is not one busy client. */
const SOURCES = 20;
/** Many even sources: the entropy of source addresses is high (Lakhina, Crovella, Diot 2005). */
const DISTRIBUTED_SOURCES = 100;
const DISTRIBUTED_EVENNESS = 0.7;
const DISTRIBUTED = 15;
/** Windows shorter than this have to be over the limit twice in a row. */
const ONE_CHECK = 10;
/** Values after which the past of a victim is believed. */
const KNOWN = 24;
/** From this share of a floor on, a victim gets a past. */
const WORTH_LEARNING = 0.01;

export interface DdosOptions {
  readonly isInternal: IsInternal;
  /** Bits a second of the link that is watched: floors are lower on a slow one. */
  readonly linkBps?: number;
  /** Addresses counted in one window (8,192), and those with a past (256). */
  readonly capacity?: number;
  readonly victims?: number;
}

interface Past {
  readonly packets: SeasonalSeries;
  readonly bits: SeasonalSeries;
  readonly flows: SeasonalSeries;
  readonly syns: Cusum;
  /** Windows in a row that were over the limit. */
  over: number;
}

interface SavedPast {
  readonly packets: SavedSeries;
  readonly bits: SavedSeries;
  readonly flows: SavedSeries;
  readonly syns: SavedCusum;
}

interface SavedDdos {
  readonly version: 1;
  readonly victims: readonly (readonly [string, number, SavedPast])[];
}

interface Rates {
  readonly packets: number;
  readonly bits: number;
  readonly flows: number;
  readonly silentSyns: number;
  readonly reflectedBits: number;
}

interface Measured {
  readonly kind: 'flood' | 'syn' | 'flows' | 'reflection';
  readonly level: number;
  readonly metric: string;
  readonly value: number;
  readonly limit: number;
}

/**
 * Floods: far more packets, bits, connections or unanswered SYNs to one address than usual and than a floor, or answers
 * of amplifying services that it did not ask for. Only traffic that the victim hardly answers counts as packets and
 * bits, so that no fast download is a flood. Attacks that start inside are seen by their victim outside.
 */
export class Ddos implements Detector {
  readonly type = 'ddos';
  readonly #isInternal: IsInternal;
  readonly #floor: { readonly packets: number; readonly bits: number };
  readonly #capacity: number;
  readonly #tallies = new Map<string, VictimTally>();
  readonly #past: EntityMap<Past>;
  readonly #alarms = new Alarms();

  constructor(options: DdosOptions) {
    this.#isInternal = options.isInternal;
    const link = options.linkBps ?? Number.POSITIVE_INFINITY;
    this.#floor = { packets: PACKETS_FLOOR * Math.min(1, link / 1e9), bits: Math.min(BITS_FLOOR, link / 2) };
    this.#capacity = options.capacity ?? 8192;
    this.#past = new EntityMap({ capacity: options.victims ?? 256, lifetime: WEEK });
  }

  /** Addresses of the present window, and addresses with a past, that are held. */
  get held(): { readonly addresses: number; readonly victims: number } {
    return { addresses: this.#tallies.size, victims: this.#past.size };
  }

  observe(o: Observation): void {
    let tally = this.#tallies.get(o.dst);
    if (!tally) {
      if (isMulticast(o.dst)) return;
      if (this.#tallies.size >= this.#capacity) this.#prune();
      tally = new VictimTally();
      this.#tallies.set(o.dst, tally);
    }
    tally.add(o, this.#isInternal(o.src));
    addEvidence(tally.evidence, o.event);
  }

  window(context: DetectionContext): Anomaly[] {
    const anomalies: Anomaly[] = [];
    const seconds = (context.end - context.start) / 1e6;
    for (const [victim, tally] of this.#tallies) {
      const anomaly = this.#judge(victim, tally, seconds, context);
      if (anomaly) anomalies.push(anomaly);
    }
    this.#tallies.clear();
    this.#alarms.endWindow(context.end);
    this.#past.expire(context.end);
    return anomalies;
  }

  save(): SavedDdos {
    const victims = this.#past.save().map(([victim, touched, { packets, bits, flows, syns }]) => {
      const past = { packets: packets.save(), bits: bits.save(), flows: flows.save(), syns: syns.save() };
      return [victim, touched, past] as const;
    });
    return { version: 1, victims };
  }

  load(state: unknown): void {
    const saved = state as SavedDdos | null;
    if (saved?.version !== 1) return;
    this.#past.load(
      saved.victims.map(([victim, touched, past]): [string, number, Past] => [victim, touched, pastOf(past)]),
    );
  }

  #judge(victim: string, tally: VictimTally, seconds: number, context: DetectionContext): Anomaly | undefined {
    const rates = ratesOf(tally, seconds);
    const known = this.#past.peek(victim) !== undefined;
    if (!known && !this.#isWorthLearning(rates)) return undefined;
    const past = this.#past.touch(victim, context.end, newPast);
    const measured = this.#measure(tally, rates, past, context.end);
    past.over = measured.level >= 1 ? past.over + 1 : 0;
    const enough = seconds >= ONE_CHECK || context.last || past.over >= 2 || this.#alarms.isOpen(victim);
    const verdict = enough ? this.#alarms.judge(victim, measured.level, context.end) : 'none';
    learn(past, rates, context.end, measured.level >= 1);
    if (this.#alarms.isOpen(victim)) {
      context.suspect('bandwidth');
      context.suspect('connection');
    }
    if (verdict !== 'opened' && verdict !== 'doubled') return undefined;
    return anomaly(victim, tally, measured, context);
  }

  #isWorthLearning({ packets, bits, flows, silentSyns, reflectedBits }: Rates): boolean {
    const share = Math.max(packets / this.#floor.packets, bits / this.#floor.bits, flows / FLOWS_FLOOR);
    return Math.max(share, silentSyns / SYN_FLOOR, reflectedBits / this.#floor.bits) >= WORTH_LEARNING;
  }

  #measure(tally: VictimTally, rates: Rates, past: Past, now: number): Measured {
    const packets = limit(past.packets, now, this.#floor.packets);
    const bits = limit(past.bits, now, this.#floor.bits);
    const flows = limit(past.flows, now, FLOWS_FLOOR);
    const reflected = this.#floor.bits * REFLECTED_SHARE;
    const large = tally.reflectedBytes > REFLECTED_SIZE * tally.reflectedPackets && tally.reflectors >= REFLECTORS;
    const many = tally.sources >= SOURCES;
    const risen = past.syns.add(rates.silentSyns) >= 1;
    const all: Measured[] = [
      { kind: 'flood', level: rates.packets / packets, metric: 'pps', value: rates.packets, limit: packets },
      { kind: 'flood', level: rates.bits / bits, metric: 'bps', value: rates.bits, limit: bits },
      {
        kind: 'flows',
        level: many ? rates.flows / flows : 0,
        metric: 'new_connections_per_second',
        value: rates.flows,
        limit: flows,
      },
      {
        kind: 'reflection',
        level: large ? rates.reflectedBits / reflected : 0,
        metric: 'reflected_bps',
        value: rates.reflectedBits,
        limit: reflected,
      },
      {
        kind: 'syn',
        level: risen ? rates.silentSyns / SYN_FLOOR : 0,
        metric: 'unanswered_syns_per_second',
        value: rates.silentSyns,
        limit: SYN_FLOOR,
      },
    ];
    return all.reduce((best, one) => (one.level > best.level ? one : best));
  }

  /** Leaves the busier half: who is flooded is among them. */
  #prune(): void {
    const busy = [...this.#tallies].sort(([, a], [, b]) => b.packets + b.flows - a.packets - a.flows);
    this.#tallies.clear();
    for (const [address, tally] of busy.slice(0, this.#capacity >> 1)) this.#tallies.set(address, tally);
  }
}

function newPast(): Past {
  const series = () => new SeasonalSeries({ perHour: 4, hours: 336 });
  return {
    packets: series(),
    bits: series(),
    flows: series(),
    syns: new Cusum({ leastSpread: SYN_FLOOR / 5 }),
    over: 0,
  };
}

function pastOf(saved: SavedPast): Past {
  const past = newPast();
  past.packets.load(saved.packets);
  past.bits.load(saved.bits);
  past.flows.load(saved.flows);
  past.syns.load(saved.syns);
  return past;
}

function ratesOf(tally: VictimTally, seconds: number): Rates {
  return {
    packets: tally.packets / seconds,
    bits: (8 * tally.bytes) / seconds,
    flows: tally.flows / seconds,
    silentSyns: Math.max(0, tally.syns - tally.answered) / seconds,
    reflectedBits: (8 * tally.reflectedBytes) / seconds,
  };
}

function limit(series: SeasonalSeries, now: number, floor: number): number {
  const expected = series.predict(now);
  return expected && expected.samples >= KNOWN ? Math.max(expected.upper, floor) : floor;
}

function learn(past: Past, rates: Rates, now: number, suspicious: boolean): void {
  const weight = suspicious ? 0.1 : 1;
  past.packets.update(now, rates.packets, weight);
  past.bits.update(now, rates.bits, weight);
  past.flows.update(now, rates.flows, weight);
}

const TECHNIQUES: Readonly<Record<Measured['kind'], readonly string[]>> = {
  flood: ['T1498.001'],
  reflection: ['T1498.002'],
  syn: ['T1499.001'],
  flows: ['T1499.002'],
};

function anomaly(victim: string, tally: VictimTally, measured: Measured, context: DetectionContext): Anomaly {
  const { kind, level, metric, value, limit } = measured;
  const distributed = tally.sources >= DISTRIBUTED_SOURCES && tally.evenness >= DISTRIBUTED_EVENNESS;
  const score = clampScore(scoreOf(level) + (distributed ? DISTRIBUTED : 0));
  const sources = tally.sources > 1 ? `about ${count(tally.sources, 'source')}` : tally.source;
  const inside = tally.inside > tally.packets / 2 && tally.packets > 0 ? ' The sources are inside.' : '';
  return {
    type: 'ddos',
    severity: severityOf(score),
    score,
    window_start: context.start / 1e6,
    window_end: context.end / 1e6,
    message: `${victim} gets ${describe(measured, tally)} from ${sources}.${inside}`,
    metric,
    current_value: value,
    expected: null,
    threshold: limit,
    why: `${WHY[kind]} The sources share the traffic ${distributed ? 'evenly' : 'unevenly'} (entropy ${percent(tally.evenness)} of the most possible).`,
    ...(tally.sources <= 1 ? { flow_src: tally.source } : {}),
    flow_dst: victim,
    port: tally.port,
    techniques: TECHNIQUES[kind],
    evidence: [...tally.evidence],
  };
}

function describe({ kind, metric, value }: Measured, tally: VictimTally): string {
  if (kind === 'reflection') return `${amount(value, 'bit/s')} of ${tally.reflector} answers that it did not ask for`;
  if (kind === 'syn') return `${figure(value)} SYNs a second that stay without an answer`;
  if (kind === 'flows') return `${figure(value)} new connections a second`;
  return metric === 'pps'
    ? `${amount(value, 'packets/s')} that it hardly answers`
    : `${amount(value, 'bit/s')} that it hardly answers`;
}

const WHY: Readonly<Record<Measured['kind'], string>> = {
  flood: 'So much one-sided traffic fills the line or the device in front of it.',
  reflection: 'Small questions under the address of the victim make open servers send it large answers.',
  syn: 'Half-open connections fill the table of the server until it takes no more.',
  flows: 'So many connections at once are more than a service is made for.',
};
