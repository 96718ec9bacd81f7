import type { Log } from '../../kit/log.ts';
import type { TrafficLogLine } from '../../model/traffic-view.ts';

const LINES = 1000;

/** The last lines of what the traffic analysis did, for those who have no access to the log of the process. */
export class Journal {
  readonly #log: Log;
  readonly #lines: TrafficLogLine[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  get lines(): readonly TrafficLogLine[] {
    return this.#lines;
  }

  write(type: TrafficLogLine['type'], text: string, level: TrafficLogLine['level'] = 'info'): void {
    if (this.#lines.length >= LINES) this.#lines.shift();
    this.#lines.push({ at: Date.now(), type, level, text });
    this.#log[level]({ type }, text);
  }
}
