import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import { sourceKey, type TableSource } from './table-build.ts';
import { decodeImage, type LocationTable } from './table-image.ts';
import type { TableAnswer, TableOrder } from './table-worker.ts';

/** Built tables kept per kind: the one in use, the one before it, and one of another process with other settings. */
const KEPT = 3;

/** Gets tables from the cache folder, or builds them on a thread of their own and keeps them there. */
export class TableLoader {
  readonly #cacheDir: string;
  readonly #log: Log;
  readonly #workers = new Set<Worker>();
  /** What is under way when it stops fails, and nobody needs to hear of it. */
  stopped = false;

  constructor(cacheDir: string, log: Log) {
    this.#cacheDir = cacheDir;
    this.#log = log;
  }

  /** The kept table of `source`; undefined when there is none or it is damaged. @throws when a source file is missing. */
  async cached(source: TableSource): Promise<LocationTable | undefined> {
    const file = this.#file(source, sourceKey(source));
    try {
      return decodeImage(await readWhole(file));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#log.warn({ file, err: error }, 'a kept location table cannot be used and is built anew');
      return undefined;
    }
  }

  /** Builds the table of `source`. @throws Error with the reason when it cannot be built. */
  async build(source: TableSource): Promise<LocationTable> {
    const key = sourceKey(source);
    const cacheFile = this.#file(source, key);
    const answer = await this.#order({ source, key, cacheFile });
    if ('error' in answer) throw new Error(answer.error);
    if (answer.cacheError === undefined) await this.#prune(source.covers);
    else this.#log.warn({ file: cacheFile }, `the location table cannot be kept: ${answer.cacheError}`);
    return decodeImage(answer.image);
  }

  /** Ends what is being built. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.#workers].map((worker) => worker.terminate()));
  }

  #file(source: TableSource, key: string): string {
    return join(this.#cacheDir, `location-${source.covers}-${key}.table`);
  }

  #order(order: TableOrder): Promise<TableAnswer> {
    const worker = startWorker(order);
    this.#workers.add(worker);
    return new Promise<TableAnswer>((resolve) => {
      worker.once('message', resolve);
      worker.once('error', (error) => resolve({ error: messageOf(error) }));
      worker.once('exit', () => resolve({ error: 'the thread that builds the table ended' }));
    }).finally(() => {
      this.#workers.delete(worker);
      return worker.terminate();
    });
  }

  async #prune(covers: string): Promise<void> {
    try {
      const names = (await readdir(this.#cacheDir)).filter((name) => name.startsWith(`location-${covers}-`));
      const files = await Promise.all(
        names.map(async (name) => ({ name, time: (await stat(join(this.#cacheDir, name))).mtimeMs })),
      );
      files.sort((left, right) => right.time - left.time);
      for (const { name } of files.slice(KEPT)) await rm(join(this.#cacheDir, name), { force: true });
    } catch (error) {
      this.#log.warn({ err: error }, 'old location tables cannot be removed');
    }
  }
}

async function readWhole(path: string): Promise<ArrayBuffer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(new ArrayBuffer(size));
    let at = 0;
    while (at < size) {
      const { bytesRead } = await file.read(bytes, at, size - at, at);
      if (bytesRead === 0) throw new Error('the table file is cut short');
      at += bytesRead;
    }
    return bytes.buffer;
  } finally {
    await file.close();
  }
}

function startWorker(order: TableOrder): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./table-worker.js', import.meta.url), { workerData: order });
  // Run from its sources, the thread needs the loader that the process has; its entry cannot be TypeScript itself.
  const loader = import.meta.resolve('tsx/esm/api');
  const entry = new URL('./table-worker.ts', import.meta.url).href;
  const code = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(entry)}); });`;
  return new Worker(code, { workerData: order, eval: true, execArgv: [] });
}
