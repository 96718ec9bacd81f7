import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../../kit/errors.ts';
import type { Log } from '../../kit/log.ts';
import type { Identity } from './identity.ts';
import { childEnvironment, type Native } from './native.ts';

const run = promisify(execFile);

/** The only role of the embedded PostgreSQL; it owns everything in it. */
export const ROLE = 'vedette';

export interface ClusterOptions {
  readonly stateDir: string;
  readonly native: Native;
  readonly identity: Identity | undefined;
  readonly log: Log;
}

/** Where the files of PostgreSQL are inside the folder of the state store. */
export function clusterFolder(stateDir: string): string {
  return join(stateDir, 'pg');
}

/**
 * Makes the files of a new PostgreSQL, once, and knows its password. They are made under another name and renamed, so
 * that a crash in between leaves no half of one; of two processes that do it at once, one wins.
 * @returns the password, random and kept in a file that this user alone can read.
 */
export async function prepareCluster(options: ClusterOptions): Promise<string> {
  const folder = clusterFolder(options.stateDir);
  const file = join(options.stateDir, 'password');
  const written = await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(absent);
  if (written !== undefined) {
    requireVersion(folder, Number(written), options.native.major);
    const password = await readFile(file, 'utf8').catch(absent);
    if (password) return password.trim();
    throw new AppError('UNAVAILABLE', `The password file ${file} is missing; restore it from a backup.`);
  }
  const password = await choosePassword(file);
  await removeLeftovers(options.stateDir);
  await initialise(folder, password, options);
  return password;
}

function requireVersion(folder: string, written: number, ours: number): void {
  if (written === ours) return;
  throw new AppError(
    'UNAVAILABLE',
    `The state in ${folder} was written by PostgreSQL ${written}, this is ${ours}. ` +
      'Export it with the version of Vedette that wrote it, or serve it with a PostgreSQL server and DATABASE_URL.',
  );
}

/** Links a finished file into place: it appears whole or not at all, and the first of several processes decides. */
async function choosePassword(file: string): Promise<string> {
  const part = `${file}.part-${process.pid}-${randomBytes(4).toString('hex')}`;
  await writeFile(part, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true });
  try {
    await link(part, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(part, { force: true });
  }
  await chmod(file, 0o600);
  return (await readFile(file, 'utf8')).trim();
}

async function initialise(folder: string, password: string, options: ClusterOptions): Promise<void> {
  const { identity, native, stateDir, log } = options;
  const part = `${folder}.new-${process.pid}-${randomBytes(4).toString('hex')}`;
  const passwordFile = `${part}.password`;
  try {
    await mkdir(part, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (identity) {
      await chown(part, identity.uid, identity.gid);
      await chown(passwordFile, identity.uid, identity.gid);
    }
    const began = performance.now();
    const settings = ['-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C', '--no-instructions'];
    await run(join(native.folder, 'bin', 'initdb'), ['-D', part, '-U', ROLE, `--pwfile=${passwordFile}`, ...settings], {
      ...identity,
      cwd: '/',
      env: childEnvironment(),
    }).catch((error: Error & { stderr?: string }) => {
      const said = error.stderr?.trim() || error.message;
      const hint = said.includes('user does not exist')
        ? ' PostgreSQL runs only under a user that has an account: run under one (nobody will do), or set DATABASE_URL.'
        : '';
      throw new AppError('UNAVAILABLE', `PostgreSQL could not be set up: ${said}.${hint}`);
    });
    await moveInto(part, folder);
    await syncFolder(stateDir);
    log.info({ folder, ms: Math.round(performance.now() - began) }, 'postgresql set up');
  } finally {
    await rm(passwordFile, { force: true });
    await rm(part, { recursive: true, force: true });
  }
}

async function moveInto(part: string, folder: string): Promise<void> {
  try {
    await rename(part, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const won = (code === 'ENOTEMPTY' || code === 'EEXIST') && (await stat(join(folder, 'PG_VERSION')).catch(absent));
    if (!won) throw error;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes what processes left that died while setting up; a living one still needs its own. */
async function removeLeftovers(stateDir: string): Promise<void> {
  for (const name of await readdir(stateDir)) {
    const pid = Number(/^pg\.new-(\d+)-/.exec(name)?.[1]);
    if (pid && (pid === process.pid || !isAlive(pid)) && (await isOld(join(stateDir, name))))
      await rm(join(stateDir, name), { recursive: true, force: true });
  }
}

/** Two stores of one process have the same pid: what is younger than a minute may be in use. */
async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(absent);
  return found !== undefined && Date.now() - found.mtimeMs > 60_000;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
