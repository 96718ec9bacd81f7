/**
 * What it costs one core to make a document of a stored event, by format.
 *
 *     node --import tsx bench/encode.ts
 *
 * 5,000 seeded events: two thirds connections of Zeek with their `attrs`, the others flows, DNS queries and HTTP requests, one
 * in fifty with threat matches; rows are those of a page of the store. Each figure is the median of seven runs of
 * 20,000 events after a warm-up, in events a CPU-second, up to the bytes that are sent. `bare` is `JSON.stringify`
 * of the same documents as objects that were ready before.
 */
import { pathToFileURL } from 'node:url';
import { Random } from '../demo/random.ts';
import type { EventRow } from '../src/model/event-row.ts';
import { cefEncoder } from '../src/outputs/encode/cef.ts';
import { cimEncoder } from '../src/outputs/encode/cim.ts';
import { ecsEncoder } from '../src/outputs/encode/ecs.ts';
import { BARE, CONNECTION } from '../src/outputs/encode/fixtures/rows.ts';
import { leefEncoder } from '../src/outputs/encode/leef.ts';
import { ocsfEncoder } from '../src/outputs/encode/ocsf.ts';
import type { RowEncoder } from '../src/outputs/encode/row-encoder.ts';
import { TextSink } from '../src/outputs/encode/text-sink.ts';
import { vedetteEncoder } from '../src/outputs/encode/vedette.ts';
import { storedRows } from '../test/support/stored-rows.ts';

const EVENTS = 5_000;
const ROUNDS = 4;
const RUNS = 7;
const PARTS = { version: '1.0.0' };

const ENCODERS: Readonly<Record<string, RowEncoder>> = {
  ecs: ecsEncoder(PARTS),
  ocsf: ocsfEncoder(PARTS),
  cim: cimEncoder(),
  vedette: vedetteEncoder(),
  cef: cefEncoder(PARTS),
  leef: leefEncoder(PARTS),
};

export interface EncodeFigure {
  readonly format: string;
  /** Events a CPU-second. */
  readonly encoded: number;
  /** The same documents by `JSON.stringify`; undefined for lines that are no JSON. */
  readonly bare: number | undefined;
  /** Mean of a document. */
  readonly bytes: number;
}

/** Events as the store gives them. */
export function seededRows(count: number): EventRow[] {
  const random = new Random(11);
  return storedRows(Array.from({ length: count }, (_, i) => ({ ...BARE, ...valuesOf(random, i) })));
}

function valuesOf(random: Random, i: number): EventRow {
  const kind = random.popular(['conn', 'conn', 'conn', 'flow', 'dns', 'http']);
  const isHit = i % 50 === 0;
  return {
    ...(isHit ? CONNECTION : BARE),
    ...endpointsOf(random),
    id: String(4_611_686_018_427_387_904n + BigInt(i) * 256n),
    ts: 1_763_740_000_000_000 + i * 731,
    received: 1_763_740_001_000_000 + i * 700,
    kind,
    source: 'http',
    exporter: 'zeek-01',
    bytes: random.size(8_000),
    packets: random.size(20),
    src_bytes: random.size(3_000),
    dst_bytes: random.size(5_000),
    src_packets: random.size(8),
    dst_packets: random.size(12),
    duration: random.size(5_000_000) / 1e6,
    direction: 'outbound',
    app: kind === 'flow' ? '' : random.popular(['ssl', 'http', 'ssh']),
    state: kind === 'http' ? '200' : kind === 'dns' ? 'NOERROR' : random.popular(['SF', 'S0', 'RSTO']),
    domain: kind === 'flow' ? '' : `www.${random.between(0, 99_999).toString(36)}.example`,
    uid: `C${random.between(0, 2 ** 31).toString(36)}${random.between(0, 2 ** 31).toString(36)}`,
    risk: random.popular([0, 5, 15, 60]),
    risk_reasons: random.popular(['', 'port.unusual:3,state.unanswered:2', 'country.unusual:5,duration.long:5']),
    attrs: attrsOf(kind, random),
  };
}

