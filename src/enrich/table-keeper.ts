import { stat } from 'node:fs/promises';
import { messageOf } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import type { TableSource } from './table-build.ts';
import type { LocationTable } from './table-image.ts';
import type { TableLoader } from './table-loader.ts';

/**
 * Holds the table of one kind and follows its source. A configured file wins over the packaged one; while it cannot
 * be used, what was loaded before, or else the packaged one, serves on and {@link problem} says why.
 */
export class TableKeeper {
  /** Replaced as a whole. */
  table: LocationTable | undefined;
  problem: string | undefined;
  building = false;
  readonly #configured: TableSource | undefined;
  readonly #packaged: TableSource | undefined;
  readonly #loader: TableLoader;
  readonly #log: Log;
  #signature = '';
  #current = false;

  constructor(configured: TableSource | undefined, packaged: TableSource | undefined, loader: TableLoader, log: Log) {
    this.#configured = configured;
    this.#packaged = packaged;
    this.#loader = loader;
    this.#log = log;
  }

  /** Takes what is kept from an earlier run: fast, and all there is to do when nothing changed. */
  async warm(): Promise<void> {
    const wanted = this.#configured ?? this.#packaged;
    if (!wanted) return;
    this.#signature = await signature(wanted);
    try {
      const table = await this.#loader.cached(wanted);
      if (table) this.#take(table);
    } catch (error) {
      this.#fail(wanted, error);
    }
    this.building = !this.#current && this.problem === undefined;
    if (!this.table && wanted !== this.#packaged) await this.#standIn(false);
  }

  /** Builds what {@link warm} did not find. */
  async settle(): Promise<void> {
    const wanted = this.#configured ?? this.#packaged;
    if (!wanted || this.#current) return;
    if (this.problem === undefined) await this.#load(wanted);
    if (!this.table && wanted !== this.#packaged) await this.#standIn(true);
  }

  /** Loads a configured file again when it is not the one tried last. Answers whether the table was replaced. */
  async follow(): Promise<boolean> {
    if (!this.#configured) return false;
    const now = await signature(this.#configured);
    if (now === this.#signature) return false;
    this.#signature = now;
    return this.#load(this.#configured);
  }

  async #load(source: TableSource): Promise<boolean> {
    this.building = true;
    try {
      this.#take((await this.#loader.cached(source)) ?? (await this.#loader.build(source)));
      return true;
    } catch (error) {
      this.#fail(source, error);
      return false;
    } finally {
      this.building = false;
    }
  }

  /** The packaged table in place of a configured one that cannot be used; the problem stays. */
  async #standIn(build: boolean): Promise<void> {
    const packaged = this.#packaged;
    if (!packaged) return;
    this.building ||= build;
    try {
      this.table = (await this.#loader.cached(packaged)) ?? (build ? await this.#loader.build(packaged) : undefined);
    } catch (error) {
      this.#log.warn({ err: error, files: packaged.files }, 'the packaged location table cannot be used');
    } finally {
      if (build) this.building = false;
    }
  }

  #take(table: LocationTable): void {
    this.table = table;
    this.problem = undefined;
    this.#current = true;
    const { covers, name, builtAt, ranges } = table.info;
    this.#log.info({ covers, source: name, builtAt, ranges, bytes: table.bytes }, 'location table loaded');
  }

  #fail(source: TableSource, error: unknown): void {
    if (this.#loader.stopped) return;
    this.problem = `${source.files.join(', ')} cannot be used: ${messageOf(error)}`;
    this.#log.warn({ covers: source.covers }, this.problem);
  }
}

/** Changes when a file is replaced or written to. */
async function signature(source: TableSource): Promise<string> {
  const parts = source.files.map(async (file) => {
    try {
      const { ino, size, mtimeMs } = await stat(file);
      return `${ino} ${size} ${mtimeMs}`;
    } catch (error) {
      return messageOf(error);
    }
  });
  return (await Promise.all(parts)).join('\n');
}
