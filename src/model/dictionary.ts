/**
 * A growing list of distinct strings with their codes; code 0 is the empty string. Shared by the batches that a
 * decoder fills, so that a string met before costs one look-up and no new code.
 */
export class Dictionary {
  readonly strings: string[] = [''];
  readonly #codes = new Map<string, number>([['', 0]]);

  get size(): number {
    return this.strings.length;
  }

  /** The code of `text`, new if it was not met before. */
  intern(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const code = this.strings.length;
    this.strings.push(text);
    this.#codes.set(text, code);
    return code;
  }

  /** The code of `text`, or undefined. */
  find(text: string): number | undefined {
    return this.#codes.get(text);
  }
}
