import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
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

/** CAP_NET_RAW, of linux/capability.h. */
const NET_RAW = 13n;

/** Whether this process, and so a program that it starts, may capture packets: a right, which nobody can install. */
export function mayCapture(): boolean {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  return ((effective >> NET_RAW) & 1n) === 1n;
}
