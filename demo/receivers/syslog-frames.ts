const SPACE = 0x20;
const LINE_END = 0x0a;
const DIGITS = /^\d{1,10}$/;

/**
 * Cuts a stream into syslog messages (RFC 6587, 3.4): those that begin with a digit are counted in bytes, others end with
 * a line end.
 */
export class SyslogFrames {
  #rest: Buffer = Buffer.alloc(0);

  /** Bytes of a message that is not whole yet. */
  get pending(): number {
    return this.#rest.length;
  }

  /** @returns messages that are whole now. @throws Error when a length is none. */
  push(chunk: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const messages: string[] = [];
    for (let message = this.#next(); message !== undefined; message = this.#next()) messages.push(message);
    return messages;
  }

  #next(): string | undefined {
    const rest = this.#rest;
    if (rest.length === 0) return undefined;
    if (rest[0] < 0x30 || rest[0] > 0x39) return this.#take(0, rest.indexOf(LINE_END), 1);
    const space = rest.subarray(0, 12).indexOf(SPACE);
    if (space < 0 && rest.length < 12) return undefined;
    const length = rest.toString('latin1', 0, Math.max(0, space));
    if (!DIGITS.test(length)) throw new Error('This is no length of a message.');
    const end = space + 1 + Number(length);
    return this.#take(space + 1, end <= rest.length ? end : -1, 0);
  }

  #take(begin: number, end: number, after: number): string | undefined {
    if (end < 0) return undefined;
    const message = this.#rest.toString('utf8', begin, end);
    this.#rest = this.#rest.subarray(end + after);
    return message;
  }
}
