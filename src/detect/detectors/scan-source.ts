import { addEvidence } from './evidence.ts';
import type { FlagScan } from './flag-scans.ts';
import { hashPair, hashText } from './hyper-log-log.ts';
import { NumberSet } from './number-set.ts';
import { RandomWalk } from './random-walk.ts';

/** Different things remembered of one source, of each kind. */
const MAX_SET = 4096;
const MAX_TARGETS = 256;
/** Microseconds for which a source is taken for a scanner; afterwards its walk begins anew. */
const VERDICT = 3600e6;

/** How often something was tried with different peers, and how often in vain. */
interface Tries {
  readonly tried: NumberSet;
  /** Made at the first failure: most sources have none, and there are many. */
  failed: NumberSet | undefined;
}

/** One try of a source to connect. */
export interface Attempt {
  readonly src: string;
  readonly dst: string;
  readonly port: number;
  readonly proto: number;
  readonly srcPort: number;
  readonly start: number;
  readonly at: number;
  success: boolean;
  /** Neither answered nor refused so far. */
  readonly open: boolean;
  readonly event: string;
}

/** Ports tried on a host, or hosts tried on a port. The key is that host or port, with `/udp` where it was UDP. */
export interface Widest {
  readonly key: string;
  readonly failed: number;
  readonly tried: number;
}

/** What a source tried within the last half hour. Sets are of hashes and have a limit. */
export class ScanSource {
  /** Over hosts, which shows who tries many; and over ports of hosts, which shows who tries many ports. */
  #walk = new RandomWalk();
  #targetWalk = new RandomWalk();
  #decidedAt = Number.POSITIVE_INFINITY;
  /** What {@link decidedAfter} was before the walks began anew. */
  #decidedBefore = 0;
  readonly evidence: string[] = [];
  began = Number.POSITIVE_INFINITY;
  ended = 0;
  readonly #hosts = new Set<number>();
  readonly #targets = new Set<number>();
  #failedHosts: Set<number> | undefined;
  #failedTargets: Set<number> | undefined;
  readonly #byPort = new Map<string, Tries>();
  readonly #byHost = new Map<string, Tries>();
  #flagged: Map<FlagScan, Set<number>> | undefined;

  /** Whether its first contacts with hosts were those of a scanner, within the last hour. */
  get isScanner(): boolean {
    return this.#walk.scanner;
  }

  /** First contacts, with hosts or with ports of hosts, after which it was taken for a scanner; 0 when it was not. */
  get decidedAfter(): number {
    return this.#decided || this.#decidedBefore;
  }

  get #decided(): number {
    return this.#walk.decidedAfter || this.#targetWalk.decidedAfter;
  }

  /** Hosts with which no connection came about at the first try, since it last looked benign. */
  get failedHosts(): number {
    return this.#failedHosts?.size ?? 0;
  }

  /** Pairs of host and port to which no connection came about. */
  get failedTargets(): number {
    return this.#failedTargets?.size ?? 0;
  }

  /** @param walks whether it counts for the random walk: in TCP. @param port with its protocol, such as `80` or `53/udp`. */
  add(attempt: Attempt, port: string, walks: boolean): void {
    const target = hashPair(attempt.dst, port);
    // Most of what a host does is what it did before, with success: that tells nothing new.
    if (attempt.success && this.#targets.has(target)) return;
    const host = hashText(attempt.dst);
    if (attempt.at - this.#decidedAt > VERDICT) this.#restart();
    if (walks && !this.#hosts.has(host) && this.#hosts.size < MAX_SET) {
      this.#hosts.add(host);
      if (this.#walk.step(attempt.success)) this.#failedHosts = undefined;
      if (!attempt.success) this.#failedHosts = (this.#failedHosts ?? new Set()).add(host);
    }
    if (!this.#targets.has(target) && this.#targets.size < MAX_SET) {
      this.#targets.add(target);
      if (walks) this.#targetWalk.step(attempt.success);
    }
    if (this.#decided > 0 && this.#decidedAt === Number.POSITIVE_INFINITY) this.#decidedAt = attempt.at;
    count(this.#byPort, port, host, attempt.success);
    count(this.#byHost, walks ? attempt.dst : `${attempt.dst}/udp`, hashText(port), attempt.success);
    if (attempt.success) return;
    if (this.failedTargets < MAX_SET) this.#failedTargets = (this.#failedTargets ?? new Set()).add(target);
    this.#seen(attempt.start, attempt.at, attempt.event);
  }

  addFlagged(scan: FlagScan, target: string, at: number, event: string): void {
    this.#flagged ??= new Map();
    let targets = this.#flagged.get(scan);
    if (!targets) {
      targets = new Set();
      this.#flagged.set(scan, targets);
    }
    if (targets.size < MAX_SET) targets.add(hashText(target));
    this.#seen(at, at, event);
  }

  /** The port on which most hosts were tried in vain, of those that `fits` takes; or the host on which most ports were. */
  widest(kind: 'hosts' | 'ports', fits: (tried: Widest) => boolean): Widest | undefined {
    let found: Widest | undefined;
    for (const [key, { tried, failed }] of kind === 'hosts' ? this.#byPort : this.#byHost) {
      const widest = { key, failed: failed?.size ?? 0, tried: tried.size };
      if (widest.failed > (found?.failed ?? 0) && fits(widest)) found = widest;
    }
    return found;
  }

  mostFlagged(): { scan: FlagScan; targets: number } | undefined {
    let most: { scan: FlagScan; targets: number } | undefined;
    for (const [scan, targets] of this.#flagged ?? [])
      if (!most || targets.size > most.targets) most = { scan, targets: targets.size };
    return most;
  }

  #restart(): void {
    this.#decidedBefore = this.#decided;
    this.#walk = new RandomWalk();
    this.#targetWalk = new RandomWalk();
    this.#failedHosts = undefined;
    this.#decidedAt = Number.POSITIVE_INFINITY;
  }

  #seen(start: number, end: number, event: string): void {
    this.began = Math.min(this.began, start);
    this.ended = Math.max(this.ended, end);
    addEvidence(this.evidence, event);
  }
}

function count(by: Map<string, Tries>, key: string, peer: number, success: boolean): void {
  let tries = by.get(key);
  if (!tries) {
    // Of a source with more targets than that, the first ones tell enough.
    if (by.size >= MAX_TARGETS) return;
    tries = { tried: new NumberSet(), failed: undefined };
    by.set(key, tries);
  }
  if (tries.tried.size >= MAX_SET) return;
  tries.tried.add(peer);
  if (!success) tries.failed = (tries.failed ?? new NumberSet()).add(peer);
}
