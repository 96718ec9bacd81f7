import type { Anomaly, Observation } from '../../model/window.ts';
import type { DetectionContext, Detector, IsInternal } from './detector.ts';
import { EntityMap } from './entity-map.ts';
import { addEvidence } from './evidence.ts';
import { Habits, type SavedHabits } from './habits.ts';
import { count } from './phrases.ts';
import { clampScore, scoreOf, severityOf } from './score.ts';
import { StandingAlarms } from './standing-alarms.ts';
import { TCP } from './tcp-flags.ts';

const HOUR = 3600e6;
const DAY = 24 * HOUR;
const MONTH = 30 * DAY;
/** Hosts inside that a host newly reaches within an hour; twice as many while there is hardly a past. */
const HOSTS_LIMIT = 5;
const LEARNING = DAY;
/** Targets held of one source within an hour. */
const MOST_TARGETS = 256;
/** Bytes sent by SMB from which on it is a file that is written. */
const WRITE = 100_000;
/** Points for files written, and for all of it: who gets this far is inside already. */
const WROTE = 15;
const INSIDE = 15;

/** Ports by which one computer is worked on from another, with the technique. */
const TECHNIQUES: ReadonlyMap<number, string> = new Map([
  [22, 'T1021.004'],
  [23, 'T1021'],
  [135, 'T1021.003'],
  [139, 'T1021.002'],
  [445, 'T1021.002'],
  [1433, 'T1021'],
  [3389, 'T1021.001'],
  [5985, 'T1021.006'],
  [5986, 'T1021.006'],
]);

export interface LateralMovementOptions {
  readonly isInternal: IsInternal;
  /** Sources (4,096) and ways from one host to another (100,000) that are held. */
  readonly capacity?: number;
  readonly ways?: number;
}

interface Source {
  /** Hosts that it newly reached, by when. */
  readonly reached: Map<string, number>;
  readonly ports: Set<number>;
  /** All that it reached ever, new ones only: what an alarm doubles by. */
  total: number;
  wrote: boolean;
  evidence: string[];
}

interface SavedLateralMovement {
  readonly version: 1;
  readonly since: number | null;
  readonly ways: readonly (readonly [string, number, true])[];
  readonly habits: SavedHabits;
}

/**
 * A computer inside that begins to log in to others inside: at least 5 within an hour that it had not been at in the 30
 * days before, through ports of remote work, and was answered. Who did so on 3 of the last 7 days administers or scans.
 */
export class LateralMovement implements Detector {
  readonly type = 'lateral_movement';
  readonly #isInternal: IsInternal;
  readonly #sources: EntityMap<Source>;
  readonly #ways: EntityMap<true>;
  readonly #alarms = new StandingAlarms();
  readonly #habits = new Habits();
  readonly #dirty = new Set<string>();
  #since = Number.POSITIVE_INFINITY;

  constructor(options: LateralMovementOptions) {
    this.#isInternal = options.isInternal;
    this.#sources = new EntityMap({ capacity: options.capacity ?? 4096, lifetime: 2 * HOUR });
    this.#ways = new EntityMap({ capacity: options.ways ?? 100_000, lifetime: MONTH });
  }

