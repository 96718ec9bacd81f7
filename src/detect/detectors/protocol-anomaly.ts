import { protocolName } from '../../model/kinds.ts';
import type { Anomaly, Observation } from '../../model/window.ts';
import type { DetectionContext, Detector, IsInternal } from './detector.ts';
import { EntityMap } from './entity-map.ts';
import { addEvidence } from './evidence.ts';
import { FirstProtocols, type SavedFirstProtocols } from './first-protocols.ts';
import { HEADER_PROBLEMS, type HeaderProblem } from './header-problems.ts';
import { count, figure, percent } from './phrases.ts';
import { type MixShift, ProtocolMix, type SavedMix } from './protocol-mix.ts';
import { clampScore, scoreOf, severityOf } from './score.ts';
import { type Foreign, foreignness, TELLING_PORTS } from './service-ports.ts';
import { TCP, UDP } from './tcp-flags.ts';

export interface ProtocolAnomalyOptions {
  readonly isInternal: IsInternal;
  /** Days that a host is watched before a protocol of it is new: 7 when not given. */
  readonly learningDays?: number;
}

/** What was found of one source and kind in this window. */
interface Finding {
  readonly src: string;
  readonly dst: string;
  readonly port: number | undefined;
  readonly score: number;
  readonly text: string;
  readonly why: string;
  readonly techniques: readonly string[];
  readonly evidence: string[];
  connections: number;
}

interface Saved {
  readonly first: SavedFirstProtocols;
  readonly mix: SavedMix;
}

const HOUR = 3600e6;
const MAX_FINDINGS = 1024;
/** Connections of a port in which a service was recognised, from which on one without is remarkable. */
const RECOGNISED = 20;
const DNS = 53;
const LEAST_SEGMENTS = 6;
const LEAST_BYTES = 400;
const FOREIGN_SCORE = 45;
/** For what programs put on any port. */
const SOMEWHAT_SCORE = 20;
const SILENT_SCORE = 35;
const NEW_SCORE = 30;

/**
 * Traffic that is not what protocols should look like: a shift of the mix, headers that no working stack sends, services on
 * foreign ports, and protocols new to a host. Each kind is told once for a source and an hour.
 */
export class ProtocolAnomaly implements Detector {
  readonly type = 'protocol_anomaly';
  readonly #isInternal: IsInternal;
  readonly #mix = new ProtocolMix();
  readonly #first: FirstProtocols;
  readonly #told = new EntityMap<true>({ capacity: 16_384, lifetime: HOUR });
  readonly #recognised = new Map<number, number>();
  #findings = new Map<string, Finding>();

  constructor(options: ProtocolAnomalyOptions) {
    this.#isInternal = options.isInternal;
    this.#first = new FirstProtocols(options.learningDays ?? 7);
  }

