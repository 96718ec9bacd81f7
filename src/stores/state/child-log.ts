import type { Readable } from 'node:stream';
import type { Log } from '../../kit/log.ts';

const LINES_KEPT = 12;
const LINE_CHARS = 500;

/** What PostgreSQL says on its standard error: into the log by weight, and the end of it kept for an error message. */
export class ChildLog {
  readonly #log: Log;
  #tail: string[] = [];
  #part = '';

  constructor(log: Log) {
    this.#log = log;
  }

  /** The last lines, for a person who wants to know why it did not start. */
  get tail(): string {
    return this.#tail.join(' | ');
  }

  read(stream: Readable): void {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      const lines = (this.#part + text).split('\n');
      // A line without an end must not grow for ever.
      this.#part = lines.pop()!.slice(-LINE_CHARS);
      for (const line of lines) if (line) this.#write(line.slice(0, LINE_CHARS));
    });
  }

  #write(line: string): void {
    this.#tail.push(line);
    if (this.#tail.length > LINES_KEPT) this.#tail.shift();
    const text = `postgresql: ${line}`;
    if (line.startsWith('PANIC:')) this.#log.error(text);
    else if (isWarning(line)) this.#log.warn(text);
    else this.#log.debug(text);
  }
}

/** An ERROR reaches the caller of the query; a FATAL that only says that the server comes or goes is daily business. */
function isWarning(line: string): boolean {
  if (line.startsWith('WARNING:')) return true;
  return line.startsWith('FATAL:') && !/the database system is|terminating|connection to client lost/.test(line);
}
