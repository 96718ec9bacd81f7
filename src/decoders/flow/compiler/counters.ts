import { REVERSE_PEN } from '../template.ts';
import { binary, call, choice, type Expression, known, number } from './expression.ts';
import type { ProgramBuilder } from './program-builder.ts';

const MOST = number(Number.MAX_SAFE_INTEGER);

type Elements = readonly (readonly [pen: number, id: number])[];

/**
 * What the source sent, the best element first: initiator, delta, total, after a middlebox, layer 2. Where a record has
 * what came in (1) and what went out (23), the first counts, even when it is zero: others would be counted twice.
 */
const FORWARD_BYTES: Elements = [
  [0, 231],
  [0, 1],
  [0, 85],
  [0, 23],
  [0, 171],
  [0, 352],
  [0, 353],
];
const FORWARD_PACKETS: Elements = [
  [0, 298],
  [0, 2],
  [0, 86],
  [0, 24],
  [0, 172],
];
/** What the destination sent back (RFC 5103; responder; Ixia). */
const REVERSE_BYTES: Elements = [
  [0, 232],
  [REVERSE_PEN, 1],
  [REVERSE_PEN, 85],
  [REVERSE_PEN, 23],
  [3054, 176],
];
const REVERSE_PACKETS: Elements = [
  [0, 299],
  [REVERSE_PEN, 2],
  [REVERSE_PEN, 86],
  [REVERSE_PEN, 24],
  [3054, 177],
];

export function hasCounters(builder: ProgramBuilder): boolean {
  return [...FORWARD_BYTES, ...FORWARD_PACKETS].some(([pen, id]) => builder.find(pen, id) !== undefined);
}

/**
 * Bytes and packets of both directions, multiplied by the sampling rate, and the rate.
 * @param hasFrame whether a sampled frame filled `bytes` and `packets` of the row as it was captured.
 */
export function addCounters(builder: ProgramBuilder, hasFrame: boolean): void {
  const rate = samplingRate(builder);
  builder.step({ is: 'store', column: 'sampling', value: choice(binary(rate, '>', 1), rate, number(0)) });
  const counters = [
    ['bytes', 'src_bytes', 'dst_bytes', first(builder, FORWARD_BYTES), first(builder, REVERSE_BYTES)],
    ['packets', 'src_packets', 'dst_packets', first(builder, FORWARD_PACKETS), first(builder, REVERSE_PACKETS)],
  ] as const;
  const isCounted = counters.some(([, , , there, back]) => there ?? back);
  for (const [sum, source, destination, sent, returned] of counters) {
    const captured = hasFrame && !isCounted ? ({ is: 'column', name: sum } as const) : undefined;
    const raw = sent ?? captured;
    const there = raw && scaled(builder, raw, rate);
    const back = returned && scaled(builder, returned, rate);
    if (there) builder.step({ is: 'store', column: source, value: there });
    if (back) builder.step({ is: 'store', column: destination, value: back });
    const both = there && back ? atMost(builder, binary(there, '+', back)) : (there ?? back);
    if (both) builder.step({ is: 'store', column: sum, value: both });
  }
}

/** Takes the first of these that the template has; the others stay for `attrs`. */
function first(builder: ProgramBuilder, elements: Elements): Expression | undefined {
  for (const [pen, id] of elements) {
    const value = builder.uint(pen, id);
    if (value) return value;
  }
  return undefined;
}

function scaled(builder: ProgramBuilder, raw: Expression, rate: Expression): Expression {
  return atMost(builder, binary(raw, '*', rate));
}

/** Doubles count exactly up to 2^53 - 1. */
function atMost(builder: ProgramBuilder, value: Expression): Expression {
  const local = builder.let(value);
  return builder.let(choice(binary(local, '>', MOST), MOST, local));
}

/** The rate that the record itself tells, else that of the sampler it names, else that of the exporter. */
function samplingRate(builder: ProgramBuilder): Expression {
  let rate = known('rate');
  const sampler = builder.anyUint([0, 48], [0, 302]);
  if (sampler) rate = builder.let(call('samplerRate', sampler, rate));
  const told = ratesInRecord(builder);
  if (told.length === 0) return rate;
  const own = told.reduceRight((rest, value) => call('rateOf', value, rest), rate);
  return builder.let(choice(known('recordRates'), own, rate));
}

/** Packets for each packet that was counted; not a number, zero or infinite where the record says nothing. */
function ratesInRecord(builder: ProgramBuilder): Expression[] {
  const rates: Expression[] = [];
  const plain = builder.uint(0, 34);
  if (plain) rates.push(plain);
  if (builder.find(0, 305) && builder.find(0, 306)) {
    const [interval, space] = builder.uints([0, 305], [0, 306]);
    if (interval && space) rates.push(binary(binary(interval, '+', space), '/', interval));
  }
  if (builder.find(0, 309) && builder.find(0, 310)) {
    const [size, population] = builder.uints([0, 309], [0, 310]);
    if (size && population) rates.push(binary(population, '/', size));
  }
  const probability = builder.ofLength(0, 311, 4, 8);
  if (probability) {
    const read = call(probability.length === 4 ? 'float32' : 'float64', { is: 'start', field: probability.index });
    rates.push(binary(number(1), '/', read));
  }
  return rates;
}
