import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../kit/errors.ts';

/** Longest path that a Unix socket may have on every system we run on. */
const SOCKET_PATH = 100;

/**
 * Keeps a second process off a folder. The lock is a listening Unix socket: it goes away with its process, however
 * that ends, so a lock that was left behind is recognised by nobody answering on it.
 */
export class FolderLock {
  readonly #folder: string;
  readonly #path: string;
  #server: Server | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    const inside = join(folder, 'lock');
    const name = createHash('sha256').update(folder).digest('hex').slice(0, 24);
    this.#path = inside.length <= SOCKET_PATH ? inside : join(tmpdir(), `vedette-${name}.lock`);
  }

  /** @throws AppError CONFLICT when another process has the folder. */
  async acquire(): Promise<void> {
    if (await answers(this.#path))
      throw new AppError('CONFLICT', `Another process already uses ${this.#folder}; stop it first.`);
    await rm(this.#path, { force: true });
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#path, resolve);
    });
    server.unref();
    this.#server = server;
  }

  async release(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server) await new Promise((resolve) => server.close(resolve));
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