function endpointsOf(random: Random): EventRow {
  return {
    src_ip: `10.${random.between(0, 255)}.${random.between(0, 255)}.${random.between(1, 254)}`,
    dst_ip: `${random.between(11, 200)}.${random.between(0, 255)}.${random.between(0, 255)}.7`,
    src_port: random.between(32_768, 60_999),
    dst_port: random.popular([443, 80, 53, 22]),
    proto: random.popular([6, 17]),
    src_scope: 'private',
    dst_scope: 'global',
    dst_country: random.popular(['DE', 'US', 'FR', 'NL']),
    dst_city: random.popular(['Frankfurt', 'Ashburn', 'Paris', 'Amsterdam']),
    dst_lat: random.between(-8_000, 8_000) / 100,
    dst_lon: random.between(-17_000, 17_000) / 100,
    dst_asn: random.between(1, 65_000),
    dst_org: 'Example Networks',
  };
}

function attrsOf(kind: string, random: Random): string {
  const attrs: Readonly<Record<string, object>> = {
    conn: {
      history: 'ShADadFf',
      missed_bytes: 0,
      local_orig: true,
      local_resp: false,
      community_id: '1:wCb3OG7yAFWelaUydu0D+125CLM=',
    },
    dns: {
      trans_id: random.between(0, 65_535),
      qtype_name: 'A',
      RD: true,
      RA: true,
      answers: ['203.0.113.7'],
      TTLs: [60],
    },
    http: { method: 'GET', uri: '/index.html?lang=en', user_agent: 'Mozilla/5.0 (X11; Linux x86_64)', version: '1.1' },
  };
  return attrs[kind] ? JSON.stringify(attrs[kind]) : '';
}

const buffer = Buffer.alloc(1 << 16);
const sink = new TextSink(1 << 16);

/** Seconds of CPU that `work` takes for all items. */
function seconds<T>(items: readonly T[], work: (item: T) => void): number {
  const began = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round++) for (const item of items) work(item);
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e6;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

/** Encoding and the bare work take turns, so that neighbours on the machine disturb both alike. */
export function benchEncode(format: string, rows: readonly EventRow[]): EncodeFigure {
  const encoder = ENCODERS[format];
  const lines = rows.map((row) => encoder.encode(row));
  const documents = lines[0].startsWith('{') ? lines.map((line): unknown => JSON.parse(line)) : [];
  const [encoded, bare]: number[][] = [[], []];
  for (let run = -2; run < RUNS; run++) {
    const taken = seconds(rows, (row) => {
      sink.length = 0;
      encoder.write(row, sink);
    });
    const stringify = (document: unknown) => buffer.write(JSON.stringify(document), 'utf8');
    const ready = documents.length > 0 ? seconds(documents, stringify) : Number.NaN;
    if (run < 0) continue;
    encoded.push(taken);
    bare.push(ready);
  }
  const events = ROUNDS * rows.length;
  return {
    format,
    encoded: events / median(encoded),
    bare: documents.length > 0 ? events / median(bare) : undefined,
    bytes: lines.reduce((sum, line) => sum + line.length, 0) / lines.length,
  };
}

function main(): void {
  const rows = seededRows(EVENTS);
  console.log(
    `${'format'.padEnd(10)}${'encoded/s'.padStart(12)}${'bare/s'.padStart(12)}${'ratio'.padStart(8)}${'bytes'.padStart(8)}`,
  );
  for (const format of Object.keys(ENCODERS)) {
    const { encoded, bare, bytes } = benchEncode(format, rows);
    const cells = [Math.round(encoded), bare === undefined ? '-' : Math.round(bare)].map((cell) =>
      String(cell).padStart(12),
    );
    const ratio = bare === undefined ? '-' : (encoded / bare).toFixed(2);
    console.log(`${format.padEnd(10)}${cells.join('')}${ratio.padStart(8)}${bytes.toFixed(0).padStart(8)}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
