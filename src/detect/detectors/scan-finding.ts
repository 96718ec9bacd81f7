import type { FlagScan } from './flag-scans.ts';
import type { ScanSource } from './scan-source.ts';
import type { SlowScan } from './slow-scans.ts';
import { wilsonLower } from './wilson.ts';

/** Which kind of scan a source does, and how much of it was seen. */
export interface Finding {
  readonly kind: 'hosts' | 'ports' | 'random' | 'flags' | 'slow hosts' | 'slow ports';
  /** Different hosts, ports, or targets. */
  readonly count: number;
  /** How many were tried, where that is known. */
  readonly tried?: number;
  /** From so many on it is a scan. */
  readonly limit: number;
  /** The port of a scan of hosts, the host of a scan of ports; with `/udp` where it was UDP. */
  readonly key?: string;
  readonly flags?: FlagScan;
}

/** Distinct failures from which on it is a scan; what comes from inside fails more often without being one. */
const RANDOM = { external: 5, internal: 25 } as const;
const SLOW = { external: 12, internal: 50 } as const;
const WIDE = 5;
/** Programs inside that lost their network try many hosts on these ports. */
const OFFICE_PORTS: ReadonlySet<string> = new Set(['80', '443']);
const WIDE_OFFICE = 25;
const WIDE_UDP = 25;
/** Share of those tried that fails for sure, so that a client of thousands is no scanner for the few that are down. */
const FAILED_SHARE = 0.2;
const FLAGGED = 5;
/** Lone ACKs are also what is left of connections that began before the capture. */
const FLAGGED_ACK = 10;

/** The scan that explains best what a source tried, if that was one. */
export function findingOf(source: ScanSource, internal: boolean, slow: SlowScan | undefined): Finding | undefined {
  return flagged(source) ?? wide(source, internal) ?? atRandom(source, internal) ?? slowly(internal, slow);
}

function flagged(source: ScanSource): Finding | undefined {
  const most = source.mostFlagged();
  if (!most) return undefined;
  const limit = most.scan === 'ACK' ? FLAGGED_ACK : FLAGGED;
  return most.targets >= limit ? { kind: 'flags', count: most.targets, limit, flags: most.scan } : undefined;
}

/** Slips' rule next to the random walk, which misses scans that mostly succeed. */
function wide(source: ScanSource, internal: boolean): Finding | undefined {
  if (source.failedTargets < WIDE) return undefined;
  const hosts = found(source, 'hosts', internal);
  const ports = found(source, 'ports', internal);
  if (!hosts || !ports) return hosts ?? ports;
  return ports.count >= hosts.count ? ports : hosts;
}

function found(source: ScanSource, kind: 'hosts' | 'ports', internal: boolean): Finding | undefined {
  const limitOf = (key: string): number => {
    if (key.endsWith('/udp')) return WIDE_UDP;
    return kind === 'hosts' && internal && OFFICE_PORTS.has(key) ? WIDE_OFFICE : WIDE;
  };
  const widest = source.widest(
    kind,
    ({ key, failed, tried }) => failed >= limitOf(key) && wilsonLower(failed, tried) >= FAILED_SHARE,
  );
  return widest && { kind, count: widest.failed, tried: widest.tried, limit: limitOf(widest.key), key: widest.key };
}

function atRandom(source: ScanSource, internal: boolean): Finding | undefined {
  const limit = internal ? RANDOM.internal : RANDOM.external;
  if (!source.isScanner || source.failedHosts < limit) return undefined;
  return { kind: 'random', count: source.failedHosts, limit };
}

function slowly(internal: boolean, slow: SlowScan | undefined): Finding | undefined {
  const limit = internal ? SLOW.internal : SLOW.external;
  if (!slow || slow.failed < limit) return undefined;
  return { kind: `slow ${slow.kind}`, count: slow.failed, limit, key: slow.key };
}
