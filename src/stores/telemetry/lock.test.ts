import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FolderLock } from './lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the second is refused until the first lets go', async () => {
  const first = new FolderLock(folder);
  const second = new FolderLock(folder);
  await first.acquire();
  await expect(second.acquire()).rejects.toMatchObject({ code: 'CONFLICT' });
  await first.release();
  await second.acquire();
  await second.release();
});

test('a long path is locked as well', async () => {
  const long = join(folder, 'x'.repeat(120));
  const first = new FolderLock(long);
  await first.acquire();
  await expect(new FolderLock(long).acquire()).rejects.toMatchObject({ code: 'CONFLICT' });
  await first.release();
});

test('a killed process leaves no lock behind', async () => {
  const module = fileURLToPath(new URL('./lock.ts', import.meta.url));
  const script = `const { FolderLock } = await import(${JSON.stringify(module)}); await new FolderLock(${JSON.stringify(folder)}).acquire(); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
  await once(child.stdout, 'data');
  const lock = new FolderLock(folder);
  await expect(lock.acquire()).rejects.toMatchObject({ code: 'CONFLICT' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await lock.acquire();
  await lock.release();
});
