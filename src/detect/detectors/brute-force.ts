import type { Anomaly, Observation } from '../../model/window.ts';
import { type AttemptSummary, Attempts } from '../scores/attempts.ts';
import type { DetectionContext, Detector } from './detector.ts';
import { EntityMap } from './entity-map.ts';
import { addEvidence } from './evidence.ts';
import { Habits, type SavedHabits } from './habits.ts';
import { loginOf, patienceWith } from './login-ports.ts';
import { count, figure, percent } from './phrases.ts';
import { clampScore, scoreOf, severityOf } from './score.ts';
import { StandingAlarms } from './standing-alarms.ts';
import { TCP, UDP } from './tcp-flags.ts';

const MINUTE = 60e6;
const HOUR = 60 * MINUTE;
/** Connections of one source to one login within a minute, or within a quarter of an hour. */
const MINUTE_LIMIT = 10;
const QUARTER_LIMIT = 20;
/** Guesses differ by a few bytes only: median absolute deviation of what the client sent, over its median. */
const ALIKE = 0.1;
/** Points when a guess seems to have been right. */
const SUCCESS = 30;
/** Handshake and one more packet: with less nobody can log in. */
const FEWEST_PACKETS = 3;

export interface BruteForceOptions {
  /** Pairs of source and login held (10,000). */
  readonly capacity?: number;
}

interface Login {
  readonly src: string;
  readonly dst: string;
  readonly port: number;
  readonly name: string;
  readonly patience: number;
  readonly attempts: Attempts;
  readonly evidence: string[];
  succeeded: boolean;
}

interface SavedBruteForce {
  readonly version: 1;
  readonly habits: SavedHabits;
}

/**
 * Passwords tried out, seen without looking inside: one source connects to one login again and again, and all of these
 * connections are alike. The phases are those of SSHCure (Hellemons and others 2012): many equal connections are the
 * guessing, one that differs is the way in. What a source did on 3 of the last 7 days is automation.
 */
export class BruteForce implements Detector {
  readonly type = 'brute_force';
  readonly #logins: EntityMap<Login>;
  readonly #alarms = new StandingAlarms();
  readonly #habits = new Habits();
  readonly #dirty = new Set<string>();

  constructor(options: BruteForceOptions = {}) {
    this.#logins = new EntityMap({ capacity: options.capacity ?? 10_000, lifetime: HOUR });
  }

  /** Pairs of source and login that are held. */
  get held(): number {
    return this.#logins.size;
  }

  observe(o: Observation): void {
    const name = loginOf(o.dstPort, o.service);
    if (name === undefined || (o.proto !== TCP && o.proto !== UDP) || o.dstBytes === 0) return;
    const key = `${o.src} ${o.dst} ${o.dstPort}`;
    // Without an answer or without payload it is a scan; later parts of a connection count to it however small.
    if (o.first && !wasTalk(o)) return;
    if (!o.first && this.#logins.peek(key) === undefined) return;
    const login = this.#logins.touch(key, o.at, () => newLogin(o, name));
    login.attempts.add(o.start, o.srcPort, o.srcBytes);
    addEvidence(login.evidence, o.event);
    this.#dirty.add(key);
  }

  window(context: DetectionContext): Anomaly[] {
    const anomalies: Anomaly[] = [];
    for (const key of this.#dirty) {
      const anomaly = this.#judge(key, context);
      if (anomaly) anomalies.push(anomaly);
    }
    this.#dirty.clear();
    this.#alarms.endWindow(context.end);
    this.#logins.expire(context.end);
    return anomalies;
  }

  save(): SavedBruteForce {
    return { version: 1, habits: this.#habits.save() };
  }

  load(state: unknown): void {
    const saved = state as SavedBruteForce | null;
    if (saved?.version === 1) this.#habits.load(saved.habits);
  }

  #judge(key: string, context: DetectionContext): Anomaly | undefined {
    const login = this.#logins.peek(key);
    if (!login || login.attempts.held < MINUTE_LIMIT) return undefined;
    const { end } = context;
    const summary = login.attempts.summary(end);
    const level = summary.difference > ALIKE ? 0 : most(summary) / login.patience;
    if (level >= 1) this.#habits.note(key, end);
    if (this.#habits.isUsual(key, end)) return undefined;
    const verdict = this.#alarms.judge(key, level, end, login.attempts.total, end + HOUR);
    const open = this.#alarms.isOpen(key);
    const way = open && !login.succeeded && login.attempts.success(summary.median);
    if (way) login.succeeded = true;
    if (!way && verdict !== 'opened' && verdict !== 'doubled') return undefined;
    return anomaly(login, summary, level, context);
  }
}

function wasTalk(o: Observation): boolean {
  if (o.proto === UDP) return o.srcPackets > 0 && o.dstPackets > 0;
  return o.srcPackets >= FEWEST_PACKETS && o.dstPackets >= 2 && o.state !== 'REJ' && o.state !== 'S0';
}

function newLogin({ src, dst, dstPort, proto }: Observation, name: string): Login {
  const patience = patienceWith(dstPort, proto);
  return { src, dst, port: dstPort, name, patience, attempts: new Attempts(), evidence: [], succeeded: false };
}

function most(summary: AttemptSummary): number {
  return Math.max(summary.inMinute / MINUTE_LIMIT, summary.inQuarter / QUARTER_LIMIT);
}

function anomaly(login: Login, summary: AttemptSummary, level: number, context: DetectionContext): Anomaly {
  const { src, dst, port, name, patience, attempts, succeeded, evidence } = login;
  const fast = summary.inMinute / MINUTE_LIMIT >= summary.inQuarter / QUARTER_LIMIT;
  const seen = fast ? summary.inMinute : summary.inQuarter;
  const within = fast ? 'a minute' : '15 minutes';
  const score = clampScore(scoreOf(Math.max(level, 1)) + (succeeded ? SUCCESS : 0));
  const way = succeeded ? ' One of them then sent much more than the others: a guess may have been right.' : '';
  return {
    type: 'brute_force',
    severity: severityOf(score),
    score,
    window_start: context.start / 1e6,
    window_end: context.end / 1e6,
    message: `${src} connected to the ${name} login of ${dst} port ${port} ${summary.atLeast ? 'at least ' : ''}${count(seen, 'time')} within ${within}, ${figure(attempts.total)} in all.${way}`,
    metric: fast ? 'attempts_per_minute' : 'attempts_per_15_minutes',
    current_value: seen,
    expected: null,
    threshold: patience * (fast ? MINUTE_LIMIT : QUARTER_LIMIT),
    why: `What the client sent differs by only ${percent(summary.difference)} from one connection to the next, as when one password after the other is tried.`,
    flow_src: src,
    flow_dst: dst,
    port,
    techniques: succeeded ? ['T1110.001', 'T1110.003', 'T1078'] : ['T1110.001', 'T1110.003'],
    evidence: [...evidence],
  };
}