  /** Sources, and ways from one host to another, that are held. */
  get held(): { readonly sources: number; readonly ways: number } {
    return { sources: this.#sources.size, ways: this.#ways.size };
  }

  observe(o: Observation): void {
    if (o.at < this.#since) this.#since = o.at;
    if (o.proto !== TCP || !TECHNIQUES.has(o.dstPort) || !wasAnswered(o) || o.src === o.dst) return;
    if (!this.#isInternal(o.src) || !this.#isInternal(o.dst)) return;
    const way = `${o.src} ${o.dst} ${o.dstPort}`;
    const source = this.#sources.peek(o.src);
    if (isWrite(o) && source?.reached.has(o.dst)) source.wrote = true;
    const known = this.#ways.peek(way) !== undefined;
    this.#ways.touch(way, o.at, () => true);
    if (!known) this.#reach(o);
  }

  window(context: DetectionContext): Anomaly[] {
    const anomalies: Anomaly[] = [];
    for (const address of this.#dirty) {
      const anomaly = this.#judge(address, context);
      if (anomaly) anomalies.push(anomaly);
    }
    this.#dirty.clear();
    this.#alarms.endWindow(context.end);
    this.#sources.expire(context.end);
    this.#ways.expire(context.end);
    return anomalies;
  }

  save(): SavedLateralMovement {
    const since = Number.isFinite(this.#since) ? this.#since : null;
    return { version: 1, since, ways: this.#ways.save(), habits: this.#habits.save() };
  }

  load(state: unknown): void {
    const saved = state as SavedLateralMovement | null;
    if (saved?.version !== 1) return;
    this.#since = saved.since ?? Number.POSITIVE_INFINITY;
    this.#ways.load(saved.ways);
    this.#habits.load(saved.habits);
  }

  #reach(o: Observation): void {
    const source = this.#sources.touch(o.src, o.at, newSource);
    if (source.reached.size < MOST_TARGETS || source.reached.has(o.dst)) {
      if (!source.reached.has(o.dst)) source.total++;
      source.reached.set(o.dst, o.at);
    }
    source.ports.add(o.dstPort);
    if (isWrite(o)) source.wrote = true;
    addEvidence(source.evidence, o.event);
    this.#dirty.add(o.src);
  }

  #judge(address: string, context: DetectionContext): Anomaly | undefined {
    const source = this.#sources.peek(address);
    if (!source) return undefined;
    const { end } = context;
    const hosts = forget(source, end - HOUR);
    const limit = end - this.#since < LEARNING ? 2 * HOSTS_LIMIT : HOSTS_LIMIT;
    const level = hosts / limit;
    if (hosts >= HOSTS_LIMIT) this.#habits.note(address, end);
    if (this.#habits.isUsual(address, end)) return undefined;
    const verdict = this.#alarms.judge(address, level, end, source.total, end + HOUR);
    if (verdict !== 'opened' && verdict !== 'doubled') return undefined;
    return anomaly(address, source, hosts, limit, context);
  }
}

function newSource(): Source {
  return { reached: new Map(), ports: new Set(), total: 0, wrote: false, evidence: [] };
}

/** A failed attempt is a scan, which another detector tells. */
function wasAnswered(o: Observation): boolean {
  if (o.state === 'REJ' || o.state === 'S0' || o.state === 'RSTOS0' || o.state === 'SH') return false;
  return o.dstBytes > 0 && o.dstPackets >= 2 && o.srcPackets >= 3;
}

function isWrite(o: Observation): boolean {
  const files = o.dstPort === 445 || o.dstPort === 139 || o.service === 'smb' || o.service === 'dce_rpc';
  return files && o.srcBytes >= WRITE;
}

/** Leaves only what was reached since then. @returns how many that are. */
function forget(source: Source, since: number): number {
  for (const [host, at] of source.reached) if (at < since) source.reached.delete(host);
  return source.reached.size;
}

function anomaly(src: string, source: Source, hosts: number, limit: number, context: DetectionContext): Anomaly {
  const score = clampScore(scoreOf(hosts / limit) + INSIDE + (source.wrote ? WROTE : 0));
  const names = [...source.reached.keys()];
  const ports = [...source.ports].sort((a, b) => a - b);
  const techniques = new Set(ports.map((port) => TECHNIQUES.get(port)!));
  if (source.wrote) techniques.add('T1570');
  const wrote = source.wrote ? ' It also wrote files there.' : '';
  const written = ports.length === 1 ? `port ${ports[0]}` : `ports ${ports.join(', ')}`;
  return {
    type: 'lateral_movement',
    severity: severityOf(score),
    score,
    window_start: context.start / 1e6,
    window_end: context.end / 1e6,
    message: `${src} reached ${count(hosts, 'host')} inside within an hour that it had not been at before, on ${written}: ${names.slice(0, 3).join(', ')}${names.length > 3 ? '...' : ''}.${wrote}`,
    metric: 'new_internal_hosts',
    current_value: hosts,
    expected: null,
    threshold: limit,
    why: 'A computer that suddenly works on others inside by ports of remote administration may be in the hands of somebody who looks for a way on. Administrators do this on most days and are then known.',
    flow_src: src,
    flow_dst: names[0],
    port: ports[0],
    techniques: [...techniques],
    evidence: [...source.evidence],
  };
}
