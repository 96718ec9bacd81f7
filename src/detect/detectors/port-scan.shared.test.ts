import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Anomaly, Observation } from '../../model/window.ts';
import { openCapture } from '../../packets/capture-reader.ts';
import type { Packet } from '../../packets/packet.ts';
import { outcomeOf } from './attempt-outcome.ts';
import { Detection } from './detection.ts';
import type { Detector } from './detector.ts';
import { observation } from './fixtures/observation.ts';
import { HomeNetworks } from './home-networks.ts';
import { LongLivedConn } from './long-lived-conn.ts';
import { PortScan } from './port-scan.ts';
import { RandomWalk } from './random-walk.ts';

/** Captures made by others, for cross-checks only; the tests are skipped where they are not at hand. */
const SHARED = join(process.env.VEDETTE_SHARED ?? resolve(import.meta.dirname, '../../../../shared'), 'data');
const SCANS = join(SHARED, 'packets/ncsa-simple-scan');
const LONG = join(SHARED, 'packets/corelight-long-connections/long_connection.pcap');

const SYN = 2;
const RST = 4;
const ACK = 16;

/** What a capture of TCP over IPv4 on Ethernet needs, for tests only: who sent which flags. */
interface Segment {
  readonly time: number;
  readonly src: string;
  readonly dst: string;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly flags: number;
  readonly bytes: number;
}

function segmentOf({ bytes, view, start, time }: Packet): Segment | undefined {
  const ip = view.getUint16(start + 12) === 0x8100 ? start + 18 : start + 14;
  if (bytes[ip] >> 4 !== 4 || bytes[ip + 9] !== 6) return undefined;
  const tcp = ip + (bytes[ip] & 15) * 4;
  const address = (at: number) => bytes.subarray(at, at + 4).join('.');
  return {
    time,
    src: address(ip + 12),
    dst: address(ip + 16),
    srcPort: view.getUint16(tcp),
    dstPort: view.getUint16(tcp + 2),
    flags: bytes[tcp + 13] & 63,
    bytes: view.getUint16(ip + 2),
  };
}

/** One observation a connection and window, with Zeek's state as far as SYN, SYN/ACK and RST tell it. */
async function observationsOf(file: string): Promise<Observation[]> {
  const connections = new Map<string, { window: number; parts: Observation; answered: boolean }>();
  const observations: Observation[] = [];
  const reader = await openCapture(createReadStream(file), () => {});
  while (await reader.more())
    while (reader.next()) {
      const segment = segmentOf(reader.packet);
      if (!segment) continue;
      const { time, src, dst, srcPort, dstPort, flags, bytes } = segment;
      const key = `${src} ${srcPort} ${dst} ${dstPort}`;
      const back = `${dst} ${dstPort} ${src} ${srcPort}`;
      const fromOrig = !connections.has(back);
      const known = connections.get(fromOrig ? key : back);
      const window = Math.floor(time / 10e6);
      const began = (known && !(flags === SYN && time - known.parts.at > 60e6) ? known.parts.start : undefined) ?? time;
      let held = known;
      if (!held || held.window !== window || held.parts.start !== began) {
        const before = held?.parts.start === began ? held : undefined;
        held = {
          window,
          answered: before?.answered ?? false,
          parts: observation({
            ...{ at: time, start: began, first: before === undefined, src, dst, srcPort, dstPort, proto: 6 },
            ...(before ? { src: before.parts.src, dst: before.parts.dst } : {}),
            ...(before ? { srcPort: before.parts.srcPort, dstPort: before.parts.dstPort } : {}),
            ...{ srcBytes: 0, dstBytes: 0, srcPackets: 0, dstPackets: 0, dataSegments: 0 },
            tcpFlags: before?.parts.tcpFlags ?? 0,
            state: before?.parts.state ?? (flags === SYN ? 'S0' : 'OTH'),
          }),
        };
        connections.set(fromOrig ? key : back, held);
        observations.push(held.parts);
      }
      const { parts } = held;
      parts.at = time;
      if (fromOrig) {
        parts.srcPackets++;
        parts.srcBytes += bytes;
        parts.tcpFlags |= flags;
      } else {
        parts.dstPackets++;
        parts.dstBytes += bytes;
      }
      if (!fromOrig && parts.state === 'S0') {
        if (flags & RST) parts.state = 'REJ';
        else if ((flags & (SYN | ACK)) === (SYN | ACK)) parts.state = 'S1';
      } else if (fromOrig && flags & RST && parts.state === 'S0') parts.state = 'RSTOS0';
    }
  return observations;
}

