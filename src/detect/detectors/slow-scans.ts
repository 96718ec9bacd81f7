import { HyperLogLog } from './hyper-log-log.ts';
import { PartsMap } from './parts-map.ts';
import { NONE } from './recency-list.ts';
import type { Attempt } from './scan-source.ts';

const DAY = 86_400e6;
/** A target that answers so often is used, not scanned. */
const SUCCESSES = 0.2;

interface Slow {
  readonly failed: HyperLogLog;
  failures: number;
  successes: number;
}

/** What a source tried in vain within a day, on one port or on one host. */
export interface SlowScan {
  readonly kind: 'hosts' | 'ports';
  /** The port, or the host. */
  readonly key: string;
  readonly failed: number;
}

/** Counts, over a day, the hosts that a source tried on a port and the ports that it tried on a host, by HyperLogLog. */
export class SlowScans {
  /** By source, and port or host. */
  readonly #hostsOfPort = new PartsMap<Slow>({ capacity: 16_384, lifetime: DAY });
  readonly #portsOfHost = new PartsMap<Slow>({ capacity: 16_384, lifetime: DAY });

  /** @returns the wider of both scans that the attempt may be part of; undefined when it did not fail, or most others did not. */
  add(attempt: Attempt, port: string, now: number): SlowScan | undefined {
    const hosts = note(this.#hostsOfPort, attempt.src, port, attempt.dst, attempt.success, now);
    const ports = note(this.#portsOfHost, attempt.src, attempt.dst, port, attempt.success, now);
    if (hosts === 0 && ports === 0) return undefined;
    return hosts >= ports
      ? { kind: 'hosts', key: port, failed: hosts }
      : { kind: 'ports', key: attempt.dst, failed: ports };
  }

  expire(now: number): void {
    this.#hostsOfPort.expire(now);
    this.#portsOfHost.expire(now);
  }
}

/** Successes count only where something failed before: that most is well needs no memory. */
function note(by: PartsMap<Slow>, src: string, key: string, peer: string, success: boolean, now: number): number {
  if (success) {
    const place = by.find(src, key, '', 0);
    if (place !== NONE) by.at(place).successes++;
    return 0;
  }
  const place = by.touch(src, key, '', 0, now);
  if (by.made) by.set(place, { failed: new HyperLogLog(), failures: 0, successes: 0 });
  const slow = by.at(place);
  slow.failed.add(peer);
  slow.failures++;
  return slow.successes >= SUCCESSES * (slow.successes + slow.failures) ? 0 : slow.failed.count();
}
