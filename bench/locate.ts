/**
 * Stage bench: scope, country, city, coordinates, AS number and direction of both addresses of every row, on one
 * core. Random addresses are the worst case (no two rows share a cache line); real traffic is kinder.
 *
 *     node --import tsx bench/locate.ts [rounds]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GeoLocator } from '../src/enrich/geo-locator.ts';
import { silentLog } from '../src/kit/log.ts';
import { EventBatch, type IpColumn } from '../src/model/batch.ts';

const ROWS = 16_384;
/** As many as are on their way at once: what a stage gets was just written by the one before. */
const BATCHES = 4;
const REPEATS = 16;
const rounds = Number(process.argv[2] ?? 5);
const megabytes = () => Math.round(process.memoryUsage.rss() / 1e6);

let seed = 1;
function random(): number {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return seed >>> 0;
}

/** Addresses that are given out: the first octet 1 to 223, not 10 and 127. */
function global4(): number {
  for (;;) {
    const address = random();
    const first = address >>> 24;
    if (first > 0 && first < 224 && first !== 10 && first !== 127) return address;
  }
}

const bytes = new Uint8Array(16);
function set6(column: IpColumn, row: number): void {
  for (let i = 0; i < 16; i++) bytes[i] = random() & 255;
  const registries = [0x2001, 0x2400, 0x2600, 0x2a00, 0x2a02, 0x2804];
  const first = registries[random() % registries.length];
  bytes[0] = first >> 8;
  bytes[1] = first & 255;
  column.setBytes(row, bytes, 0);
}

type Fill = (batch: EventBatch, row: number) => void;
const office: number[] = Array.from({ length: 2000 }, global4);
const fills: Record<string, Fill> = {
  'IPv4, both random': (batch, row) => {
    batch.columns.src_ip.setV4(row, global4());
    batch.columns.dst_ip.setV4(row, global4());
  },
  'IPv4, one end at home': (batch, row) => {
    batch.columns.src_ip.setV4(row, (0x0a00_0000 | (random() & 0xffff)) >>> 0);
    batch.columns.dst_ip.setV4(row, global4());
  },
  'IPv4, 2,000 peers': (batch, row) => {
    batch.columns.src_ip.setV4(row, office[random() % office.length]);
    batch.columns.dst_ip.setV4(row, office[random() % office.length]);
  },
  'IPv6, both random': (batch, row) => {
    set6(batch.columns.src_ip, row);
    set6(batch.columns.dst_ip, row);
  },
};

const cacheDir = mkdtempSync(join(tmpdir(), 'vedette-bench-'));
async function started(): Promise<GeoLocator> {
  const locator = new GeoLocator({ cacheDir, log: silentLog });
  const before = performance.now();
  await locator.start();
  const first = performance.now();
  await locator.ready();
  const ms = (from: number) => `${Math.round(performance.now() - from)} ms`;
  console.log(`start ${Math.round(first - before)} ms, ready after ${ms(before)}, process ${megabytes()} MB`);
  return locator;
}

try {
  console.log(`without tables ${megabytes()} MB`);
  await (await started()).stop();
  const locator = await started();
  console.log(locator.health());
  console.log(locator.sources());
  for (const [name, fill] of Object.entries(fills)) {
    const batches = Array.from({ length: BATCHES }, () => {
      const batch = new EventBatch(ROWS);
      for (let row = 0; row < ROWS; row++) fill(batch, row);
      batch.length = ROWS;
      return batch;
    });
    const rates: number[] = [];
    for (let round = 0; round < rounds; round++) {
      // CPU time: neighbours on the machine take wall time away. Times in µs, so rates in millions a second.
      const before = process.cpuUsage();
      for (let n = 0; n < REPEATS; n++) for (const batch of batches) locator.locate(batch, 0, ROWS);
      const { user, system } = process.cpuUsage(before);
      rates.push((ROWS * BATCHES * REPEATS) / (user + system));
    }
    rates.sort((left, right) => left - right);
    const median = rates[rates.length >> 1];
    console.log(
      `${name.padEnd(24)} ${median.toFixed(2)} M events per CPU-second (${rates[0].toFixed(2)} to ${rates.at(-1)?.toFixed(2)})`,
    );
  }
  console.log(`process ${megabytes()} MB`);
  await locator.stop();
} finally {
  rmSync(cacheDir, { recursive: true, force: true });
}
