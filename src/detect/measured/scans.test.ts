import { describe, expect, it } from 'vitest';
import type { Anomaly, Observation } from '../../model/window.ts';
import { Detection } from '../detectors/detection.ts';
import { MONDAY, observation } from '../detectors/fixtures/observation.ts';
import { HyperLogLog } from '../detectors/hyper-log-log.ts';
import { PortScan } from '../detectors/port-scan.ts';
import { RandomWalk } from '../detectors/random-walk.ts';
import { Chance, isInternal } from '../fixtures/hunt.ts';

/** A first contact: whether it succeeded. */
type Contacts = readonly boolean[];

const failures = (count: number): Contacts => new Array<boolean>(count).fill(false);

/** First contacts until a source is taken for a scanner; 0 for never. */
function decidedAfter(contacts: Contacts): number {
  const walk = new RandomWalk();
  for (const success of contacts) walk.step(success);
  return walk.decidedAfter;
}

function told(contacts: Contacts, src: string, parts: (i: number) => Partial<Observation>): Anomaly[] {
  const detection = new Detection({ detectors: [new PortScan({ isInternal })] });
  for (const [i, success] of contacts.entries()) {
    const tried = { state: 'S0', tcpFlags: 2, srcPackets: 1, dstPackets: 0, srcBytes: 60, dstBytes: 0 };
    detection.observe(observation({ src, srcPort: 1024 + i, ...(success ? {} : tried), ...parts(i) }));
  }
  return detection.close(Number.POSITIVE_INFINITY).flatMap(({ anomalies }) => anomalies);
}

/** Hosts one after the other on one port, ten in a second. */
const hosts =
  (port: number, network = '198.51') =>
  (i: number) => ({
    at: MONDAY + i * 1e5,
    dst: `${network}.${i >> 8}.${i & 255}`,
    dstPort: port,
  });
/** Ports of one host, one after the other. */
const ports = (i: number) => ({ at: MONDAY + i * 1e4, dst: '10.0.0.9', dstPort: 1 + i });

const OUTSIDE = '203.0.113.9';
const INSIDE = '10.0.0.5';

describe('threshold random walk', () => {
  it('keeps to its chances: 99 % of scanners are found, 1 % of others at most, in 6.6 contacts on average', () => {
    const chance = new Chance(1);
    const found = { scanner: 0, benign: 0 };
    let contacts = 0;
    for (let source = 0; source < 20_000; source++) {
      for (const [kind, success] of [
        ['scanner', 0.2],
        ['benign', 0.8],
      ] as const) {
        const walk = new RandomWalk();
        // Four more successes than failures say that it is none.
        for (let balance = 0; balance < 4 && !walk.scanner; ) {
          const succeeded = chance.next() < success;
          walk.step(succeeded);
          balance += succeeded ? 1 : -1;
          if (kind === 'scanner') contacts++;
        }
        if (walk.scanner) found[kind]++;
      }
    }
    expect(found.scanner / 20_000).toBeGreaterThanOrEqual(0.99);
    expect(found.benign / 20_000).toBeLessThanOrEqual(0.01);
    // Wald: 4 (1 - 2/257) / 0.6.
    expect(contacts / 20_000).toBeCloseTo(6.6, 0);
  });

  it('takes the contacts that were measured on scans of others', () => {
    const ten = [true, true, true, ...failures(20)];
    expect([failures(9), failures(1000), failures(29), ten].map(decidedAfter)).toEqual([4, 4, 4, 10]);
    const six = [false, true, ...failures(20)];
    expect(decidedAfter(six)).toBe(6);
  });
});

describe('scans', () => {
  it('are told: 1,000 ports, 29 ports, nine hosts, five ports', () => {
    for (const count of [1000, 29, 5]) {
      const [anomaly] = told(failures(count), OUTSIDE, ports);
      expect(anomaly).toMatchObject({ metric: 'distinct_ports', current_value: count });
    }
    const [anomaly] = told(failures(9), OUTSIDE, hosts(445, '10.0'));
    expect(anomaly).toMatchObject({ metric: 'distinct_hosts', current_value: 9, port: 445 });
  });

  it('are told that mostly succeed, where the random walk says "benign" after six contacts', () => {
    const chance = new Chance(4);
    // 26 of 41 succeed, the first six as it happened: a success more than failures, until there are four more.
    const contacts = [true, true, false, true, true, true];
    let left = 21;
    for (let i = 6; i < 41; i++) {
      const success = chance.next() < left / (41 - i);
      contacts.push(success);
      if (success) left--;
    }
    expect(contacts.filter(Boolean)).toHaveLength(26);
    const [anomaly] = told(contacts, OUTSIDE, hosts(22, '10.0'));
    expect(anomaly).toMatchObject({ metric: 'distinct_hosts', current_value: 15, port: 22 });
  });

  it('are not told of an office: 15 hosts, and 77 of 604 contacts of one of them fail', () => {
    const chance = new Chance(77);
    let walks = 0;
    for (let host = 0; host < 15; host++) {
      const contacts = Array.from({ length: 604 }, () => chance.next() >= (host === 0 ? 77 / 604 : 0.03));
      // A network that is away for a moment: enough for the random walk.
      if (host === 0) contacts.fill(false, 300, 308);
      if (decidedAfter(contacts) > 0) walks++;
      const day = (i: number) => ({ ...hosts(0)(i), at: MONDAY + i * 45e6, dstPort: [443, 80, 993, 5223][i % 4] });
      expect(told(contacts, `10.0.0.${host + 1}`, day)).toEqual([]);
    }
    expect(walks).toBe(1);
  });

  it('are not told of backscatter, however wide: 511 hosts', () => {
    const answers = { state: 'OTH', tcpFlags: 0x12, srcPackets: 1, dstPackets: 0 };
    const parts = (i: number) => ({ ...hosts(1024 + i)(i), ...answers, srcPort: 80 });
    expect(decidedAfter(failures(511))).toBe(4);
    expect(told(failures(511), OUTSIDE, parts)).toEqual([]);
  });

  it('are told of a whole day: from 12 hosts on from outside, 50 from inside, unless a fifth answers', () => {
    // Three at a time, once an hour: after half an hour without one everything else has forgotten them.
    const slowly = (i: number) => ({ ...hosts(3389, '10.1')(i), at: MONDAY + Math.floor(i / 3) * 3600e6 + i });
    expect(told(failures(11), OUTSIDE, slowly)).toEqual([]);
    expect(told(failures(12), OUTSIDE, slowly)).toMatchObject([{ current_value: 12 }]);
    expect(told(failures(49), INSIDE, slowly)).toEqual([]);
    expect(told(failures(50), INSIDE, slowly)).toMatchObject([{ current_value: 50 }]);
    const every = (n: number) => Array.from({ length: 60 }, (_, i) => i % n === n - 1);
    expect(told(every(6), OUTSIDE, slowly)).not.toEqual([]);
    expect(told(every(4), OUTSIDE, slowly)).toEqual([]);
  });

  it('count what they tried to 10 % in 99 of 100 days', () => {
    let wrong = 0;
    for (let day = 0; day < 200; day++) {
      const count = 60 + day * 29;
      const sketch = new HyperLogLog();
      for (let i = 0; i < count; i++) sketch.add(`${day} 10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
      if (Math.abs(sketch.count() - count) > 0.1 * count) wrong++;
    }
    expect(wrong).toBeLessThanOrEqual(2);
  });
});
