import { protocolNumber } from '../../model/kinds.ts';

const MOST_NAMES = 256;

/** Numbers of IP protocols by name, each name looked up once. */
export class Protocols {
  readonly #numbers = new Map<string, number>();

  /** -1 when it names none; 0 for Zeek's `unknown_transport`. */
  numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = /^unknown/i.test(name) ? 0 : (protocolNumber(name) ?? -1);
    if (this.#numbers.size < MOST_NAMES) this.#numbers.set(name, number);
    return number;
  }
}

const FLAG_NAMES = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];

/** The JSON list `["SYN","ACK"]` → 0x12; -1 when it is no list of flag names. */
export function parseFlagNames(bytes: Uint8Array, from: number, to: number): number {
  const names: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(from, to)));
  if (!Array.isArray(names)) return -1;
  let flags = 0;
  for (const name of names) {
    const bit = typeof name === 'string' ? FLAG_NAMES.indexOf(name.toUpperCase()) : -1;
    if (bit < 0) return -1;
    flags |= 1 << bit;
  }
  return flags;
}
