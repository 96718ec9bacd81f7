import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** With VEDETTE_REQUIRE_ALL=1 nothing that can be installed may be missing: what is absent fails instead of skipping. */
export const REQUIRE_ALL = process.env.VEDETTE_REQUIRE_ALL === '1';

/** Is the program installed? Throws where everything is required. */
export function haveProgram(name: string): boolean {
  const found = spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
  if (!found && REQUIRE_ALL) throw new Error(`${name} is not installed, and VEDETTE_REQUIRE_ALL=1`);
  return found;
}

/** A file of the data made by others, for cross-checks; undefined where that folder is absent. */
export function sharedData(path: string): string | undefined {
  const folder = process.env.VEDETTE_SHARED ?? join(root, '..', 'shared');
  const file = join(folder, 'data', path);
  return existsSync(file) ? file : undefined;
}
