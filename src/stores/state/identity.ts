import { chmod, chown, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../kit/errors.ts';

/** The user under which PostgreSQL runs; undefined stands for the user of this process. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

const NOBODY: Identity = { uid: 65_534, gid: 65_534 };

/**
 * PostgreSQL refuses to run as root. Started as root we run it under the owner of the data it already has, else under
 * the account `nobody` (it must be an account: initdb looks its name up), without creating one.
 */
export async function chooseIdentity(cluster: string): Promise<Identity | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(cluster).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const fields = /^nobody:[^:]*:(-?\d+):(-?\d+):/m.exec(accounts);
  // An id below zero (macOS) is meant modulo 2^32.
  return fields ? { uid: Number(fields[1]) >>> 0, gid: Number(fields[2]) >>> 0 } : NOBODY;
}

/** Lets the group of `identity`, and nobody else, pass through a folder of ours that was closed to all others. */
export async function letPass(folder: string, identity: Identity | undefined): Promise<void> {
  if (!identity) return;
  const { mode, uid } = await stat(folder);
  if (uid !== process.getuid?.() || (mode & 0o077) !== 0) return;
  await chown(folder, uid, identity.gid);
  await chmod(folder, (mode & 0o700) | 0o010);
}

/** @throws AppError UNAVAILABLE naming the folder on the way to `folder` that `identity` cannot pass through. */
export async function requirePassable(folder: string, identity: Identity | undefined): Promise<void> {
  if (!identity) return;
  const parent = dirname(folder);
  if (parent !== folder) await requirePassable(parent, identity);
  const { mode, uid, gid } = await stat(folder);
  const bit = uid === identity.uid ? 0o100 : gid === identity.gid ? 0o010 : 0o001;
  if (mode & bit) return;
  throw new AppError(
    'UNAVAILABLE',
    `PostgreSQL does not run as root and was to run as user ${identity.uid}, who cannot pass through ${folder}. ` +
      `Run Vedette as an ordinary user, choose a data folder elsewhere, or allow it: chmod o+x ${folder}`,
  );
}
