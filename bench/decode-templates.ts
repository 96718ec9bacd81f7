import { compileTemplate } from '../src/decoders/flow/compile-template.ts';
import type { DecodeRun, TemplateField } from '../src/decoders/flow/template.ts';
import { EventBatch } from '../src/model/batch.ts';

/**
 * Flow records of NetFlow version 9 and IPFIX from bytes into columns: sets of 24 records, as routers send them, each
 * decoded by one call into a batch that is emptied when it is full. One thread; no network, no store. The batch is
 * emptied outside the clock, since the store would do that.
 */

const RECORDS = 24;
const SETS = 512;
const CAPACITY = 8192;
const SECONDS = 0.8;
const NOW = 1_767_225_600_000_000;

type Make = (random: (below: number) => number) => number;
/** A field of a template: element, bytes, and what is in it (a function of random numbers for the last four bytes). */
type Field = readonly [pen: number, id: number, length: number, make: Make];

const any: Make = (random) => random(2 ** 32);
const small: Make = (random) => random(200);
const port: Make = (random) => random(65_536);
const zero: Make = () => 0;
const v4: Make = (random) => 0x0a000000 + random(2 ** 24);
const first: Make = (random) => 3_000_000 + random(60_000);
const last: Make = (random) => 3_060_000 + random(60_000);
const proto: Make = (random) => (random(3) === 0 ? 17 : 6);

/** What a router exports: 18 fields, 53 bytes. */
const ROUTER: readonly Field[] = [
  [0, 8, 4, v4],
  [0, 12, 4, v4],
  [0, 15, 4, v4],
  [0, 10, 4, small],
  [0, 14, 4, small],
  [0, 2, 4, small],
  [0, 1, 4, any],
  [0, 22, 4, first],
  [0, 21, 4, last],
  [0, 7, 2, port],
  [0, 11, 2, port],
  [0, 6, 1, small],
  [0, 4, 1, proto],
  [0, 5, 1, small],
  [0, 16, 4, any],
  [0, 17, 4, any],
  [0, 9, 1, small],
  [0, 13, 1, small],
];
/** What a software exporter sends: 12 fields. */
const MINIMAL: readonly Field[] = [
  [0, 8, 4, v4],
  [0, 12, 4, v4],
  [0, 22, 4, first],
  [0, 21, 4, last],
  [0, 1, 4, any],
  [0, 2, 4, small],
  [0, 10, 2, small],
  [0, 14, 2, small],
  [0, 7, 2, port],
  [0, 11, 2, port],
  [0, 4, 1, proto],
  [0, 6, 1, small],
];
const V6: readonly Field[] = [
  [0, 27, 16, any],
  [0, 28, 16, any],
  [0, 62, 16, any],
  ...ROUTER.slice(3, 16),
  [0, 29, 1, small],
  [0, 30, 1, small],
];
/** Milliseconds and 64-bit counters both ways. */
const BIFLOW: readonly Field[] = [
  [0, 8, 4, v4],
  [0, 12, 4, v4],
  [0, 7, 2, port],
  [0, 11, 2, port],
  [0, 4, 1, proto],
  [0, 152, 8, zero],
  [0, 161, 4, small],
  [0, 1, 8, any],
  [0, 2, 8, small],
  [29_305, 1, 8, any],
  [29_305, 2, 8, small],
  [0, 6, 2, small],
  [29_305, 6, 2, small],
  [0, 136, 1, (random) => 1 + random(5)],
];
const MACS: readonly Field[] = [...ROUTER, [0, 56, 6, any], [0, 80, 6, any], [0, 58, 2, small], [0, 192, 1, small]];

/** A linear congruential generator: the same records in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function recordsOf(fields: readonly Field[]): Uint8Array {
  const random = seeded(7);
  const length = fields.reduce((sum, field) => sum + field[2], 0);
  const bytes = new Uint8Array(length * RECORDS * SETS);
  let at = 0;
  for (let record = 0; record < RECORDS * SETS; record++) {
    for (const [, id, size, make] of fields) {
      const value = id === 152 ? NOW / 1000 - random(60_000) : make(random);
      for (let i = size - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[at + i] = rest % 256;
      at += size;
    }
  }
  return bytes;
}

function measure(name: string, protocol: 'netflow9' | 'ipfix', fields: readonly Field[], interpret: boolean): void {
  const template: TemplateField[] = fields.map(([pen, id, length]) => ({ pen, id, length }));
  const decoder = compileTemplate(template, { protocol, fields: 'usual', maxTimeDifference: 86_400 * 366, interpret });
  const bytes = recordsOf(fields);
  const set = bytes.length / SETS;
  const run: DecodeRun = {
    bytes,
    view: new DataView(bytes.buffer),
    at: 0,
    end: 0,
    receivedAt: NOW,
    exportTime: NOW,
    bootTime: NOW / 1000 - 3_200_000,
    uptime: 3_200_000,
    samplingRate: 1000,
    samplerRate: () => 0,
    recordRates: true,
    applicationName: () => '',
    sourceCode: 1,
    exporterCode: 2,
  };
  const batch = new EventBatch(CAPACITY);
  const passes: number[] = [];
  const began = performance.now();
  while (performance.now() - began < SECONDS * 1000) {
    let spent = 0;
    let from = performance.now();
    for (let i = 0; i < SETS; i++) {
      if (batch.length + RECORDS > CAPACITY) {
        spent += performance.now() - from;
        batch.reset();
        from = performance.now();
      }
      run.at = i * set;
      run.end = run.at + set;
      decoder.decode(run, batch);
    }
    passes.push((RECORDS * SETS) / (spent + performance.now() - from) / 1000);
  }
  passes.sort((a, b) => a - b);
  const at = (share: number) => passes[Math.floor((passes.length - 1) * share)].toFixed(2).padStart(7);
  process.stdout.write(`${name.padEnd(34)} median ${at(0.5)}  best ${at(1)} M flows/s  ${decoder.minLength} bytes\n`);
}

measure('router, v9, 18 fields', 'netflow9', ROUTER, false);
measure('minimal, v9, 12 fields', 'netflow9', MINIMAL, false);
measure('router, IPv6', 'netflow9', V6, false);
measure('biflow, IPFIX', 'ipfix', BIFLOW, false);
measure('router with MACs and TTL in attrs', 'netflow9', MACS, false);
measure('router, v9, interpreted', 'netflow9', ROUTER, true);
