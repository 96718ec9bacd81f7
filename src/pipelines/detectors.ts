import { Beaconing } from '../detect/detectors/beaconing.ts';
import { BruteForce } from '../detect/detectors/brute-force.ts';
import { Ddos } from '../detect/detectors/ddos.ts';
import type { Detector, IsInternal } from '../detect/detectors/detector.ts';
import { Dga } from '../detect/detectors/dga.ts';
import { DnsTunnel } from '../detect/detectors/dns-tunnel.ts';
import { Exfiltration } from '../detect/detectors/exfiltration.ts';
import { HighLatency } from '../detect/detectors/high-latency.ts';
import { LateralMovement } from '../detect/detectors/lateral-movement.ts';
import { LongLivedConn } from '../detect/detectors/long-lived-conn.ts';
import { NewDestination } from '../detect/detectors/new-destination.ts';
import { PacketLoss } from '../detect/detectors/packet-loss.ts';
import { PortScan } from '../detect/detectors/port-scan.ts';
import { ProtocolAnomaly } from '../detect/detectors/protocol-anomaly.ts';
import { TrafficSpike } from '../detect/detectors/traffic-spike.ts';
import type { DnsQuery } from '../model/dns-query.ts';
import type { AnomalyType } from '../model/window.ts';
import type { TrafficFacts } from './traffic/address-facts.ts';
import { registeredDomain } from './traffic/registered-domain.ts';

/** A detector that wants to be told of single DNS questions. */
export type Asked = Detector & { query(query: DnsQuery): void };

/** All detectors with their defaults and what is known of addresses, or those of `only`. */
export function makeDetectors(
  isInternal: IsInternal,
  only?: ReadonlySet<AnomalyType>,
  { ownerOf, countryOf, linkBps }: TrafficFacts = {},
): Detector[] {
  const all: Detector[] = [
    new TrafficSpike({ isInternal }),
    new PortScan({ isInternal }),
    new HighLatency(),
    new PacketLoss(),
    new ProtocolAnomaly({ isInternal }),
    new LongLivedConn({ isInternal }),
    new Beaconing({ isInternal }),
    new DnsTunnel({ isInternal, registeredDomain }),
    new Dga({ registeredDomain }),
    new BruteForce(),
    new Exfiltration({ isInternal, ownerOf }),
    new NewDestination({ isInternal, registeredDomain, networkOf: ownerOf, countryOf }),
    new Ddos({ isInternal, linkBps }),
    new LateralMovement({ isInternal }),
  ];
  return only ? all.filter((detector) => only.has(detector.type)) : all;
}

/** Those that want to be told of single DNS questions. */
export function asked(detectors: readonly Detector[]): Asked[] {
  return detectors.filter((detector): detector is Asked => 'query' in detector);
}
