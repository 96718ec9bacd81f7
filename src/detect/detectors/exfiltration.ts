import type { Anomaly, Observation } from '../../model/window.ts';
import type { DetectionContext, Detector, IsInternal } from './detector.ts';
import { addEvidence, firstEvidence } from './evidence.ts';
import { Familiarity, type SavedFamiliarity } from './familiarity.ts';
import { isMulticast } from './multicast.ts';
import { PartsMap } from './parts-map.ts';
import { amount, figure } from './phrases.ts';
import { NONE } from './recency-list.ts';
import { clampScore, scoreOf, severityOf } from './score.ts';
import { StandingAlarms } from './standing-alarms.ts';
import { type SavedUploads, UploadHistory } from './upload-history.ts';

const HOUR = 3600e6;
/** Bytes to one destination within an hour that are ordinary for anybody. */
const FLOOR = 100e6;
/** How much more has to go out than to come in. */
const RATIO = 4;
/** ICMP: an echo of this size carries something; and bytes of it within an hour that no test of a line takes. */
const ECHO = 256 + 28;
const ECHO_FLOOR = 256_000;
const MODIFIER = 15;
const RARE = 0.02;

export interface ExfiltrationOptions {
  readonly isInternal: IsInternal;
  /** Whose an address is, such as the name of its autonomous system: destinations of one owner are taken together. */
  readonly ownerOf?: (address: string) => string | undefined;
  /** Pairs of source and destination held: 20,000 when not given. */
  readonly capacity?: number;
}

interface Transfer {
  readonly src: string;
  readonly dst: string;
  readonly port: number;
  readonly owner: string;
  start: number;
  out: number;
  in: number;
  echoes: number;
  echoPackets: number;
  /** Level of the hour before: what goes on at the same pace is not told every hour. */
  before: number;
  named: boolean;
  /** To be judged at the end of the window. */
  dirty: boolean;
  evidence: string[];
}

interface SavedExfiltration {
  readonly version: 1;
  readonly uploads: SavedUploads;
  readonly familiarity: SavedFamiliarity;
}

interface Measured {
  readonly level: number;
  readonly bytes: number;
  readonly limit: number;
  readonly echo: boolean;
}

/**
 * Much more data than usual that leaves for one destination, or data in places where none belongs. Per source inside and
 * destination outside, by the hour: more than 100 MB, more than the source usually uploads, and four times what it gets.
 */
export class Exfiltration implements Detector {
  readonly type = 'exfiltration';
  readonly #isInternal: IsInternal;
  readonly #ownerOf: (address: string) => string | undefined;
  /** By source and owner. */
  readonly #transfers: PartsMap<Transfer>;
  readonly #uploads = new UploadHistory();
  readonly #familiarity = new Familiarity();
  readonly #alarms = new StandingAlarms();
  /** Those of the present window, in the order in which they came; of those with equal keys only the last is still held. */
  #dirty: Transfer[] = [];

  constructor(options: ExfiltrationOptions) {
    this.#isInternal = options.isInternal;
    this.#ownerOf = options.ownerOf ?? (() => undefined);
    this.#transfers = new PartsMap({ capacity: options.capacity ?? 20_000, lifetime: 2 * HOUR });
  }

