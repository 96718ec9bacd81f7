/** Names that are kept for one exporter; Cisco's NBAR2 knows about 1,500 applications. */
const LIMIT = 8192;
const LONGEST_KEY = 32;

/**
 * Names of applications by their id (95): one byte of classification engine, and a selector of any length (RFC 6759
 * section 4), whose leading zeros do not count, because options and flow records may give it different lengths.
 */
export class ApplicationNames {
  readonly #names = new Map<number | string, string>();

  /** The name of the id at `bytes[start..end)`, empty when it is not known. */
  at(bytes: Uint8Array, start: number, end: number): string {
    return this.#names.get(keyOf(bytes, start, end)) ?? '';
  }

  /** Answers whether the name is news. */
  tell(bytes: Uint8Array, start: number, end: number, name: string): boolean {
    return this.#set(keyOf(bytes, start, end), name);
  }

  /** What {@link load} takes, plain JSON; undefined when there is nothing. */
  save(): unknown {
    return this.#names.size === 0 ? undefined : [...this.#names];
  }

  /** Takes what {@link save} gave to an earlier process; whatever does not look like it is left out. */
  load(saved: unknown): void {
    if (!Array.isArray(saved)) return;
    for (const entry of saved as unknown[]) {
      if (!Array.isArray(entry)) continue;
      const [key, name] = entry as unknown[];
      if (isKey(key) && typeof name === 'string' && name !== '' && name.length <= 256) this.#set(key, name);
    }
  }

  #set(key: number | string, name: string): boolean {
    const before = this.#names.get(key);
    if (before === name || (before === undefined && this.#names.size >= LIMIT)) return false;
    this.#names.set(key, name);
    return true;
  }
}

/** Engine and selector as one number where the selector is up to 5 bytes long, else as hex text. */
function keyOf(bytes: Uint8Array, start: number, end: number): number | string {
  const engine = bytes[start] ?? 0;
  let at = start + 1;
  while (at < end && bytes[at] === 0) at++;
  if (end - at > 5) {
    const last = Math.min(end, at + LONGEST_KEY);
    return `${engine}:${Buffer.from(bytes.subarray(at, last)).toString('hex')}`;
  }
  let selector = 0;
  for (; at < end; at++) selector = selector * 256 + bytes[at];
  return engine * 2 ** 40 + selector;
}

function isKey(key: unknown): key is number | string {
  return typeof key === 'number' ? Number.isSafeInteger(key) && key >= 0 : typeof key === 'string' && key.length < 80;
}
