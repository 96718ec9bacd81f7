import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Identity } from './identity.ts';

/** Bytes of `sun_path` in `sockaddr_un`, less the final NUL: 108 on Linux, 104 on the BSDs and macOS. */
const SOCKET_PATH_BYTES = process.platform === 'linux' ? 107 : 103;
/** Only part of the name of the socket file when no port is opened. */
const SOCKET_PORT = 5432;
const TEMPORARY = 'vedette-';

/** Where the embedded PostgreSQL listens: a Unix socket in `folder`, or a port of 127.0.0.1. */
export interface Endpoint {
  readonly folder: string | undefined;
  readonly port: number;
  /** The folder is a temporary one and goes away with us. */
  readonly temporary: boolean;
}

/** The socket of a PostgreSQL that was started with this folder and port. */
export function socketPath(folder: string, port: number): string {
  return join(folder, `.s.PGSQL.${port}`);
}

/** The socket lies with the data; in a temporary folder when that path is too long for one; else a port it is. */
export async function chooseEndpoint(
  stateDir: string,
  identity: Identity | undefined,
  listen: 'socket' | 'loopback',
): Promise<Endpoint> {
  if (listen === 'socket') {
    const folder = join(stateDir, 'run');
    if (fits(folder)) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if (identity) await chown(folder, identity.uid, identity.gid);
      return { folder, port: SOCKET_PORT, temporary: false };
    }
    const prefix = join(tmpdir(), TEMPORARY);
    if (fits(`${prefix}XXXXXX`)) {
      const temporary = await mkdtemp(prefix);
      if (identity) await chown(temporary, identity.uid, identity.gid);
      return { folder: temporary, port: SOCKET_PORT, temporary: true };
    }
  }
  return { folder: undefined, port: await freePort(), temporary: false };
}

export async function releaseEndpoint(endpoint: Endpoint): Promise<void> {
  if (endpoint.temporary && endpoint.folder) await rm(endpoint.folder, { recursive: true, force: true });
}

/** Removes the temporary folder of a PostgreSQL whose owner died before it could. */
export async function releaseAbandoned(folder: string): Promise<void> {
  if (folder.startsWith(join(tmpdir(), TEMPORARY)) && dirname(folder) === tmpdir())
    await rm(folder, { recursive: true, force: true });
}

function fits(folder: string): boolean {
  return Buffer.byteLength(socketPath(folder, SOCKET_PORT)) <= SOCKET_PATH_BYTES;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port of the loopback interface is free.');
  return address.port;
}
