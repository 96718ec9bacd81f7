import type { Anomaly, Observation } from '../../model/window.ts';
import { type Outcome, outcomeOf } from './attempt-outcome.ts';
import type { DetectionContext, Detector, IsInternal } from './detector.ts';
import { EntityMap } from './entity-map.ts';
import { flagScanOf } from './flag-scans.ts';
import { isMulticast } from './multicast.ts';
import { scanAnomaly } from './scan-anomaly.ts';
import { findingOf } from './scan-finding.ts';
import { type Attempt, ScanSource } from './scan-source.ts';
import { type SlowScan, SlowScans } from './slow-scans.ts';
import { TCP } from './tcp-flags.ts';

export interface PortScanOptions {
  readonly isInternal: IsInternal;
}

/** A SYN may still be answered in the next window when it was sent so shortly before the end of this one, microseconds. */
const GRACE = 1e6;
const MAX_ATTEMPTS = 100_000;
/** UDP probes of traceroute go to these ports of one host. */
const TRACEROUTE = [33_434, 33_625] as const;
const HALF_HOUR = 1800e6;
const DAY = 86_400e6;
/** It is told again only when it has become so much wider. */
const AGAIN = 2;

/**
 * Port scans: of hosts on a port, of ports on a host, at random (threshold random walk), by flags that no TCP sends, and
 * slow ones over a day. An attempt that was not answered within a second fails.
 */
export class PortScan implements Detector {
  readonly type = 'port_scan';
  /** Attempts not looked at because there were too many in one window. */
  dropped = 0;
  readonly #isInternal: IsInternal;
  readonly #sources = new EntityMap<ScanSource>({ capacity: 16_384, lifetime: HALF_HOUR });
  readonly #slow = new SlowScans();
  /** How wide a scan was when it was told, by source. */
  readonly #told = new EntityMap<number>({ capacity: 16_384, lifetime: DAY });
  #attempts: Attempt[] = [];
  /** Of the window before, not answered yet. */
  #held = new Map<string, Attempt>();
  readonly #touched = new Map<string, ScanSource>();

  constructor(options: PortScanOptions) {
    this.#isInternal = options.isInternal;
  }

  observe(o: Observation): void {
    if (o.first) this.#flags(o);
    else if (this.#held.size === 0) return;
    const outcome = outcomeOf(o);
    if (outcome === 'none') return;
    if (o.first) this.#begin(o, outcome);
    else this.#answer(o, outcome);
  }

  window(context: DetectionContext): Anomaly[] {
    const now = context.end;
    const slow = new Map<string, SlowScan>();
    for (const attempt of this.#decided(context)) {
      const port = attempt.proto === TCP ? `${attempt.port}` : `${attempt.port}/udp`;
      this.#source(attempt.src, now).add(attempt, port, attempt.proto === TCP);
      const scan = this.#slow.add(attempt, port, now);
      if (scan && scan.failed > (slow.get(attempt.src)?.failed ?? 0)) slow.set(attempt.src, scan);
    }
    const anomalies: Anomaly[] = [];
    for (const [address, source] of this.#touched) {
      const internal = this.#isInternal(address);
      const finding = findingOf(source, internal, slow.get(address));
      if (!finding) continue;
      context.suspect('connection');
      const told = this.#told.get(address, now);
      if (told !== undefined && finding.count < AGAIN * told) continue;
      this.#told.set(address, now, finding.count);
      anomalies.push(scanAnomaly(address, internal, source, finding, context.window));
    }
    this.#touched.clear();
    this.#sources.expire(now);
    this.#slow.expire(now);
    this.#told.expire(now);
    return anomalies;
  }

  #flags(o: Observation): void {
    const scan = flagScanOf(o);
    if (scan) this.#source(o.src, o.at).addFlagged(scan, `${o.dst} ${o.dstPort}`, o.at, o.event);
  }

  #begin(o: Observation, outcome: Outcome): void {
    if (isMulticast(o.dst)) return;
    if (o.proto !== TCP && o.dstPort >= TRACEROUTE[0] && o.dstPort <= TRACEROUTE[1]) return;
    const success = outcome === 'success';
    if (this.#attempts.length >= MAX_ATTEMPTS) {
      this.dropped++;
      return;
    }
    const { src, dst, dstPort: port, proto, srcPort, start, at, event } = o;
    this.#attempts.push({ src, dst, port, proto, srcPort, start, at, success, event, open: outcome === 'unanswered' });
  }

  /** A later part of a connection that had no answer in the window before. */
  #answer(o: Observation, outcome: Outcome): void {
    const attempt = this.#held.get(keyOf(o.src, o.srcPort, o.dst, o.dstPort));
    if (!attempt || outcome === 'unanswered') return;
    attempt.success = outcome === 'success';
  }

  /** What is decided now, in the order in which it began. */
  #decided({ end, last }: DetectionContext): Attempt[] {
    const decided = [...this.#held.values()];
    const held = new Map<string, Attempt>();
    for (const attempt of this.#attempts)
      if (attempt.open && !last && end - attempt.at < GRACE)
        held.set(keyOf(attempt.src, attempt.srcPort, attempt.dst, attempt.port), attempt);
      else decided.push(attempt);
    this.#attempts = [];
    this.#held = held;
    return decided.sort((a, b) => a.start - b.start);
  }

  #source(address: string, at: number): ScanSource {
    let source = this.#touched.get(address);
    if (!source) {
      source = this.#sources.touch(address, at, () => new ScanSource());
      this.#touched.set(address, source);
    }
    return source;
  }
}

function keyOf(src: string, srcPort: number, dst: string, dstPort: number): string {
  return `${src} ${srcPort} ${dst} ${dstPort}`;
}
