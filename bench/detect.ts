/**
 * Windows, baselines and the six detectors over what 100,000 packets make: 10,000 observations in 25 windows of ten seconds, some
 * of them scans, losses and slow answers. Seeded; the median of eleven runs, by
 * the clock and in CPU time, so that neighbours on the machine count less.
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

interface Open {
  readonly src: string;
  readonly dst: string;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly proto: number;
  readonly service: string;
  readonly start: number;
}

function begin(random: Random, start: number): Open {
  const [dstPort, service] = random.popular([
    [443, 'tls'],
    [443, 'tls'],
    [53, 'dns'],
    [80, 'http'],
    [22, 'ssh'],
    [993, 'tls'],
    [5900, ''],
  ] as const);
  const src = `10.0.0.${random.between(1, 60)}`;
  const dst = `198.51.${random.between(0, 40)}.${random.between(1, 20)}`;
  return { src, dst, srcPort: random.between(1024, 65_535), dstPort, proto: dstPort === 53 ? 17 : 6, service, start };
}

/** Connections that begin and go on over windows, as the table of connections gives them. */
function observations(): Observation[] {
  const random = new Random(1);
  const all: Observation[] = [];
  let open: Open[] = [];
  for (let w = 0; w < WINDOWS; w++) {
    const at = START + w * 10e6;
    open = open.filter(() => random.next() < 0.4);
    const kept = open.length;
    while (open.length < OBSERVATIONS / WINDOWS) open.push(begin(random, at + random.between(0, 9e6)));
    for (const [i, connection] of open.entries()) {
      const scan = w > 15 && i % 20 === 0;
      const rtts = Float64Array.from({ length: random.between(0, 4) }, () => random.size(w > 20 ? 300 : 30, 0.4));
      all.push({
        ...connection,
        ...(scan ? { src: '203.0.113.5', dst: `10.0.1.${random.between(1, 250)}`, start: at } : {}),
        at: Math.max(connection.start, at) + random.between(0, 9e5),
        first: scan || i >= kept,
        srcBytes: random.size(800),
        dstBytes: random.size(4000),
        srcPackets: random.between(1, 10),
        dstPackets: scan ? 0 : random.between(1, 10),
        state: scan ? 'S0' : random.next() < 0.6 ? 'SF' : 'S1',
        tcpFlags: scan ? 2 : 0x1b,
        dataSegments: scan ? 0 : random.between(1, 8),
        retransmitted: random.next() < 0.05 ? 1 : 0,
        reordered: 0,
        duplicateAcks: 0,
        srcRetransmitted: 0,
        missedBytes: 0,
        rtts,
        rttCount: rtts.length,
        domain: '',
        problems: random.next() < 0.002 ? 16 : 0,
        event: `${w} ${i}`,
      });
    }
  }
  return all;
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
  const { user, system } = process.cpuUsage(before);
  cpu.push((user + system) / 1e3);
  windows = detected.length;
  anomalies = detected.reduce((sum, each) => sum + each.anomalies.length, 0);
}
const first = wall[0];
console.log(`${OBSERVATIONS} observations, ${windows} windows, ${anomalies} anomalies`);
console.log(`wall: first run ${first.toFixed(0)} ms, median ${median(wall).toFixed(0)} ms`);
console.log(`CPU: median ${median(cpu).toFixed(0)} ms, least ${Math.min(...cpu).toFixed(0)} ms (to stay below 300 ms)`);
console.log(`${Math.round((OBSERVATIONS * 1000) / median(cpu))} observations a CPU-second`);