  observe(o: Observation): void {
    this.#mix.observe(o);
    if (o.problems !== 0)
      for (const problem of HEADER_PROBLEMS)
        if (o.problems & problem.bit) this.#add(o, problem.kind, () => ofHeader(o, problem));
    if (o.service !== '') this.#service(o);
    else if (TELLING_PORTS.has(o.dstPort)) this.#silent(o);
    if (!this.#isInternal(o.src)) return;
    const name = this.#first.observe(o);
    if (name !== undefined) this.#add(o, `new ${name}`, () => ofFirst(o, name));
  }

  window(context: DetectionContext): Anomaly[] {
    const { end, window } = context;
    const bounds = { window_start: window.window_start, window_end: window.window_end };
    const anomalies: Anomaly[] = [];
    for (const [key, found] of this.#findings)
      if (this.#once(key, end)) anomalies.push({ ...toAnomaly(found), ...bounds });
    this.#findings = new Map();
    const shift = this.#mix.judge(end);
    if (shift) {
      context.suspect('protocol');
      if (this.#once('mix', end)) anomalies.push({ ...ofMix(shift), ...bounds });
    }
    this.#told.expire(end);
    this.#first.expire(end);
    return anomalies;
  }

  save(): Saved {
    return { first: this.#first.save(), mix: this.#mix.save() };
  }

  load(state: unknown): void {
    const { first, mix } = (state ?? {}) as Partial<Saved>;
    if (!first || !mix) return;
    this.#first.load(first);
    this.#mix.load(mix);
  }

  #service(o: Observation): void {
    if (TELLING_PORTS.has(o.dstPort)) this.#recognised.set(o.dstPort, (this.#recognised.get(o.dstPort) ?? 0) + 1);
    const foreign = foreignness(o.service, o.dstPort);
    if (foreign === 'no') return;
    const kind = foreign === 'yes' ? `foreign ${o.service} ${o.dstPort}` : `unusual ${o.service}`;
    this.#add(o, kind, () => ofForeign(o, foreign));
  }

  /** A whole connection with data in which nothing was recognised, where usually something is. */
  #silent(o: Observation): void {
    if (!o.first || o.state !== 'SF' || (this.#recognised.get(o.dstPort) ?? 0) < RECOGNISED) return;
    if (o.proto === TCP ? o.dataSegments < LEAST_SEGMENTS : o.proto !== UDP || o.dstPort !== DNS) return;
    if (o.srcBytes >= LEAST_BYTES && o.dstBytes >= LEAST_BYTES)
      this.#add(o, `unrecognised ${o.dstPort}`, () => ofSilent(o));
  }

  #add(o: Observation, kind: string, make: () => Finding): void {
    const key = `${o.src} ${kind}`;
    const known = this.#findings.get(key);
    if (known) {
      known.connections++;
      addEvidence(known.evidence, o.event);
    } else if (this.#findings.size < MAX_FINDINGS) this.#findings.set(key, make());
  }

  #once(key: string, now: number): boolean {
    if (this.#told.get(key, now)) return false;
    this.#told.set(key, now, true);
    return true;
  }
}

function finding(o: Observation, parts: Omit<Finding, 'src' | 'dst' | 'evidence' | 'connections'>): Finding {
  return { ...parts, src: o.src, dst: o.dst, evidence: o.event === '' ? [] : [o.event], connections: 1 };
}

function ofHeader(o: Observation, { text, why, score, techniques }: HeaderProblem): Finding {
  return finding(o, { port: undefined, score, text: `${o.src} sent ${text} to ${o.dst}`, why, techniques });
}

function ofForeign(o: Observation, foreign: Foreign): Finding {
  return finding(o, {
    port: o.dstPort,
    score: foreign === 'yes' ? FOREIGN_SCORE : SOMEWHAT_SCORE,
    text: `${o.src} spoke ${o.service} with ${o.dst} on ${protocolName(o.proto)} port ${o.dstPort}, where it does not belong`,
    why: 'Services on foreign ports get around rules that go by the port; remote control and tunnels do that, and so do some administrators.',
    techniques: ['T1571'],
  });
}

function ofSilent(o: Observation): Finding {
  return finding(o, {
    port: o.dstPort,
    score: SILENT_SCORE,
    text: `${o.src} exchanged data with ${o.dst} on ${protocolName(o.proto)} port ${o.dstPort} that is not of the protocol of that port`,
    why: 'In other connections of this port the protocol was recognised. Something may use an open port for its own purpose.',
    techniques: ['T1571', 'T1095'],
  });
}

function ofFirst(o: Observation, name: string): Finding {
  return finding(o, {
    port: undefined,
    score: NEW_SCORE,
    text: `${o.src} used ${name} for the first time, with ${o.dst}`,
    why: 'It was watched for days without that. New software, a new task, or somebody else at work.',
    techniques: ['T1095'],
  });
}

type Unbound = Omit<Anomaly, 'window_start' | 'window_end'>;

function toAnomaly(found: Finding): Unbound {
  const { src, dst, port, score, text, why, techniques, evidence, connections } = found;
  return {
    type: 'protocol_anomaly',
    severity: severityOf(score),
    score,
    message: `${text}${connections > 1 ? ` (${count(connections, 'connection')})` : ''}.`,
    metric: 'connections',
    current_value: connections,
    expected: 0,
    threshold: 1,
    why,
    flow_src: src,
    flow_dst: dst,
    ...(port === undefined ? {} : { port }),
    techniques,
    evidence,
  };
}

function ofMix({ divergence, usual, limit, connections, movers, evidence }: MixShift): Unbound {
  const score = clampScore(scoreOf(divergence / limit));
  const moved = movers.map(
    ({ name, share, usual: was }) => `${name} is ${percent(share)} of them, usually ${percent(was)}`,
  );
  return {
    type: 'protocol_anomaly',
    severity: severityOf(score),
    score,
    message: `The mix of ${figure(connections)} connections is not the usual one: ${moved.join('; ')}.`,
    metric: 'mix_divergence',
    current_value: divergence,
    expected: usual,
    threshold: limit,
    why: 'Shares of protocols and services are steady in a network; a shift is new software, an outage, a scan, or a flood.',
    techniques: ['T1071', 'T1498'],
    evidence,
  };
}
