import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { AppError } from '../../kit/errors.ts';

const run = promisify(execFile);

/** Fast shutdown, then immediate, then none of its choice: what to send, and the milliseconds it is given. */
const STOP_LADDER: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
];

/** What `postmaster.pid` says, line by line. */
export interface PidFile {
  readonly pid: number;
  readonly port: number;
  /** Empty when there is no socket. */
  readonly socketFolder: string;
  /** `ready` when connections are taken. */
  readonly status: string;
}

/** A living PostgreSQL of our data. */
export interface Postmaster extends PidFile {
  /** The process that started it is its parent still; otherwise it is an orphan. */
  readonly owner: number | undefined;
}

/** Written on the command line of PostgreSQL, where it is true as long as the process lives. */
export function ownerMark(pid: number): string {
  return `vedette-${pid}`;
}

export async function readPidFile(folder: string): Promise<PidFile | undefined> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  const lines = text?.split('\n');
  const pid = Number(lines?.[0]);
  if (!lines || !Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), socketFolder: lines[4] ?? '', status: (lines[7] ?? '').trim() };
}

/**
 * The living PostgreSQL that `postmaster.pid` names. The number alone proves nothing (it may be of another process by
 * now, always so after a container restarts): the process must have been started with this data folder.
 */
export async function findPostmaster(folder: string): Promise<Postmaster | undefined> {
  const file = await readPidFile(folder);
  const living = file && (await describeProcess(file.pid));
  if (!living || !isPostmasterOf(living, folder)) return undefined;
  const starter = Number(/\bcluster_name=vedette-(\d+)/.exec(living.command)?.[1]);
  return { ...file, owner: starter === living.parent ? starter : undefined };
}

/**
 * Removes a pid file that names a process which lives but is no PostgreSQL of this data: PostgreSQL itself removes
 * those of dead processes, but would take this one for a rival and refuse to start.
 */
export async function removeStrangePidFile(folder: string): Promise<void> {
  const file = await readPidFile(folder);
  const living = file && (await describeProcess(file.pid));
  if (living && !isPostmasterOf(living, folder)) await rm(join(folder, 'postmaster.pid'), { force: true });
}

/**
 * Stops the PostgreSQL of this data, cleanly if it lets itself be.
 * @throws AppError UNAVAILABLE when it belongs to another user or outlives everything.
 */
export async function stopPostmaster(folder: string, pid: number): Promise<void> {
  for (const [signal, patience] of STOP_LADDER) {
    const deadline = performance.now() + patience;
    if (!(await isStill(folder, pid))) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ESRCH') return;
      throw new AppError('UNAVAILABLE', `The PostgreSQL ${pid} of ${folder} belongs to another user (${code}).`);
    }
    while (performance.now() < deadline) {
      await sleep(20);
      if (!(await isStill(folder, pid))) return;
    }
  }
  throw new AppError('UNAVAILABLE', `The PostgreSQL ${pid} of ${folder} cannot be stopped.`);
}

async function isStill(folder: string, pid: number): Promise<boolean> {
  const living = await describeProcess(pid);
  return living !== undefined && isPostmasterOf(living, folder);
}

interface LivingProcess {
  readonly parent: number;
  /** The arguments, joined by spaces. */
  readonly command: string;
}

function isPostmasterOf(living: LivingProcess, folder: string): boolean {
  return /\bpostgres\b/.test(living.command) && living.command.includes(`-D ${folder} `);
}

/** Undefined when there is no such process, or only its exit status is left (a zombie). */
async function describeProcess(pid: number): Promise<LivingProcess | undefined> {
  if (process.platform !== 'linux') return describeByPs(pid);
  try {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    // The second field is the name in brackets and may itself hold spaces and brackets.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    return { parent: Number(parent), command: `${command.replaceAll('\0', ' ')} ` };
  } catch {
    return undefined;
  }
}

async function describeByPs(pid: number): Promise<LivingProcess | undefined> {
  const answer = await run('ps', ['-ww', '-o', 'stat=,ppid=,command=', '-p', String(pid)]).catch(() => undefined);
  const fields = answer && /^\s*(\S+)\s+(\d+)\s+(.*)$/m.exec(answer.stdout);
  if (!fields || fields[1].startsWith('Z')) return undefined;
  return { parent: Number(fields[2]), command: `${fields[3]} ` };
}
