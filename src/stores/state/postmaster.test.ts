import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPostmaster, readPidFile, removeStrangePidFile, stopPostmaster } from './postmaster.ts';

let folder: string;
let children: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pid-'));
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

/** A process that sleeps, with the arguments PostgreSQL would have after `postgres`. */
async function pretend(dataFolder: string, mark: string): Promise<number> {
  const script = 'process.stdout.write("up"); setInterval(() => {}, 1000)';
  const child = spawn(process.execPath, ['-e', script, 'postgres', '-D', dataFolder, '-c', `cluster_name=${mark}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  await new Promise((resolve) => child.stdout!.once('data', resolve));
  return child.pid!;
}

function writePidFile(pid: number): Promise<void> {
  return writeFile(join(folder, 'postmaster.pid'), `${pid}\n${folder}\n1\n5432\n/run/x\n\n 1 2\nready   \n`);
}

describe('postmaster', () => {
  it('reads the pid file, whole, in part, or none', async () => {
    expect(await readPidFile(folder)).toBeUndefined();
    await writeFile(join(folder, 'postmaster.pid'), '');
    expect(await readPidFile(folder)).toBeUndefined();
    await writeFile(join(folder, 'postmaster.pid'), '12\n/x\n');
    expect(await readPidFile(folder)).toMatchObject({ pid: 12, socketFolder: '', status: '' });
    await writePidFile(34);
    expect(await readPidFile(folder)).toEqual({ pid: 34, port: 5432, socketFolder: '/run/x', status: 'ready' });
  });

  it('takes the process for one of its data folder alone', async () => {
    await writePidFile(await pretend(`${folder}-other`, `vedette-${process.pid}`));
    expect(await findPostmaster(folder)).toBeUndefined();
    await writePidFile(process.pid);
    expect(await findPostmaster(folder)).toBeUndefined();
  });

  it('tells one with its owner from an orphan', async () => {
    const owned = await pretend(folder, `vedette-${process.pid}`);
    await writePidFile(owned);
    expect(await findPostmaster(folder)).toMatchObject({ pid: owned, owner: process.pid });
    const orphan = await pretend(folder, 'vedette-999999999');
    await writePidFile(orphan);
    expect(await findPostmaster(folder)).toMatchObject({ pid: orphan, owner: undefined });
  });

  it('removes the pid file of a stranger and leaves that of a PostgreSQL', async () => {
    await writePidFile(process.pid);
    await removeStrangePidFile(folder);
    expect(await readPidFile(folder)).toBeUndefined();
    await writePidFile(await pretend(folder, 'vedette-1'));
    await removeStrangePidFile(folder);
    expect(await readPidFile(folder)).toBeDefined();
  });

  it('stops the right process and no other', async () => {
    await stopPostmaster(folder, process.pid);
    const pid = await pretend(folder, 'vedette-1');
    await stopPostmaster(folder, pid);
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z ');
    expect(state).toMatch(/\) [ZX] /);
  });
});