const { isInternal } = new HomeNetworks();

async function anomaliesOf(file: string, detectors: Detector[] = [new PortScan({ isInternal })]): Promise<Anomaly[]> {
  const detection = new Detection({ detectors });
  const observations = (await observationsOf(file)).sort((a, b) => a.at - b.at);
  expect(observations.length).toBeGreaterThan(0);
  for (const o of observations) detection.observe(o);
  return detection.close(Number.POSITIVE_INFINITY).flatMap(({ anomalies }) => anomalies);
}

describe.skipIf(!existsSync(SCANS))('Scans captured by others', () => {
  it.each([
    ['445_scan.pcap', { flow_src: '176.192.150.3', metric: 'distinct_hosts', port: 445 }],
    ['multiport_scan.pcap', { flow_src: '125.27.226.209', metric: 'distinct_hosts' }],
    ['port_scan.pcap', { flow_src: '192.168.2.154', metric: 'distinct_ports', flow_dst: '192.168.2.22' }],
    ['scan_with_zero_windows.pcap', { flow_src: '10.0.0.1', metric: 'distinct_hosts', port: 23 }],
  ])('finds that of %s within four contacts', async (file, expected) => {
    const found = await anomaliesOf(join(SCANS, file));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ type: 'port_scan', ...expected });
    expect(found[0].why).toContain('taken for a scanner after 4 of them');
  });

  it('takes six first contacts to decide on a discovery of hosts, of which too few fail to be told', async () => {
    const file = join(SHARED, 'packets/zeek-traces/nmap-vsn.pcap');
    const walk = new RandomWalk();
    const hosts = new Set<string>();
    for (const o of (await observationsOf(file)).sort((a, b) => a.start - b.start)) {
      if (hosts.has(o.dst)) continue;
      hosts.add(o.dst);
      walk.step(outcomeOf(o) === 'success');
    }
    expect(walk.decidedAfter).toBe(6);
    expect(await anomaliesOf(file)).toEqual([]);
  });

  it('is silent for backscatter', { timeout: 60_000 }, async () => {
    expect(await anomaliesOf(join(SCANS, 'backscatter.trace'))).toEqual([]);
  });
});

/** Ages at which their script tells it, by the ages it is asked for; the last one once more and more often is left out. */
function longCases(): [name: string, polls: number[], ages: number[]][] {
  const { cases } = JSON.parse(readFileSync(join(LONG, '../cases.json'), 'utf8')) as {
    cases: Record<string, { durations_s?: number[] }>;
  };
  return Object.entries(cases).flatMap(([name, { durations_s: polls }]) => {
    const log = join(LONG, '../Baseline', `tests.${name}.conn_long.log`);
    if (!polls || !existsSync(log)) return [];
    const rows = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    return [[name, polls, rows.slice(0, polls.length).map((line) => Number(line.split('\t').at(-1)))]];
  });
}

describe.skipIf(!existsSync(LONG))('A long connection captured by others', () => {
  it('is told at the same ages as by its own script, to a millisecond', async () => {
    const cases = longCases();
    expect(cases.map(([, , ages]) => ages.length)).toEqual([3, 3, 4, 3, 3, 3]);
    for (const [name, polls, ages] of cases) {
      const found = await anomaliesOf(LONG, [new LongLivedConn({ isInternal, polls })]);
      const ours = found.map(({ current_value }) => current_value);
      expect(ours, name).toEqual(ages.map((age) => expect.closeTo(age, 3)));
    }
  });
});
