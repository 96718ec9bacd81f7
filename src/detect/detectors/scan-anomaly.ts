import type { Anomaly, Window } from '../../model/window.ts';
import { count, duration } from './phrases.ts';
import type { Finding } from './scan-finding.ts';
import type { ScanSource } from './scan-source.ts';
import { clampScore, scoreOf, severityOf } from './score.ts';

/** A host inside that scans is worse than the noise of the Internet; so are packets that only scanners make. */
const INTERNAL_POINTS = 25;
const FLAG_POINTS = 15;

/** What is told of a scan. */
export function scanAnomaly(
  address: string,
  internal: boolean,
  source: ScanSource,
  finding: Finding,
  window: Window,
): Anomaly {
  const { kind, key = '' } = finding;
  const ofHosts = kind.endsWith('hosts');
  const ofPorts = kind.endsWith('ports');
  const bare = key.replace('/udp', '');
  const points = (internal ? INTERNAL_POINTS : 0) + (kind === 'flags' ? FLAG_POINTS : 0);
  const score = clampScore(scoreOf(finding.count / finding.limit) + points);
  return {
    type: 'port_scan',
    severity: severityOf(score),
    score,
    window_start: window.window_start,
    window_end: window.window_end,
    message: `${address} ${whatItDid(finding, source)}.`,
    metric: ofPorts ? 'distinct_ports' : kind === 'flags' ? 'distinct_targets' : 'distinct_hosts',
    current_value: finding.count,
    expected: 0,
    threshold: finding.limit,
    why: `${whyItMatters(finding, internal)}${verdict(source)}`,
    flow_src: address,
    ...(ofPorts ? { flow_dst: bare } : {}),
    ...(ofHosts ? { port: Number(bare) } : {}),
    techniques: techniquesOf(finding, internal),
    evidence: [...source.evidence],
  };
}

function whatItDid(finding: Finding, source: ScanSource): string {
  const { kind, count: number, tried, key = '', flags } = finding;
  const within = ` within ${duration(Math.max(1, (source.ended - source.began) / 1e6))}`;
  const ofTried = tried !== undefined && tried > number ? ` (of ${tried} tried)` : '';
  const protocol = key.endsWith('/udp') ? 'UDP' : 'TCP';
  const bare = key.replace('/udp', '');
  switch (kind) {
    case 'hosts':
      return `tried ${protocol} port ${bare} on ${count(number, 'host')}${ofTried} without getting a connection${within}`;
    case 'ports':
      return `tried ${count(number, `${protocol} port`)} of ${bare}${ofTried} without getting a connection${within}`;
    case 'random':
      return `tried ${count(number, 'host')} on several ports without getting a connection${within}`;
    case 'flags':
      return `sent ${flags} probes, which no program sends, to ${count(number, 'target')}${within}`;
    case 'slow hosts':
      return `tried ${protocol} port ${bare} on about ${count(number, 'host')} in vain, slowly, within a day`;
    case 'slow ports':
      return `tried about ${count(number, `${protocol} port`)} of ${bare} in vain, slowly, within a day`;
  }
}

function whyItMatters({ kind }: Finding, internal: boolean): string {
  if (kind === 'flags') return 'Packets with such flags are made to find open ports past simple filters.';
  const search = kind.endsWith('ports')
    ? 'Trying the ports of one host is how its services are found before an attack'
    : 'Trying many hosts is how those that offer a service are found before an attack';
  return internal
    ? `${search}; from inside, it may be a compromised host, a worm, or a scanner of your own.`
    : `${search}; from the Internet it is common, and worth a look when something answered.`;
}

function verdict({ decidedAfter }: ScanSource): string {
  return decidedAfter > 0 ? ` By its first contacts it was taken for a scanner after ${decidedAfter} of them.` : '';
}

function techniquesOf({ kind }: Finding, internal: boolean): string[] {
  if (!internal) return kind.endsWith('ports') ? ['T1595.001', 'T1046'] : ['T1595.001'];
  return kind.endsWith('ports') || kind === 'flags' ? ['T1046'] : ['T1046', 'T1018'];
}
