import { formatIp, formatV4 } from '../../model/address.ts';

const SIZE = 4096;

/** Text of addresses. A few hosts speak in most connections: their text is made once and shared. */
export class AddressNames {
  readonly #keys = new Int32Array(SIZE * 4);
  readonly #families = new Uint8Array(SIZE);
  readonly #texts: string[] = new Array(SIZE).fill('');
  readonly #bytes = new Uint8Array(16);
  readonly #view = new DataView(this.#bytes.buffer);

  /** @param at where the four words of the address are; see `record-layout.ts`. */
  name(words: Int32Array, at: number, family: number): string {
    const hash = Math.imul(words[at] ^ words[at + 2] ^ Math.imul(words[at + 3], 31) ^ words[at + 1], 0x9e3779b1);
    const entry = hash >>> 20;
    const key = entry * 4;
    const keys = this.#keys;
    if (
      this.#families[entry] === family &&
      keys[key] === words[at] &&
      keys[key + 1] === words[at + 1] &&
      keys[key + 2] === words[at + 2] &&
      keys[key + 3] === words[at + 3]
    )
      return this.#texts[entry];
    for (let i = 0; i < 4; i++) keys[key + i] = words[at + i];
    this.#families[entry] = family;
    const text = family === 4 ? formatV4(words[at]) : this.#v6(words, at);
    this.#texts[entry] = text;
    return text;
  }

  #v6(words: Int32Array, at: number): string {
    for (let i = 0; i < 4; i++) this.#view.setInt32(i * 4, words[at + i]);
    return formatIp(this.#bytes) || '::';
  }
}
