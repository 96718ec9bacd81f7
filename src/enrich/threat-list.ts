import { stat } from 'node:fs/promises';
import type { Component, Health } from '../kit/component.ts';
import { messageOf } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import type { MatchIndicator } from './matcher.ts';
import { type BadLine, readThreatList, ThreatListError, type ThreatListReport } from './threat-list-rows.ts';

/** Larger files are refused: a million lines are about 40 MB. */
const MAX_BYTES = 512 * 2 ** 20;
const INTERVAL_MS = 2_000;

export interface ThreatListOptions {
  readonly path: string;
  /** Hands the indicators on, as `ThreatMatcher.replace` takes them. */
  readonly replace: (source: string, indicators: AsyncIterable<MatchIndicator>) => Promise<void>;
  readonly log: Log;
  /** Name of the list in matches; `threatlist` when not given. */
  readonly source?: string;
  /** Milliseconds between looks at the file. */
  readonly interval?: number;
}

/**
 * Keeps the local list of threats loaded: reads the CSV file when it appears and again whenever it changes. A file
 * that is missing, too large or no list leaves what was loaded before in place, and shows in the health.
 */
export class ThreatList implements Component {
  readonly name = 'threat-list';
  readonly #options: ThreatListOptions;
  /** What the file looked like when it was last read, good or bad. */
  #seen = '';
  #report: ThreatListReport = { good: 0, bad: 0, badLines: [] };
  #problem: string | undefined = 'not read yet';
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #loading: Promise<unknown> = Promise.resolve();

  constructor(options: ThreatListOptions) {
    this.#options = options;
  }

  /** Reads the list once, then watches it. A list that cannot be read does not keep Vedette from starting. */
  async start(): Promise<void> {
    this.#running = true;
    await this.reload();
    this.#plan();
  }

  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    await this.#loading;
  }

  health(): Health {
    const { good, bad } = this.#report;
    const figures = { lines: good, bad_lines: bad };
    if (!this.#running) return { state: 'stopped', figures };
    if (this.#problem !== undefined)
      return { state: 'degraded', detail: `The threat list ${this.#options.path} ${this.#problem}`, figures };
    return { state: 'ok', ...(bad > 0 && { detail: `${bad} lines of the threat list are not used.` }), figures };
  }

  /** The first bad lines of the list that is loaded. */
  badLines(): readonly BadLine[] {
    return this.#report.badLines;
  }

  /** Reads the file if it has changed. @returns whether a list was loaded. */
  reload(): Promise<boolean> {
    const loading = this.#loading.then(() => this.#reload());
    this.#loading = loading;
    return loading;
  }

  #plan(): void {
    if (!this.#running) return;
    this.#timer = setTimeout(
      () => void this.reload().finally(() => this.#plan()),
      this.#options.interval ?? INTERVAL_MS,
    );
    this.#timer.unref();
  }

  async #reload(): Promise<boolean> {
    try {
      const before = await look(this.#options.path);
      if (before.look === this.#seen) return false;
      if (before.bytes > MAX_BYTES) throw new ThreatListError(`has more than ${MAX_BYTES} bytes.`);
      const loaded = await this.#load();
      // Written to while it was read: what was read may be half of it, so it is read again at the next look.
      this.#seen = (await look(this.#options.path)).look === before.look ? before.look : '';
      return loaded;
    } catch (error) {
      await this.#fail(error);
      return false;
    }
  }

  async #load(): Promise<boolean> {
    const { path, replace, log, source = 'threatlist' } = this.#options;
    const report: ThreatListReport = { good: 0, bad: 0, badLines: [] };
    await replace(source, readThreatList(path, source, report));
    this.#report = report;
    this.#problem = undefined;
    log.info({ path, lines: report.good, bad_lines: report.bad }, 'the threat list is loaded');
    if (report.bad > 0) log.warn({ path, bad_lines: report.badLines }, 'some lines of the threat list are not used');
    return true;
  }

  async #fail(error: unknown): Promise<void> {
    const { path, log } = this.#options;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const problem = missing ? 'does not exist.' : messageOf(error);
    // The same problem of the same file is logged once.
    const seen = await look(path).then(
      (found) => found.look,
      () => '',
    );
    if (problem !== this.#problem || seen !== this.#seen)
      log.warn(
        { path, problem, lines_kept: this.#report.good },
        'the threat list cannot be used; the last good one stays',
      );
    this.#problem = problem;
    this.#seen = seen;
  }
}

/** Size, times and identity of the file in one text: any change of the file changes it. */
async function look(path: string): Promise<{ readonly look: string; readonly bytes: number }> {
  const { size, mtimeMs, ctimeMs, ino } = await stat(path);
  return { look: `${size} ${mtimeMs} ${ctimeMs} ${ino}`, bytes: size };
}
