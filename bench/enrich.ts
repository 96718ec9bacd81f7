/**
 * What matching, scoring and (given a locator) locating cost one core, without sockets or a store.
 *
 *     node --import tsx bench/enrich.ts
 *
 * 1,000,000 addresses, 50,000 networks and 1,000,000 domains are held, in three sources. Everything is seeded. Both
 * addresses of every flow are looked up; they are drawn from the whole of IPv4, which is the worst case for caches.
 * Each figure is the median of seven runs over sixteen batches after a warm-up, in events a CPU-second, so that neighbours
 * on the machine count less.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Random } from '../demo/random.ts';
import { RiskWeights, score } from '../src/detect/risk.ts';
import { GeoLocator } from '../src/enrich/geo-locator.ts';
import type { Locator } from '../src/enrich/locator.ts';
import type { Matcher, MatchIndicator } from '../src/enrich/matcher.ts';
import { ThreatMatcher } from '../src/enrich/threat-matcher.ts';
import { silentLog } from '../src/kit/log.ts';
import { formatV4, parseV4 } from '../src/model/address.ts';
import { EventBatch } from '../src/model/batch.ts';
import { DIRECTIONS, KINDS, SCOPES } from '../src/model/kinds.ts';

/** As in a request of the pipeline, so that a batch stays in the cache from step to step as it does there. */
const ROWS = 10_000;
const BATCHES = 16;
const RUNS = 7;
const CATEGORIES = ['c2', 'scanner', 'malware', 'phishing', 'bruteforce'];
const TEXTS = ['threat_indicator', 'threat_matches'] as const;

const address = (random: Random): number => 0x01000000 + Math.floor(random.next() * 0xde000000);
const domain = (random: Random): string =>
  `${random.between(0, 2 ** 31).toString(36)}.${random.between(0, 2 ** 20).toString(36)}.example`;

function* indicators(count: number, seed: number, value: (random: Random) => string): Generator<MatchIndicator> {
  const random = new Random(seed);
  for (let i = 0; i < count; i++)
    yield {
      value: value(random),
      category: random.pick(CATEGORIES),
      confidence: random.between(30, 100),
      source: 'bench',
    };
}

export interface HeldIndicators {
  readonly matcher: ThreatMatcher;
  readonly seconds: number;
  /** The most that was computed between two turns of the event loop meanwhile, in CPU milliseconds. */
  readonly longestSlice: number;
}

/** A matcher that holds the indicators of the bench. */
export async function holdIndicators(): Promise<HeldIndicators> {
  const matcher = new ThreatMatcher({ log: silentLog });
  const network = (random: Random) => `${formatV4(address(random))}/${random.between(20, 28)}`;
  let longestSlice = 0;
  let before = process.cpuUsage();
  let turning = true;
  const turn = () => {
    const { user, system } = process.cpuUsage(before);
    longestSlice = Math.max(longestSlice, (user + system) / 1e3);
    before = process.cpuUsage();
    if (turning) setImmediate(turn);
  };
  setImmediate(turn);
  const began = performance.now();
  await matcher.replace(
    'addresses',
    indicators(1_000_000, 1, (random) => formatV4(address(random))),
  );
  await matcher.replace('networks', indicators(50_000, 2, network));
  await matcher.replace('domains', indicators(1_000_000, 3, domain));
  turning = false;
  return { matcher, seconds: (performance.now() - began) / 1000, longestSlice };
}

/** Flows between addresses from anywhere; with `named`, each has a name, and one name in fifty is held. */
export function seededBatches(named: 0 | 1): EventBatch[] {
  const random = new Random(7);
  const held = indicators(1_000_000, 3, domain);
  return Array.from({ length: BATCHES }, () => {
    const batch = new EventBatch(ROWS);
    const { columns } = batch;
    for (let row = 0; row < ROWS; row++) {
      columns.kind[row] = named ? KINDS.dns : KINDS.flow;
      columns.src_ip.setV4(row, address(random));
      columns.dst_ip.setV4(row, address(random));
      columns.proto[row] = random.next() < 0.8 ? 6 : 17;
      columns.src_port[row] = random.between(32_768, 60_999);
      columns.dst_port[row] = random.popular([443, 80, 53, 22, 3389, 445, 8080, 51_413, 4444]);
      columns.bytes[row] = random.size(8_000, 2.5);
      columns.src_bytes[row] = Math.floor(columns.bytes[row] / 3);
      columns.dst_bytes[row] = columns.bytes[row] - columns.src_bytes[row];
      columns.duration[row] = random.size(5, 2.5);
      columns.direction[row] = random.popular([DIRECTIONS.outbound, DIRECTIONS.inbound, DIRECTIONS.internal]);
      columns.src_scope[row] = SCOPES.global;
      columns.dst_country.set(row, random.popular(['DE', 'US', 'FR', 'NL', 'BR', 'VN']));
      if (named)
        columns.domain.set(row, random.next() < 0.02 ? String(held.next().value?.value) : `www.${domain(random)}`);
    }
    batch.length = ROWS;
    return batch;
  });
}

/** Gives every flow an end at home, as most flows of a network have. */
function fromHome(batches: readonly EventBatch[]): readonly EventBatch[] {
  const random = new Random(13);
  for (const { columns, length } of batches)
    for (let row = 0; row < length; row++) columns.src_ip.setV4(row, 0x0a000000 + random.between(0, 0xffff));
  return batches;
}

