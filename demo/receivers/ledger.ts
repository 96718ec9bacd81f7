import { existsSync, readFileSync, truncateSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/**
 * What a receiver has taken: how often each id came. With a file every addition is on disk before it resolves, so that a
 * receiver that is killed knows after its start what it had confirmed. A line of the file is one id.
 */
export class Ledger {
  readonly #counts = new Map<string, number>();
  readonly #file: string | undefined;
  readonly #most: number;
  #handle: FileHandle | undefined;
  #events = 0;
  #pending = '';
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /**
   * Reads what the file has; what a crash left of a last line is cut off.
   * @param most ids that are remembered, the newest; all of them when not given.
   */
  constructor(file?: string, most = Number.POSITIVE_INFINITY) {
    this.#file = file;
    this.#most = most;
    if (file === undefined || !existsSync(file)) return;
    const bytes = readFileSync(file);
    const end = bytes.lastIndexOf('\n') + 1;
    if (end < bytes.length) truncateSync(file, end);
    for (const id of bytes.toString('utf8', 0, end).split('\n')) if (id !== '') this.#count(id);
  }

  has(id: string): boolean {
    return this.#counts.has(id);
  }

  /** How often this id was taken. */
  times(id: string): number {
    return this.#counts.get(id) ?? 0;
  }

  /** Of all events, and of different ones. */
  get sums(): { readonly events: number; readonly distinct: number; readonly duplicates: number } {
    const distinct = this.#counts.size;
    return { events: this.#events, distinct, duplicates: this.#events - distinct };
  }

  ids(): IterableIterator<string> {
    return this.#counts.keys();
  }

  /** Resolves when they are on disk. Ids have no line ends. */
  async add(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    for (const id of ids) this.#count(id);
    if (this.#file === undefined) return;
    this.#pending += `${ids.join('\n')}\n`;
    // What gathers while one sync is under way shares the next one.
    this.#next ??= (this.#writing ?? Promise.resolve()).then(() => this.#write());
    await this.#next;
  }

  /** Resolves when everything that was added until now is on disk. */
  async synced(): Promise<void> {
    await (this.#next ?? this.#writing);
  }

  async close(): Promise<void> {
    await this.#next;
    await this.#writing;
    await this.#handle?.close();
    this.#handle = undefined;
  }

  #count(id: string): void {
    this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
    this.#events++;
    if (this.#counts.size <= this.#most) return;
    const [oldest] = this.#counts.keys();
    this.#counts.delete(oldest);
  }

  #write(): Promise<void> {
    const text = this.#pending;
    this.#pending = '';
    this.#next = undefined;
    this.#writing = (async () => {
      this.#handle ??= await open(this.#file ?? '', 'a');
      await this.#handle.appendFile(text);
      await this.#handle.datasync();
    })();
    return this.#writing;
  }
}
