import type { RecordSink } from '../src/decoders/decoder.ts';
import { JsonDecoder } from '../src/decoders/json-decoder.ts';
import { EventBatch } from '../src/model/batch.ts';

/**
 * Zeek conn records from JSON bytes into columns, beside bare JSON.parse of the same bytes in the same run: the ratio is
 * what counts, since the figures move with the machine and its neighbours. JSON.parse only builds objects; it checks and
 * fills nothing.
 */

const RECORDS = 10_000;
const ROUNDS = 25;
const CONTEXT = { source: 'bench', collectorId: '', receivedAt: 1_713_500_000_000_000, peer: '' };

/** A linear congruential generator: the same records in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One line of a conn.log as Zeek writes it; a third of the connections have no service, a tenth no answer. */
function connection(random: (below: number) => number, i: number): Record<string, unknown> {
  const answered = random(10) > 0;
  const service = ['http', 'ssl', 'dns', 'ssh', undefined, undefined][random(6)];
  const bytes = random(100_000);
  return {
    _path: 'conn',
    _node_name: `worker-${random(4)}`,
    ts: 1_713_484_795 + i / 1000 + random(1000) / 1e6,
    uid: `C${random(2 ** 31).toString(36)}${random(2 ** 31).toString(36)}`,
    'id.orig_h': `198.51.100.${random(256)}`,
    'id.orig_p': 1024 + random(64_000),
    'id.resp_h': `203.0.113.${random(256)}`,
    'id.resp_p': [80, 443, 53, 22, 6008][random(5)],
    proto: random(5) === 0 ? 'udp' : 'tcp',
    ...(service && { service }),
    ...(answered && { duration: random(1e8) / 1e6, orig_bytes: bytes, resp_bytes: bytes * 3 }),
    conn_state: answered ? 'SF' : 'S0',
    local_orig: false,
    local_resp: true,
    missed_bytes: 0,
    history: answered ? 'ShADadFf' : 'S',
    orig_pkts: 1 + random(100),
    orig_ip_bytes: bytes + 400,
    resp_pkts: answered ? 1 + random(100) : 0,
    resp_ip_bytes: answered ? bytes * 3 + 400 : 0,
  };
}

/** Keeps nothing but a count. */
class CountingSink implements RecordSink {
  readonly batch = new EventBatch(20_480);
  rejected = 0;

  next(): number {
    if (this.batch.length === this.batch.capacity) this.batch.reset();
    return this.batch.length;
  }

  keep(): void {
    this.batch.length++;
  }

  reject(): void {
    this.batch.discard(this.batch.length);
    this.rejected++;
  }

  drop(): void {
    this.rejected++;
  }
}

function seconds(work: () => void): number {
  const began = performance.now();
  work();
  return (performance.now() - began) / 1000;
}

function parseLines(bytes: Uint8Array): void {
  for (const line of new TextDecoder().decode(bytes).split('\n')) if (line !== '') JSON.parse(line);
}

function parseWhole(bytes: Uint8Array): void {
  JSON.parse(new TextDecoder().decode(bytes));
}

const random = seeded(7);
const records = Array.from({ length: RECORDS }, (_, i) => connection(random, i));
const encoder = new TextEncoder();
const bodies = [
  ['NDJSON', encoder.encode(records.map((record) => JSON.stringify(record)).join('\n')), parseLines],
  ['array', encoder.encode(JSON.stringify(records)), parseWhole],
  ['array, indented', encoder.encode(JSON.stringify(records, undefined, 1)), parseWhole],
] as const;

console.log('decode-json: million Zeek conn records a second, one thread, best of', ROUNDS);
for (const [name, bytes, parse] of bodies) {
  const decoder = new JsonDecoder();
  const sink = new CountingSink();
  let decoding = Number.POSITIVE_INFINITY;
  let parsing = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    sink.batch.reset();
    decoding = Math.min(
      decoding,
      seconds(() => decoder.decode(bytes, 'auto', CONTEXT, sink)),
    );
    parsing = Math.min(
      parsing,
      seconds(() => parse(bytes)),
    );
  }
  if (sink.rejected > 0 || sink.batch.length !== RECORDS) throw new Error('not every record was taken');
  const rate = (time: number) => (RECORDS / time / 1e6).toFixed(2);
  const size = Math.round(bytes.length / RECORDS);
  console.log(
    `${name.padEnd(16)} ${size} bytes a record   into columns ${rate(decoding)}   JSON.parse ${rate(parsing)}   ratio ${(parsing / decoding).toFixed(2)}`,
  );
}
