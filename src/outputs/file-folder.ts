import { mkdir, realpath } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { AppError } from '../kit/errors.ts';

/** Where files may be written: who makes an output over the API must not be able to write anywhere on the disk. */
export interface FilePlaces {
  /** `<data folder>/outputs`: always allowed, and where relative paths begin. */
  readonly home: string;
  /** Absolute paths of folders that the settings allow as well; they must exist. */
  readonly allowed: readonly string[];
}

/**
 * The folder that an output writes to, by its path alone.
 * @param path As configured; the name of the output when undefined.
 * @throws AppError INVALID_PARAMETER when it is outside of what is allowed.
 */
export function folderOf(places: FilePlaces, path: string | undefined, name: string): string {
  const folder = resolve(places.home, path ?? name);
  if (rootsOf(places).some((root) => isBelow(root, folder))) return folder;
  throw new AppError(
    'INVALID_PARAMETER',
    'path: must be a folder below outputs in the data folder, or below one of the setting outputs.fileDirs',
  );
}

/**
 * Makes the folder, and proves that it really is where it seems to be: a link on the way may lead out.
 * @throws AppError FORBIDDEN when it does; what the file system throws.
 */
export async function makeFolder(places: FilePlaces, folder: string): Promise<void> {
  await mkdir(places.home, { recursive: true });
  // Looked at before anything is made: nothing of ours appears at the other end of a link.
  await prove(places, await existing(folder));
  await mkdir(folder, { recursive: true, mode: 0o750 });
  await prove(places, folder);
}

async function prove(places: FilePlaces, folder: string): Promise<void> {
  const real = await realpath(folder);
  for (const root of rootsOf(places)) {
    const realRoot = await realpath(root).catch(() => undefined);
    if (realRoot !== undefined && isBelow(realRoot, real)) return;
  }
  throw new AppError('FORBIDDEN', `${folder} leads to ${real}, outside of the folders that files may be written to.`);
}

/** The folder itself, or the nearest one above that is there. */
async function existing(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    try {
      await realpath(at);
      return at;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || at === dirname(at)) throw error;
    }
  }
}

function rootsOf({ home, allowed }: FilePlaces): readonly string[] {
  return [home, ...allowed].map((root) => resolve(root));
}

function isBelow(root: string, folder: string): boolean {
  const way = relative(root, folder);
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || resolve(way) === way);
}
