import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../kit/errors.ts';
import { buildTable, sourceKey, type TableSource } from './table-build.ts';

/** What the thread is started with. */
export interface TableOrder {
  readonly source: TableSource;
  readonly key: string;
  /** Where the finished table is kept for the next start. */
  readonly cacheFile: string;
}

/** What it answers: the table, or why there is none; `cacheError` when it could only not be kept. */
export type TableAnswer = { readonly image: ArrayBuffer; readonly cacheError?: string } | { readonly error: string };

function answer(order: TableOrder): TableAnswer {
  try {
    const image = buildTable(order.source, order.key);
    // A file replaced under the reader gives a table of two halves.
    if (sourceKey(order.source) !== order.key) return { error: 'the file changed while it was read' };
    const cacheError = keep(image, order.cacheFile);
    return cacheError === undefined ? { image } : { image, cacheError };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

/** Writes beside and renames, so that a file under the final name is whole. Returns why it could not be written. */
function keep(image: ArrayBuffer, file: string): string | undefined {
  const part = `${file}.${process.pid}.part`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    try {
      writeFileSync(part, new Uint8Array(image));
      renameSync(part, file);
    } catch (error) {
      rmSync(part, { force: true });
      throw error;
    }
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

const result = answer(workerData as TableOrder);
parentPort?.postMessage(result, 'image' in result ? [result.image] : []);
