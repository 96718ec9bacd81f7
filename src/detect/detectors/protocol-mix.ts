import { protocolName } from '../../model/kinds.ts';
import type { Observation } from '../../model/window.ts';
import { ResidualHistory, type SavedResiduals } from '../baselines/residual-history.ts';
import { addEvidence, MAX_EVIDENCE } from './evidence.ts';

const HOUR = 3600e6;
const MAX_KEYS = 64;
/** Connections that a mix needs: fewer windows are put together. */
const LEAST = 200;
/** A mix that takes longer to come together says nothing about one time. */
const LONGEST = HOUR;
/** Mixes after which a slot of the week counts, and after which anything does. */
const SEASON = 24;
const SUSPICIOUS_WEIGHT = 0.1;
/** A mean follows at least so fast: as if it were of the last so many mixes. */
const MEMORY = 288;
const QUANTILE = 0.995;
const MARGIN = 1.1;
/** A divergence below this is not remarkable whatever the past was. */
const FLOOR = 0.1;
/** Shares that moved are named. */
const NAMED = 2;

/** Mean shares by name. */
interface Mean {
  weight: number;
  readonly shares: Map<string, number>;
}

/** As plain JSON: mixes judged, mean shares by slot of time, and how far mixes were from them. */
export interface SavedMix {
  readonly judged: number;
  readonly means: readonly (readonly [
    slot: string,
    weight: number,
    shares: readonly (readonly [name: string, share: number])[],
  ])[];
  readonly residuals: SavedResiduals;
}

interface Counted {
  count: number;
  readonly evidence: string[];
}

export interface Mover {
  readonly name: string;
  readonly share: number;
  readonly usual: number;
}

export interface MixShift {
  /** Jensen-Shannon divergence, 0 to 1. */
  readonly divergence: number;
  readonly usual: number;
  readonly limit: number;
  readonly connections: number;
  readonly movers: readonly Mover[];
  /** Events of what became more. */
  readonly evidence: readonly string[];
}

/**
 * The mix of protocols and services, as shares of connections, against its mean at the same hour of the week (of the day, of the
 * recent past, as far as those are known): Jensen-Shannon divergence above 1.1 x the 99.5 % quantile of its own week.
 */
export class ProtocolMix {
  readonly #means = new Map<string, Mean>();
  readonly #residuals = new ResidualHistory();
  #counts = new Map<string, Counted>();
  #total = 0;
  #began = Number.NaN;
  #judged = 0;

  observe(o: Observation): void {
    const key = keyOf(o);
    const name = this.#counts.has(key) || this.#counts.size < MAX_KEYS ? key : 'other';
    let counted = this.#counts.get(name);
    if (!counted) {
      counted = { count: 0, evidence: [] };
      this.#counts.set(name, counted);
    }
    counted.count++;
    addEvidence(counted.evidence, o.event);
    this.#total++;
  }