  /** Pairs of source and destination, and hosts with a history, that are held. */
  get held(): { readonly transfers: number; readonly hosts: number } {
    return { transfers: this.#transfers.size, hosts: this.#uploads.size };
  }

  observe(o: Observation): void {
    if (!this.#isInternal(o.src) || this.#isInternal(o.dst) || isMulticast(o.dst)) return;
    const owner = this.#ownerOf(o.dst) ?? o.dst;
    this.#uploads.add(o.src, o.at, o.srcBytes);
    this.#familiarity.see(o.src, owner, o.at);
    const transfers = this.#transfers;
    const place = transfers.touch(o.src, owner, '', 0, o.at);
    const transfer = transfers.made ? transfers.set(place, newTransfer(o, owner)) : transfers.at(place);
    if (o.at - transfer.start >= HOUR) restart(transfer, o.at, this.#measure(transfer).level);
    transfer.out += o.srcBytes;
    transfer.in += o.dstBytes;
    if (o.proto === 1 || o.proto === 58) {
      transfer.echoes += o.srcBytes;
      transfer.echoPackets += o.srcPackets;
    }
    if (o.service === 'dns') transfer.named = true;
    addEvidence(transfer.evidence, o.event);
    if (transfer.dirty) return;
    transfer.dirty = true;
    this.#dirty.push(transfer);
  }

  window(context: DetectionContext): Anomaly[] {
    const anomalies: Anomaly[] = [];
    const { end } = context;
    for (const { src, owner } of this.#dirty) {
      const place = this.#transfers.find(src, owner, '', 0);
      if (place === NONE) continue;
      const transfer = this.#transfers.at(place);
      if (!transfer.dirty) continue;
      transfer.dirty = false;
      const measured = this.#measure(transfer);
      const level = Math.max(measured.level, transfer.before);
      const verdict = this.#alarms.judge(`${src} ${owner}`, level, end, level, end + HOUR);
      if (verdict !== 'opened' && verdict !== 'doubled') continue;
      anomalies.push(anomaly(transfer, measured, this.#score(transfer, measured, end), context));
    }
    this.#dirty = [];
    this.#alarms.endWindow(end);
    this.#transfers.expire(end);
    this.#uploads.expire(end);
    this.#familiarity.expire(end);
    return anomalies;
  }

  save(): SavedExfiltration {
    return { version: 1, uploads: this.#uploads.save(), familiarity: this.#familiarity.save() };
  }

  load(state: unknown): void {
    const saved = state as SavedExfiltration | null;
    if (saved?.version !== 1) return;
    this.#uploads.load(saved.uploads);
    this.#familiarity.load(saved.familiarity);
  }

  #measure(transfer: Transfer): Measured {
    const usual = this.#uploads.limit(transfer.src);
    const limit = usual > FLOOR ? usual : FLOOR;
    const bulk = transfer.out >= RATIO * transfer.in ? transfer.out / limit : 0;
    const filled = transfer.echoes >= ECHO * transfer.echoPackets;
    const echo = filled ? transfer.echoes / ECHO_FLOOR : 0;
    if (echo > bulk) return { level: echo, bytes: transfer.echoes, limit: ECHO_FLOOR, echo: true };
    return { level: bulk, bytes: transfer.out, limit, echo: false };
  }

  #score(transfer: Transfer, { level, echo }: Measured, now: number): number {
    let score = scoreOf(level);
    if (this.#familiarity.isNew(transfer.owner, now)) score += MODIFIER;
    if (this.#familiarity.share(transfer.owner) <= RARE) score += MODIFIER;
    if (echo || transfer.named) score += MODIFIER;
    return clampScore(score);
  }
}

function newTransfer(o: Observation, owner: string): Transfer {
  return {
    src: o.src,
    dst: o.dst,
    port: o.dstPort,
    owner,
    start: o.at,
    out: 0,
    in: 0,
    echoes: 0,
    echoPackets: 0,
    before: 0,
    named: false,
    dirty: false,
    evidence: firstEvidence(o.event),
  };
}

function restart(transfer: Transfer, at: number, level: number): void {
  transfer.before = at - transfer.start < 2 * HOUR ? level : 0;
  transfer.start = at;
  transfer.out = transfer.in = transfer.echoes = transfer.echoPackets = 0;
  transfer.named = false;
  transfer.evidence = [];
}

function anomaly(transfer: Transfer, measured: Measured, score: number, context: DetectionContext): Anomaly {
  const { src, dst, port, owner, named, evidence } = transfer;
  const { bytes, limit, echo } = measured;
  const channel = echo ? ' in echo requests' : named ? ' over a connection of the DNS' : '';
  const to = owner === dst ? dst : `${dst} (${owner})`;
  const back = transfer.in > 0 ? `${figure(transfer.out / transfer.in)} times what came back` : 'nothing came back';
  return {
    type: 'exfiltration',
    severity: severityOf(score),
    score,
    window_start: context.start / 1e6,
    window_end: context.end / 1e6,
    message: `${src} sent ${amount(bytes, 'B')} to ${to}${channel} within an hour; up to ${amount(limit, 'B')} is usual.`,
    metric: echo ? 'echo_bytes_per_hour' : 'bytes_out_per_hour',
    current_value: bytes,
    expected: null,
    threshold: limit,
    why: echo
      ? 'Echo requests of a test are small and few. Large ones in numbers carry data past a firewall that looks at connections only.'
      : `It is more than this host usually uploads, and ${back}. Stolen data leaves like this; so does a new backup.`,
    flow_src: src,
    flow_dst: dst,
    ...(echo ? {} : { port }),
    techniques: echo || named ? ['T1048', 'T1041'] : ['T1041', 'T1567'],
    evidence: [...evidence],
  };
}
