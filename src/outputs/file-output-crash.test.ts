import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { archive, dataFolder, idsIn } from './fixtures/files.ts';

const CHILD = join(import.meta.dirname, 'fixtures', 'file-child.ts');
const LAST = 4000;
let data: ReturnType<typeof dataFolder>;
beforeEach(() => {
  data = dataFolder();
});
afterEach(() => data.remove());

/** @returns the ids of the last confirmed events of each batch. */
async function write(from: number, killAfter: number): Promise<number[]> {
  const args = ['--import', 'tsx', CHILD, data.home, String(from), String(LAST)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const confirmed: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    confirmed.push(Number(line));
    if (confirmed.length === killAfter) child.kill('SIGKILL');
  }
  await exit;
  return confirmed;
}

it('has every event exactly once, though it is killed while it writes and the bookmark is behind', async () => {
  let from = 1;
  let kills = 0;
  while (from <= LAST) {
    const confirmed = await write(from, 6 + kills);
    const last = confirmed.at(-1) ?? from - 1;
    if (last === LAST) break;
    kills++;
    // The bookmark is saved a few times a second: what was confirmed after that comes again.
    from = (confirmed.at(-4) ?? from - 1) + 1;
  }
  expect(kills).toBeGreaterThanOrEqual(3);
  const output = archive(data.home, { rotate_bytes: 20_000 });
  await output.probe();
  await output.close();
  const ids = idsIn(join(data.home, 'archive'));
  expect(ids).toHaveLength(LAST);
  expect(ids).toEqual(Array.from({ length: LAST }, (_, i) => String(i + 1)));
}, 120_000);
