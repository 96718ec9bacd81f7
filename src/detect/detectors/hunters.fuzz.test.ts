import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DnsQuery } from '../../model/dns-query.ts';
import type { Anomaly, Observation } from '../../model/window.ts';
import { contextOf, isInternal, registeredDomain, restarted } from '../fixtures/hunt.ts';
import { Beaconing } from './beaconing.ts';
import { BruteForce } from './brute-force.ts';
import { Ddos } from './ddos.ts';
import type { Detector } from './detector.ts';
import { Dga } from './dga.ts';
import { DnsTunnel } from './dns-tunnel.ts';
import { Exfiltration } from './exfiltration.ts';
import { LateralMovement } from './lateral-movement.ts';
import { NewDestination } from './new-destination.ts';

const MAKERS: readonly (() => Detector & { query?(query: DnsQuery): void })[] = [
  () => new Beaconing({ isInternal, capacity: 20 }),
  () => new BruteForce({ capacity: 20 }),
  () => new Ddos({ isInternal, capacity: 20, victims: 5 }),
  () => new Dga({ registeredDomain, capacity: 20 }),
  () => new DnsTunnel({ isInternal, registeredDomain, capacity: 20 }),
  () => new Exfiltration({ isInternal, capacity: 20 }),
  () => new LateralMovement({ isInternal, capacity: 20, ways: 20 }),
  () => new NewDestination({ isInternal, registeredDomain, capacity: 50, contacts: 10 }),
];

const number = fc.oneof(fc.nat(), fc.double(), fc.constantFrom(0, -1, 1e18, Number.NaN, Number.POSITIVE_INFINITY));
const time = fc.oneof(fc.nat({ max: 3e9 }), fc.double({ min: -1e18, max: 1e18, noNaN: true }));
const address = fc.oneof(
  fc.constantFrom('10.0.0.1', '10.0.0.2', '203.0.113.1', 'ff02::1', '', '2001:db8::1'),
  fc.string(),
);
const port = fc.constantFrom(22, 53, 80, 88, 443, 445, 11_211, 60_000);
const name = fc.oneof(fc.string(), fc.constantFrom('', '.', '..', 'a.example.com', 'com', 'xn--a.com', 'x.local'));

const observation: fc.Arbitrary<Observation> = fc.record({
  at: time,
  src: address,
  dst: address,
  srcPort: port,
  dstPort: port,
  proto: fc.constantFrom(1, 6, 17, 47, 58),
  start: time,
  first: fc.boolean(),
  srcBytes: number,
  dstBytes: number,
  srcPackets: number,
  dstPackets: number,
  state: fc.constantFrom('', 'S0', 'SF', 'REJ', 'OTH', 'NXDOMAIN', 'NOERROR'),
  tcpFlags: fc.nat({ max: 255 }),
  dataSegments: number,
  retransmitted: number,
  reordered: number,
  duplicateAcks: number,
  srcRetransmitted: number,
  missedBytes: fc.integer({ min: -1000, max: 1_000_000 }),
  rtts: fc.constant(new Float64Array(4)),
  rttCount: fc.nat({ max: 4 }),
  service: fc.constantFrom('', 'dns', 'ssh', 'tls', 'smb'),
  domain: name,
  problems: fc.nat(),
  event: fc.string(),
});

const question: fc.Arbitrary<DnsQuery> = fc.record({
  at: time,
  client: address,
  server: address,
  name,
  type: fc.constantFrom('A', 'TXT', 'TYPE99999', 'query-1', ''),
  code: fc.constantFrom('NXDOMAIN', 'NOERROR', '', 'rcode-99'),
  questionBytes: number,
  answerBytes: number,
  event: fc.string(),
});

function isWhole(anomaly: Anomaly): boolean {
  return anomaly.score >= 0 && anomaly.score <= 100 && anomaly.message !== '' && anomaly.evidence.length <= 10;
}

it('hunters take whatever comes, and their state goes through JSON', () => {
  fc.assert(
    fc.property(fc.array(observation, { maxLength: 80 }), fc.array(question, { maxLength: 40 }), (seen, asked) => {
      for (const make of MAKERS) {
        let detector = make();
        let told: Anomaly[] = [];
        for (let window = 0; window < 3; window++) {
          for (const one of seen) detector.observe?.(one);
          for (const one of asked) detector.query?.(one);
          told = told.concat(detector.window(contextOf(window, window * 60e6, (window + 1) * 60e6, window === 2)));
          detector = restarted(detector, make);
        }
        expect(told.every(isWhole)).toBe(true);
      }
    }),
    { numRuns: 40 },
  );
});

it('hunters ignore a state that is none of theirs', () => {
  for (const make of MAKERS) {
    for (const odd of [null, undefined, 1, 'x', [], {}, { version: 99 }]) make().load?.(odd);
  }
  expect(MAKERS).toHaveLength(8);
});
