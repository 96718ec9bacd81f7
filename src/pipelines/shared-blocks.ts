import { type BatchColumns, DictColumn, EventBatch, TextColumn } from '../model/batch.ts';
import { Dictionary } from '../model/dictionary.ts';
import type { DeadLetter } from '../model/outcome.ts';
import type { FilledBlock, FilledText, NewStrings } from './flow-messages.ts';

/*
 * Blocks of rows that two threads hand to each other. The numbers lie in memory that both see; strings of dictionary
 * columns travel once, when they are new; texts are bytes in shared memory whose reference travels with the block.
 */

/** Strings after which a dictionary is begun anew, so that a sender that invents them takes no memory for ever. */
const DICTIONARY_LIMIT = 32_768;

type Name = keyof BatchColumns;

function columnsOf<T>(batch: EventBatch, kind: new (...args: never[]) => T): [Name, T][] {
  return (Object.entries(batch.columns) as [Name, unknown][]).filter((entry): entry is [Name, T] => {
    return entry[1] instanceof kind;
  });
}

/** Makes a batch in shared memory and says which buffers it lies on. */
export function makeSharedBatch(rows: number): { batch: EventBatch; buffers: SharedArrayBuffer[] } {
  const buffers: SharedArrayBuffer[] = [];
  const batch = new EventBatch(rows, (bytes) => {
    const buffer = new SharedArrayBuffer(bytes);
    buffers.push(buffer);
    return buffer;
  });
  // What a text column allocates later, when it grows, is told with each block.
  return { batch, buffers: [...buffers] };
}

/** The same batch in another thread. */
export function openSharedBatch(rows: number, buffers: readonly SharedArrayBuffer[]): EventBatch {
  let next = 0;
  return new EventBatch(rows, (bytes) => buffers[next++] ?? new SharedArrayBuffer(bytes));
}

/** The side that fills blocks. */
export class BlockWriter {
  readonly #batches: readonly EventBatch[];
  readonly #dictionaries = new Map<Name, { dictionary: Dictionary; told: number }>();

  constructor(batches: readonly EventBatch[]) {
    this.#batches = batches;
    for (const batch of batches)
      for (const [name, column] of columnsOf(batch, DictColumn)) {
        const shared = this.#dictionaries.get(name) ?? { dictionary: column.dictionary, told: 0 };
        this.#dictionaries.set(name, shared);
        column.dictionary = shared.dictionary;
      }
  }

  /** Block `index`, which the other side has emptied. */
  open(index: number): EventBatch {
    const batch = this.#batches[index];
    batch.length = 0;
    for (const [, column] of columnsOf(batch, TextColumn)) column.reset();
    for (const [name, column] of columnsOf(batch, DictColumn)) {
      const shared = this.#dictionaries.get(name);
      if (!shared) continue;
      if (shared.dictionary.size > DICTIONARY_LIMIT) {
        shared.dictionary = new Dictionary();
        shared.told = 0;
      }
      column.dictionary = shared.dictionary;
    }
    return batch;
  }

  /** What has to be said about block `index` when it is handed over. */
  close(index: number, letters: readonly DeadLetter[]): FilledBlock {
    const batch = this.#batches[index];
    const texts: FilledText[] = [];
    for (const [column, text] of columnsOf(batch, TextColumn))
      if (text.rows > 0) texts.push({ column, rows: text.rows, bytes: text.bytes.buffer as SharedArrayBuffer });
    const strings: NewStrings[] = [];
    for (const [column, shared] of this.#dictionaries) {
      const all = shared.dictionary.strings;
      if (shared.told === all.length) continue;
      strings.push({ column, from: shared.told, strings: all.slice(shared.told) });
      shared.told = all.length;
    }
    return { index, rows: batch.length, texts, strings, letters };
  }
}

/** The side that takes filled blocks. They have to be taken in the order in which they were closed. */
export class BlockReader {
  readonly #batches: readonly EventBatch[];
  readonly #dictionaries = new Map<string, Dictionary>();

  constructor(batches: readonly EventBatch[]) {
    this.#batches = batches;
  }

  take(block: FilledBlock): EventBatch {
    for (const { column, from, strings } of block.strings) {
      let dictionary = this.#dictionaries.get(column);
      if (from === 0 || !dictionary) {
        dictionary = new Dictionary();
        this.#dictionaries.set(column, dictionary);
      }
      for (const text of strings) dictionary.intern(text);
    }
    const batch = this.#batches[block.index];
    for (const [name, column] of columnsOf(batch, DictColumn)) {
      const dictionary = this.#dictionaries.get(name);
      if (dictionary) column.dictionary = dictionary;
    }
    for (const { column, rows, bytes } of block.texts) {
      const text = batch.columns[column as Name] as TextColumn;
      text.bytes = new Uint8Array(bytes);
      text.rows = rows;
    }
    batch.length = block.rows;
    return batch;
  }
}
