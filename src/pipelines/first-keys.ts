import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StateStore } from '../stores/state/store.ts';

/** Name of the stored key with which the command line works on the machine it runs on. */
const CLI_KEY_NAME = 'local-cli';

/** Where the command line finds its key: readable by the owner of the data folder only. */
export function cliKeyFile(dataDir: string): string {
  return join(dataDir, 'cli-key');
}

/**
 * Without any key, stored or configured, nobody could get in: makes one with every scope.
 * @returns its secret, to be shown once; undefined when there is a key already.
 */
export async function ensureFirstKey(state: StateStore, configured: readonly string[]): Promise<string | undefined> {
  if (configured.length > 0) return undefined;
  const keys = await state.keys.list();
  if (keys.some((key) => key.name !== CLI_KEY_NAME)) return undefined;
  const { key, secret } = await state.keys.create({
    name: 'first',
    scopes: ['read', 'ingest', 'admin'],
    tier: 'enterprise',
  });
  await state.audit.record({ actor: 'system', action: 'key.create', target: key.id, detail: { name: key.name } });
  return secret;
}

/** The key of the local command line, made anew when the file is gone or its key was revoked. */
export async function ensureCliKey(state: StateStore, dataDir: string): Promise<string> {
  const path = cliKeyFile(dataDir);
  const written = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (written !== '') {
    const known = await state.keys.find(written);
    if (known && !known.disabled) return written;
  }
  for (const key of await state.keys.list()) if (key.name === CLI_KEY_NAME) await state.keys.revoke(key.id);
  const { secret } = await state.keys.create({
    name: CLI_KEY_NAME,
    scopes: ['read', 'ingest', 'admin'],
    tier: 'enterprise',
  });
  const part = `${path}.part`;
  await writeFile(part, `${secret}\n`, { mode: 0o600 });
  await chmod(part, 0o600);
  await rename(part, path);
  return secret;
}
