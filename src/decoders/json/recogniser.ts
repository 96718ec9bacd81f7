import { Dictionary } from '../../model/dictionary.ts';
import { familyMarks, formatByMarks, formatNumber, zeekLogNumber } from './catalog.ts';
import type { Shape } from './shapes.ts';
import { WordCodes } from './word-codes.ts';

const LONGEST_NAME = 64;
/** The record names a log that is not read here. */
export const UNKNOWN_LOG = -2;

/** Tells the format of a record where the request names no more than a family (`auto`, `zeek`, `netflow`). */
export class Recogniser {
  readonly #words = new WordCodes();
  #names = new Dictionary();
  /** Format or {@link UNKNOWN_LOG}, by the code of its name. */
  #logs: number[] = [];

  /**
   * The format by the log that the record names (`_path`; `format` or `type` where they name a Zeek log), or else by its
   * keys; negative when it cannot be told.
   */
  recognise(body: Uint8Array, fields: Int32Array, base: number, shape: Shape, family: string): number {
    if (family !== 'netflow') {
      if (shape.path >= 0) return this.#log(body, fields, base + shape.path);
      const log = shape.type >= 0 ? this.#log(body, fields, base + shape.type) : UNKNOWN_LOG;
      if (log >= 0) return log;
    }
    const format = formatByMarks(shape.marks & familyMarks(family));
    return format < 0 && family === 'netflow' ? formatNumber('flows.v1') : format;
  }

  #log(body: Uint8Array, fields: Int32Array, at: number): number {
    const from = fields[at + 2];
    const to = fields[at + 3];
    if (body[from] !== 34 || to - from > LONGEST_NAME) return UNKNOWN_LOG;
    const code = this.#words.codeOf(this.#names, body, from + 1, to - 1);
    let log = this.#logs[code];
    if (log === undefined) {
      const number = zeekLogNumber(this.#names.strings[code]);
      log = number < 0 ? UNKNOWN_LOG : number;
      this.#logs[code] = log;
    }
    // Names come from outside: do not collect them without end.
    if (this.#names.size > 1024) {
      this.#names = new Dictionary();
      this.#logs = [];
    }
    return log;
  }
}