  /** To be called at the end of each window. Undefined while connections are too few, during the warm-up, and when all is usual. */
  judge(end: number): MixShift | undefined {
    if (Number.isNaN(this.#began)) this.#began = end;
    if (this.#total < LEAST) {
      if (end - this.#began > LONGEST) this.#reset();
      return undefined;
    }
    const connections = this.#total;
    const counts = this.#counts;
    this.#reset();
    return this.#compare(counts, connections, end - 1);
  }

  save(): SavedMix {
    return {
      judged: this.#judged,
      means: Array.from(this.#means, ([slot, { weight, shares }]) => [slot, weight, [...shares]] as const),
      residuals: this.#residuals.save(),
    };
  }

  load(saved: SavedMix): void {
    this.#judged = saved.judged;
    this.#means.clear();
    for (const [slot, weight, shares] of saved.means) this.#means.set(slot, { weight, shares: new Map(shares) });
    this.#residuals.load(saved.residuals);
  }

  #compare(counts: ReadonlyMap<string, Counted>, connections: number, at: number): MixShift | undefined {
    const shares = new Map(Array.from(counts, ([key, { count }]) => [key, count / connections]));
    const mean = this.#reference(at);
    const divergence = mean ? jensenShannon(shares, mean.shares) : 0;
    const limit = Math.max(FLOOR, MARGIN * this.#residuals.quantile(at, 7, QUANTILE));
    const over = mean !== undefined && this.#judged >= SEASON && divergence > limit;
    const usual = this.#residuals.quantile(at, 7, 0.5);
    const moved = over ? movers(shares, mean.shares) : [];
    const weight = over ? SUSPICIOUS_WEIGHT : 1;
    if (mean) this.#residuals.add(at, divergence, weight);
    for (const slot of slotsOf(at)) learn(this.#means, slot, shares, weight);
    this.#judged++;
    if (!over) return undefined;
    const evidence = moved.flatMap(({ name, share, usual: was }) => (share > was ? counts.get(name)!.evidence : []));
    return { divergence, usual, limit, connections, movers: moved, evidence: evidence.slice(0, MAX_EVIDENCE) };
  }

  #reference(at: number): Mean | undefined {
    const [week, day, recent] = slotsOf(at);
    for (const slot of [week, day]) {
      const mean = this.#means.get(slot);
      if (mean && mean.weight >= SEASON) return mean;
    }
    return this.#means.get(recent);
  }

  #reset(): void {
    this.#counts = new Map();
    this.#total = 0;
    this.#began = Number.NaN;
  }
}

/** Ports for one time only are all the same: this one. */
const HIGH = 32_768;
/** Services and ports whose keys are remembered, rather than put together each time. */
const REMEMBERED = 4096;
const keysOfServices = new Map<string, Map<number, string>>();
const keysOfPorts = new Map<number, string>();

/** By service where it is known, else by port where that is one of a service, else by protocol. */
function keyOf(o: Observation): string {
  if (o.service !== '') return keyOfService(o.proto, o.service);
  if (o.proto !== 6 && o.proto !== 17) return protocolName(o.proto);
  const port = Math.min(o.srcPort, o.dstPort);
  return keyOfPort(o.proto, port > 0 && port < 1024 ? port : Math.min(o.dstPort, HIGH));
}

function keyOfService(proto: number, service: string): string {
  let keys = keysOfServices.get(service);
  if (!keys) {
    if (keysOfServices.size >= REMEMBERED) keysOfServices.clear();
    keys = new Map();
    keysOfServices.set(service, keys);
  }
  let key = keys.get(proto);
  if (key === undefined) {
    key = `${protocolName(proto)}/${service}`;
    keys.set(proto, key);
  }
  return key;
}

function keyOfPort(proto: number, port: number): string {
  const number = (proto << 16) | port;
  let key = keysOfPorts.get(number);
  if (key === undefined) {
    key = `${protocolName(proto)}/${port === HIGH ? 'high' : port}`;
    if (keysOfPorts.size >= REMEMBERED) keysOfPorts.clear();
    keysOfPorts.set(number, key);
  }
  return key;
}

function slotsOf(at: number): [string, string, string] {
  const hour = Math.floor(at / HOUR);
  return [`week ${hour % 168}`, `day ${hour % 24}`, 'recent'];
}

function learn(means: Map<string, Mean>, slot: string, shares: ReadonlyMap<string, number>, weight: number): void {
  let mean = means.get(slot);
  if (!mean) {
    mean = { weight: 0, shares: new Map() };
    means.set(slot, mean);
  }
  mean.weight = Math.min(MEMORY, mean.weight + weight);
  const part = weight / Math.max(mean.weight, weight);
  for (const [key, share] of mean.shares) {
    const next = share + part * ((shares.get(key) ?? 0) - share);
    if (next > 1e-6) mean.shares.set(key, next);
    else mean.shares.delete(key);
  }
  for (const [key, share] of shares)
    if (!mean.shares.has(key) && mean.shares.size < 2 * MAX_KEYS) mean.shares.set(key, part * share);
}

/** Lin (1991), with logarithms of base 2: 0 for equal shares, 1 for shares that have nothing in common. */
export function jensenShannon(p: ReadonlyMap<string, number>, q: ReadonlyMap<string, number>): number {
  let divergence = 0;
  for (const key of new Set([...p.keys(), ...q.keys()])) {
    const a = p.get(key) ?? 0;
    const b = q.get(key) ?? 0;
    const middle = (a + b) / 2;
    if (a > 0) divergence += (a / 2) * Math.log2(a / middle);
    if (b > 0) divergence += (b / 2) * Math.log2(b / middle);
  }
  return Math.max(0, divergence);
}

function movers(shares: ReadonlyMap<string, number>, usual: ReadonlyMap<string, number>): Mover[] {
  return [...new Set([...shares.keys(), ...usual.keys()])]
    .map((name) => ({ name, share: shares.get(name) ?? 0, usual: usual.get(name) ?? 0 }))
    .sort((a, b) => Math.abs(b.share - b.usual) - Math.abs(a.share - a.usual))
    .slice(0, NAMED);
}
