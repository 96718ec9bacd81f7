import { AppError, messageOf } from '../../kit/errors.ts';
import type { Log } from '../../kit/log.ts';
import type { Driver } from './driver.ts';
import { engineError, isPermanent } from './engine-error.ts';
import { MergePace } from './merge-pace.ts';
import { DEAD_LETTER_COLUMNS, DEAD_LETTERS, EVENT_COLUMNS, EVENTS } from './schema.ts';
import type { Spool, SpoolGroup } from './spool.ts';

/** One insert: large enough to be cheap, small enough to fit in memory. */
const GROUP_ROWS = 262_144;
const GROUP_BYTES = 96 << 20;
/** Smaller groups wait this long for more. */
const GROUP_AGE_MS = 1000;
const RETRY_MS = [250, 1000, 3000, 10_000, 30_000];

const TABLES = {
  events: { table: EVENTS, columns: EVENT_COLUMNS },
  dead: { table: DEAD_LETTERS, columns: DEAD_LETTER_COLUMNS },
} as const;

interface Waiter {
  readonly seq: number;
  resolve(): void;
  reject(error: unknown): void;
}

export interface DrainHooks {
  /** After each group that went in. */
  inserted(group: SpoolGroup, seconds: number): void;
  quarantined(group: SpoolGroup): void;
}

/** Moves the spool into the engine: seal, insert, delete; one group at a time, oldest first. */
export class Drain {
  readonly #spool: Spool;
  readonly #driver: Driver;
  readonly #log: Log;
  readonly #hooks: DrainHooks;
  /** Only where the engine shares our cores; a server looks after itself. */
  readonly #merges: MergePace | undefined;
  #waiters: Waiter[] = [];
  #wake: (() => void) | undefined;
  #signalled = false;
  #running: Promise<void> | undefined;
  #stopping = false;
  #failures = 0;
  #lastError = '';

  constructor(spool: Spool, driver: Driver, log: Log, hooks: DrainHooks) {
    this.#spool = spool;
    this.#driver = driver;
    this.#log = log;
    this.#hooks = hooks;
    if (driver.engine === 'chdb') this.#merges = new MergePace((sql) => driver.exec(sql), GROUP_ROWS);
  }

  /** Why inserts fail at present; empty when they do not. */
  get trouble(): string {
    return this.#failures > 0 ? this.#lastError : '';
  }

  start(): void {
    this.#stopping = false;
    this.#running ??= this.#loop();
  }

  /** There is something new in the spool. */
  notify(): void {
    this.#signalled = true;
    this.#wake?.();
  }

  /** Resolves when every file up to counter `seq` is out of the spool. */
  flush(seq: number): Promise<void> {
    if (this.#spool.firstSeq > seq) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ seq, resolve, reject });
      this.notify();
    });
  }

  /** Ends after the group in hand; what is left stays in the spool for the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.notify();
    await this.#running;
    this.#running = undefined;
    for (const waiter of this.#waiters) waiter.reject(new AppError('UNAVAILABLE', 'The store is stopping.'));
    this.#waiters = [];
  }

  async #loop(): Promise<void> {
    while (!this.#stopping) {
      try {
        const group = this.#spool.groups[0] ?? (await this.#gather());
        if (!group) continue;
        await this.#insert(group);
        this.#failures = 0;
      } catch (error) {
        this.#lastError = messageOf(error).slice(0, 200);
        this.#log.warn({ error: this.#lastError, failures: this.#failures + 1 }, 'insert failed, trying again');
        await this.#sleep(RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)], false);
      }
      this.#release();
    }
  }

  /** Waits for enough rows, enough age or a flush, and seals what there is. */
  async #gather(): Promise<SpoolGroup | undefined> {
    while (!this.#stopping && this.#spool.files.length === 0) await this.#sleep(60_000, true);
    const until = Date.now() + GROUP_AGE_MS;
    while (
      !this.#stopping &&
      this.#waiters.length === 0 &&
      this.#spool.rows < GROUP_ROWS &&
      this.#spool.bytes < GROUP_BYTES
    ) {
      const left = until - Date.now();
      if (left <= 0) break;
      await this.#sleep(left, true);
    }
    return this.#stopping ? undefined : this.#spool.seal(GROUP_ROWS, GROUP_BYTES);
  }

  async #insert(group: SpoolGroup): Promise<void> {
    const started = performance.now();
    try {
      const folder = this.#spool.folderOf(group);
      await this.#driver.insert({
        ...TABLES[group.kind],
        folder,
        pattern: `*.${group.kind}`,
        files: group.files.map((file) => `${folder}/${file.name}`),
        token: group.name,
      });
    } catch (error) {
      const failed = engineError(error);
      if (!isPermanent(failed, this.#failures)) throw failed;
      if (group.files.length > 1) return this.#spool.split(group);
      this.#log.error({ group: group.name, error: failed.message }, 'a spool group cannot be inserted: quarantined');
      await this.#spool.quarantine(group);
      this.#hooks.quarantined(group);
      return;
    }
    await this.#spool.remove(group);
    this.#hooks.inserted(group, (performance.now() - started) / 1000);
    await this.#merges?.inserted(this.#spool.rows);
  }

  #release(): void {
    const first = this.#spool.firstSeq;
    this.#waiters = this.#waiters.filter((waiter) => {
      if (waiter.seq >= first) return true;
      waiter.resolve();
      return false;
    });
  }

  /** @param wakeable ends early when there is news; a pause after a failure ends early only for stop. */
  async #sleep(ms: number, wakeable: boolean): Promise<void> {
    if (this.#stopping || (wakeable && this.#signalled)) {
      this.#signalled = false;
      return;
    }
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#wake = () => {
        if (wakeable || this.#stopping) end();
      };
    });
    if (wakeable) this.#signalled = false;
  }
}
