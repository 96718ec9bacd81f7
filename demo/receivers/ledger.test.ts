import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Ledger } from './ledger.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('counts how often each id came', async () => {
  const ledger = new Ledger();
  await ledger.add(['1', '2', '2']);
  await ledger.add(['2']);
  expect(ledger.sums).toEqual({ events: 4, distinct: 2, duplicates: 2 });
  expect([ledger.times('2'), ledger.times('3'), ledger.has('1'), ledger.has('3')]).toEqual([3, 0, true, false]);
  expect([...ledger.ids()]).toEqual(['1', '2']);
});

it('knows after its end what it had confirmed, many additions at a time', async () => {
  const file = join(folder, 'taken');
  const ledger = new Ledger(file);
  await Promise.all(Array.from({ length: 50 }, (_, i) => ledger.add([`${i}`, `ä${i}`])));
  // On disk before it is closed: a process may be killed here.
  expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(100);
  expect(new Ledger(file).sums).toEqual({ events: 100, distinct: 100, duplicates: 0 });
  await ledger.close();
  const again = new Ledger(file);
  await again.add(['ä7']);
  await again.close();
  expect(new Ledger(file).sums).toEqual({ events: 101, distinct: 100, duplicates: 1 });
});

it('says when what others add is on disk', async () => {
  const file = join(folder, 'taken');
  const ledger = new Ledger(file);
  await ledger.synced();
  for (const id of ['1', '2', '3']) {
    void ledger.add([id]);
    await ledger.synced();
    expect(readFileSync(file, 'utf8')).toContain(`${id}\n`);
  }
  await ledger.close();
});

it('cuts off what a crash left of a last line', async () => {
  const file = join(folder, 'taken');
  appendFileSync(file, '12\n34\n5');
  const ledger = new Ledger(file);
  expect([...ledger.ids()]).toEqual(['12', '34']);
  await ledger.add(['56']);
  await ledger.close();
  expect(readFileSync(file, 'utf8')).toBe('12\n34\n56\n');
});
