/**
 * Windows, baselines and the six detectors over what 100,000 packets make: 10,000 observations in 25 windows of ten seconds, some
 * of them scans, losses and slow answers. Seeded; the median of eleven runs, in milliseconds and observations a CPU-second.
 *
 *     node --import tsx bench/detect.ts
 */
import { Random } from '../demo/random.ts';
import { Detection } from '../src/detect/detectors/detection.ts';
import type { Detector } from '../src/detect/detectors/detector.ts';
import { HighLatency } from '../src/detect/detectors/high-latency.ts';
import { HomeNetworks } from '../src/detect/detectors/home-networks.ts';
import { LongLivedConn } from '../src/detect/detectors/long-lived-conn.ts';
import { PacketLoss } from '../src/detect/detectors/packet-loss.ts';
import { PortScan } from '../src/detect/detectors/port-scan.ts';
import { ProtocolAnomaly } from '../src/detect/detectors/protocol-anomaly.ts';
import { TrafficSpike } from '../src/detect/detectors/traffic-spike.ts';
import type { Observation } from '../src/model/window.ts';

const OBSERVATIONS = 10_000;
const WINDOWS = 25;
const RUNS = 11;
const START = Date.UTC(2026, 0, 5) * 1000;

function observations(): Observation[] {
  const random = new Random(1);
  return Array.from({ length: OBSERVATIONS }, (_, i) => {
    const at = START + (i / OBSERVATIONS) * WINDOWS * 10e6;
    const first = random.next() < 0.6;
    const scan = random.next() < 0.05;
    const rtts = Float64Array.from({ length: random.between(0, 4) }, () => random.size(30, 0.4));
    return {
      at,
      src: scan ? `203.0.113.${random.between(1, 9)}` : `10.0.0.${random.between(1, 60)}`,
      dst: scan ? `10.0.1.${random.between(1, 250)}` : `198.51.${random.between(0, 40)}.${random.between(1, 20)}`,
      srcPort: random.between(1024, 65_535),
      dstPort: random.pick([443, 443, 443, 80, 53, 22, 25, 3389, 445]),
      proto: random.next() < 0.8 ? 6 : 17,
      start: first ? at : at - random.between(1, 1200) * 1e6,
      first,
      srcBytes: random.size(800),
      dstBytes: random.size(4000),
      srcPackets: random.between(1, 10),
      dstPackets: scan ? 0 : random.between(1, 10),
      state: scan ? 'S0' : first ? 'SF' : 'S1',
      tcpFlags: scan ? 2 : 0x1b,
      dataSegments: scan ? 0 : random.between(1, 8),
      retransmitted: random.next() < 0.05 ? 1 : 0,
      reordered: 0,
      duplicateAcks: 0,
      rtts,
      rttCount: rtts.length,
      service: random.pick(['', 'tls', 'dns', 'http']),
      domain: '',
      problems: random.next() < 0.002 ? 16 : 0,
      event: `${i}`,
    };
  });
}

function detectors(): Detector[] {
  const { isInternal } = new HomeNetworks();
  return [
    new TrafficSpike({ isInternal }),
    new PortScan({ isInternal }),
    new HighLatency(),
    new PacketLoss(),
    new ProtocolAnomaly({ isInternal }),
    new LongLivedConn({ isInternal }),
  ];
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

const fed = observations();
const wall: number[] = [];
const cpu: number[] = [];
let windows = 0;
let anomalies = 0;
for (let run = 0; run < RUNS; run++) {
  const detection = new Detection({ detectors: detectors() });
  const before = process.cpuUsage();
  const began = performance.now();
  for (const o of fed) detection.observe(o);
  const detected = detection.close(Number.POSITIVE_INFINITY);
  wall.push(performance.now() - began);
  cpu.push(process.cpuUsage(before).user / 1e6);
  windows = detected.length;
  anomalies = detected.reduce((sum, each) => sum + each.anomalies.length, 0);
}
const first = wall[0];
console.log(`${OBSERVATIONS} observations, ${windows} windows, ${anomalies} anomalies`);
console.log(`first run ${first.toFixed(0)} ms, median ${median(wall).toFixed(0)} ms (limit 300 ms)`);
console.log(`${Math.round(OBSERVATIONS / median(cpu)).toLocaleString('en-US')} observations a CPU-second`);
