/** Characters of a receiver's words that are kept. */
const KEPT = 500;
const MASK = '********';

/**
 * Makes a receiver's words fit to be shown: proxies and receivers echo headers and bodies, so every secret is replaced,
 * in the spellings it can come back in: plain, base64 (RFC 7617), percent-encoded, escaped in JSON.
 */
export class Redactor {
  readonly #spellings: readonly string[];

  constructor(secrets: readonly string[]) {
    const spellings = secrets.flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
    ]);
    // The longest first: one may be the beginning of another.
    this.#spellings = [...new Set(spellings)].filter(Boolean).sort((a, b) => b.length - a.length);
  }

  /** Without secrets and control characters, in one line, at most 500 characters. */
  clean(text: string): string {
    let clean = text;
    for (const spelling of this.#spellings) clean = clean.replaceAll(spelling, MASK);
    const line = clean.replace(/[\s\p{Cc}]+/gu, ' ').trim();
    return line.length > KEPT ? `${line.slice(0, KEPT - 1)}…` : line;
  }
}
