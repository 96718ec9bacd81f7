import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Anomaly, Observation } from '../../model/window.ts';
import { registeredDomain, seen, watch } from '../fixtures/hunt.ts';
import { Beaconing } from './beaconing.ts';
import { BruteForce } from './brute-force.ts';
import { Ddos } from './ddos.ts';
import type { Detector } from './detector.ts';
import { Exfiltration } from './exfiltration.ts';
import { LateralMovement } from './lateral-movement.ts';
import { NewDestination } from './new-destination.ts';

/** Three days of a server that the Internet scans, for cross-checks only; skipped where they are not at hand. */
const SHARED = join(process.env.VEDETTE_SHARED ?? resolve(import.meta.dirname, '../../../../shared'), 'data');
const DAYS = join(SHARED, 'zeek-logs/conn-3days.ndjson.gz');
const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmp: 1 };

type Conn = Record<string, string | number | boolean | undefined>;

const inside = new Set<string>();
const isInternal = (address: string) => inside.has(address);

function observationOf(conn: Conn): Observation {
  const number = (key: string) => Number(conn[key] ?? 0);
  const text = (key: string) => String(conn[key] ?? '');
  if (conn.local_orig === true) inside.add(text('id.orig_h'));
  if (conn.local_resp === true) inside.add(text('id.resp_h'));
  return seen(number('ts'), {
    src: text('id.orig_h'),
    dst: text('id.resp_h'),
    srcPort: number('id.orig_p'),
    dstPort: number('id.resp_p'),
    proto: PROTOCOLS[text('proto')] ?? 0,
    srcBytes: number('orig_ip_bytes'),
    dstBytes: number('resp_ip_bytes'),
    srcPackets: number('orig_pkts'),
    dstPackets: number('resp_pkts'),
    state: text('conn_state'),
    tcpFlags: 0,
    service: text('service'),
    event: text('uid'),
  });
}

function days(): Observation[] {
  const lines = gunzipSync(readFileSync(DAYS)).toString().trim().split('\n');
  return lines.map((line) => observationOf(JSON.parse(line) as Conn));
}

describe.skipIf(!existsSync(DAYS))('hunters on three days of a server', () => {
  it('tell what is there: guesses at SSH and one regular call', { timeout: 60_000 }, () => {
    const traffic = days();
    const detectors: Detector[] = [
      new Beaconing({ isInternal }),
      new BruteForce(),
      new Ddos({ isInternal }),
      new Exfiltration({ isInternal }),
      new LateralMovement({ isInternal }),
      new NewDestination({ isInternal, registeredDomain }),
    ];
    const told = new Map<string, Anomaly[]>();
    for (const detector of detectors) told.set(detector.type, watch(detector, traffic, { window: 600 }));
    const guesses = told.get('brute_force') ?? [];
    expect(traffic).toHaveLength(105_918);
    // Real guessing at the SSH login, by very many; nothing else on that server was guessed at.
    expect(guesses.length).toBeGreaterThan(30);
    expect(guesses.every((anomaly) => anomaly.port === 22)).toBe(true);
    expect(guesses.some((anomaly) => anomaly.severity === 'high')).toBe(true);
    // Of 864 pairs, one: a service that the server calls every hour.
    expect(told.get('beaconing')?.map((anomaly) => anomaly.flow_dst)).toEqual(['104.19.173.68']);
    for (const silent of ['ddos', 'exfiltration', 'lateral_movement', 'new_destination']) {
      expect(told.get(silent), silent).toEqual([]);
    }
  });
});
