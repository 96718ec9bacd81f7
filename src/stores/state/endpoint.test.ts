import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseEndpoint, releaseAbandoned, releaseEndpoint, socketPath } from './endpoint.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'end-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

describe('endpoint', () => {
  it('is a socket beside the data, in a folder for its user alone', async () => {
    const endpoint = await chooseEndpoint(folder, undefined, 'socket');
    expect(endpoint).toEqual({ folder: join(folder, 'run'), port: 5432, temporary: false });
    expect((await stat(endpoint.folder!)).mode & 0o777).toBe(0o700);
  });

  it('is a socket in a temporary folder when the path would be too long for one', async () => {
    // The longest folder whose socket does not fit, in characters of two bytes.
    const long = join(folder, 'é'.repeat(50));
    const endpoint = await chooseEndpoint(long, undefined, 'socket');
    expect(endpoint.temporary).toBe(true);
    expect(Buffer.byteLength(socketPath(endpoint.folder!, endpoint.port))).toBeLessThanOrEqual(103);
    expect((await stat(endpoint.folder!)).mode & 0o777).toBe(0o700);
    await releaseEndpoint(endpoint);
    await expect(stat(endpoint.folder!)).rejects.toThrow('ENOENT');
  });

  it('leaves nothing behind of an owner that died, and touches no other folder', async () => {
    const { folder: abandoned } = await chooseEndpoint(join(folder, 'x'.repeat(100)), undefined, 'socket');
    await releaseAbandoned(abandoned!);
    await expect(stat(abandoned!)).rejects.toThrow('ENOENT');
    for (const other of ['', folder]) await releaseAbandoned(other);
    await expect(stat(folder)).resolves.toBeDefined();
  });

  it('is a port when no path is short enough, or when that is wanted', async () => {
    const port = await chooseEndpoint(folder, undefined, 'loopback');
    expect(port).toMatchObject({ folder: undefined, temporary: false });
    expect(port.port).toBeGreaterThan(1023);
    vi.stubEnv('TMPDIR', join(folder, 'x'.repeat(100)));
    expect(await chooseEndpoint(join(folder, 'x'.repeat(100)), undefined, 'socket')).toMatchObject({
      folder: undefined,
    });
  });
});