/** Gives every flow two of 2,000 addresses: a busy network meets the same peers again and again. */
function recurring(batches: readonly EventBatch[]): readonly EventBatch[] {
  const random = new Random(17);
  const peers = Array.from({ length: 2_000 }, () => address(random));
  for (const { columns, length } of batches)
    for (let row = 0; row < length; row++) {
      columns.src_ip.setV4(row, random.pick(peers));
      columns.dst_ip.setV4(row, random.pick(peers));
    }
  return batches;
}

/** City and ASN of the packaged databases; prepared once, kept in a folder for temporary files. */
async function packagedLocator(): Promise<GeoLocator> {
  const cacheDir = process.env.VEDETTE_GEO_CACHE_DIR ?? join(tmpdir(), 'vedette-test-location-tables');
  const locator = new GeoLocator({ cacheDir, log: silentLog });
  await locator.start();
  await locator.ready();
  return locator;
}

/** Makes every flow come from one of a thousand addresses that are held: a sweep by hosts that are known for it. */
function swept(batches: readonly EventBatch[]): readonly EventBatch[] {
  const random = new Random(9);
  const held = [...indicators(1_000, 1, (from) => formatV4(address(from)))].map(({ value }) => parseV4(value));
  for (const { columns, length } of batches)
    for (let row = 0; row < length; row++) columns.src_ip.setV4(row, random.pick(held));
  return batches;
}

/** Events a CPU-second of `step` over the batches: median, after a warm-up. */
function rate(batches: readonly EventBatch[], step: (batch: EventBatch) => void): number {
  const rates: number[] = [];
  for (let run = -3; run < RUNS; run++) {
    for (const batch of batches) for (const name of TEXTS) batch.columns[name].reset();
    const began = process.cpuUsage();
    for (const batch of batches) step(batch);
    const { user, system } = process.cpuUsage(began);
    if (run >= 0) rates.push((batches.length * ROWS) / ((user + system) / 1e6));
  }
  return rates.sort((a, b) => a - b)[RUNS >> 1];
}

/** Events a second of matching alone. */
export function benchMatch(matcher: Matcher, batches: readonly EventBatch[]): number {
  return rate(batches, (batch) => matcher.match(batch, 0, batch.length));
}

/** Events a second of scoring alone, of batches that were matched. */
export function benchRisk(batches: readonly EventBatch[], weights = new RiskWeights()): number {
  return rate(batches, (batch) => score(batch, 0, batch.length, weights));
}

/** Events a second of locating and matching. */
export function benchKnown(matcher: Matcher, batches: readonly EventBatch[], locator: Locator): number {
  return rate(batches, (batch) => {
    locator.locate(batch, 0, batch.length);
    matcher.match(batch, 0, batch.length);
  });
}

/** Events a second of locating (where a locator is given), matching and scoring, one after the other. */
export function benchEnrich(matcher: Matcher, batches: readonly EventBatch[], locator?: Locator): number {
  const weights = new RiskWeights({ usualCountries: ['DE', 'FR'] });
  return rate(batches, (batch) => {
    locator?.locate(batch, 0, batch.length);
    matcher.match(batch, 0, batch.length);
    score(batch, 0, batch.length, weights);
  });
}

function hits(batches: readonly EventBatch[]): number {
  let count = 0;
  for (const { columns, length } of batches)
    for (let row = 0; row < length; row++) if (columns.threat_count[row]) count++;
  return count / (batches.length * ROWS);
}

async function main(): Promise<void> {
  const { matcher, seconds, longestSlice } = await holdIndicators();
  const millions = (perSecond: number) => `${(perSecond / 1e6).toFixed(1)} M/s`;
  const flows = seededBatches(0);
  const names = seededBatches(1);
  const usual = new RiskWeights({ usualCountries: ['DE', 'FR'] });
  const locator = await packagedLocator();
  const home = fromHome(seededBatches(0));
  const peers = recurring(seededBatches(0));
  console.table({
    held: JSON.stringify(matcher.size()),
    'building it (s)': seconds.toFixed(1),
    'longest slice between two turns of the event loop (CPU ms)': longestSlice.toFixed(0),
    'resident memory (MB)': Math.round(process.memoryUsage.rss() / 2 ** 20),
    'match flows': millions(benchMatch(matcher, flows)),
    'flows that match (%)': (hits(flows) * 100).toFixed(2),
    'match events with a name': millions(benchMatch(matcher, names)),
    'events with a name that match (%)': (hits(names) * 100).toFixed(2),
    risk: millions(benchRisk(flows)),
    'risk with usual countries': millions(benchRisk(flows, usual)),
    'risk, classic': millions(benchRisk(flows, new RiskWeights({ preset: 'classic' }))),
    'match and risk of flows': millions(benchEnrich(matcher, flows)),
    'locate and match, both addresses random': millions(benchKnown(matcher, flows, locator)),
    'locate and match, one end at home': millions(benchKnown(matcher, home, locator)),
    'locate and match, 2,000 recurring peers': millions(benchKnown(matcher, peers, locator)),
    'locate, match and risk, both addresses random': millions(benchEnrich(matcher, flows, locator)),
    'locate, match and risk, one end at home': millions(benchEnrich(matcher, home, locator)),
    'locate, match and risk, 2,000 recurring peers': millions(benchEnrich(matcher, peers, locator)),
    'match flows that all match': millions(benchMatch(matcher, swept(flows))),
  });
  await locator.stop();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
