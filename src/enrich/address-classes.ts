import { AppError } from '../kit/errors.ts';
import { type Network, parseNetwork } from '../model/address.ts';
import { SCOPES } from '../model/kinds.ts';
import { SPECIAL_NETWORKS } from './scopes.ts';

/** Bits of a class: the scope code, and whether the address is at home. */
export const SCOPE_BITS = 0x0f;
export const HOME_BIT = 0x10;
/** In the first-level tables only: the 16 bits do not decide, see `v4Within` and `v6Within`. */
const UNDECIDED = 0x80;

interface Classed extends Network {
  readonly scope: number | undefined;
}

/** A node of the table under an undecided 16-bit prefix: networks of one family, the longest prefix first. */
interface Rule {
  readonly words: readonly number[];
  readonly masks: readonly number[];
  readonly class: number;
}

/**
 * Scope and home of addresses. The first 16 bits decide for nearly all of them, one byte of a table each; the few
 * /16s with smaller special networks inside have a short list of rules.
 */
export class AddressClasses {
  readonly #v4 = new Uint8Array(65_536);
  readonly #v6 = new Uint8Array(65_536);
  readonly #rules = new Map<number, readonly Rule[]>();

  /** @throws AppError INVALID_ADDRESS for a home network that is none. */
  constructor(homeNetworks: readonly string[]) {
    const networks: Classed[] = SPECIAL_NETWORKS.map(([text, scope]) => ({ ...network(text), scope: SCOPES[scope] }));
    for (const text of homeNetworks) networks.push({ ...network(text), scope: undefined });
    this.#fill(this.#v4, 4, networks, SCOPES.global);
    this.#fill(this.#v6, 6, networks, SCOPES.reserved);
  }

  /** Class of the IPv4 address `address`. */
  v4(address: number): number {
    const decided = this.#v4[address >>> 16];
    return decided < UNDECIDED ? decided : this.#within(address >>> 16, address, 0, 0, 0);
  }

  /** Class of the IPv6 address of these four words. */
  v6(a: number, b: number, c: number, d: number): number {
    const decided = this.#v6[a >>> 16];
    return decided < UNDECIDED ? decided : this.#within((a >>> 16) + 65_536, a, b, c, d);
  }

  #within(block: number, a: number, b: number, c: number, d: number): number {
    const rules = this.#rules.get(block)!;
    let i = 0;
    for (; i < rules.length - 1; i++) {
      const { words, masks } = rules[i];
      const inside =
        (a & masks[0]) === words[0] &&
        (b & masks[1]) === words[1] &&
        (c & masks[2]) === words[2] &&
        (d & masks[3]) === words[3];
      if (inside) break;
    }
    return rules[i].class;
  }

  #fill(table: Uint8Array, family: 4 | 6, networks: readonly Classed[], otherwise: number): void {
    const own = networks.filter((candidate) => candidate.family === family);
    const shift = family === 4 ? 96 : 0;
    table.fill(otherwise);
    // Small networks last, so that they overwrite the larger ones around them.
    own.sort((left, right) => left.prefix - right.prefix);
    for (const { bytes, prefix, scope } of own) {
      const length = prefix - shift;
      const first = (bytes[shift / 8] << 8) | bytes[shift / 8 + 1];
      if (length > 16) table[first] |= UNDECIDED;
      else
        for (let block = first; block < first + (1 << (16 - length)); block++)
          table[block] = scope === undefined ? table[block] | HOME_BIT : (table[block] & HOME_BIT) | scope;
    }
    const offset = family === 4 ? 0 : 65_536;
    for (let block = 0; block < 65_536; block++)
      if (table[block] >= UNDECIDED)
        this.#rules.set(offset + block, rulesOf(block, table[block] & ~UNDECIDED, own, shift));
  }
}

/** The class of every network longer than 16 bits in `block`, the longest first, and that of the rest at the end. */
function rulesOf(block: number, rest: number, networks: readonly Classed[], shift: number): Rule[] {
  const inside = networks.filter(
    ({ bytes, prefix }) => prefix - shift > 16 && ((bytes[shift / 8] << 8) | bytes[shift / 8 + 1]) === block,
  );
  const rules = inside.map((one) => {
    // Scope of the smallest special network around it; home if any home network is around it.
    let scope = rest & SCOPE_BITS;
    let home = rest & HOME_BIT;
    for (const other of inside) {
      if (other.prefix > one.prefix || !contains(other, one)) continue;
      if (other.scope === undefined) home = HOME_BIT;
      else scope = other.scope;
    }
    return { ...masked(one, shift), class: scope | home };
  });
  return [...rules.reverse(), { words: [0, 0, 0, 0], masks: [0, 0, 0, 0], class: rest }];
}

function contains(outer: Network, inner: Network): boolean {
  for (let bit = 0; bit < outer.prefix; bit++)
    if (((outer.bytes[bit >> 3] ^ inner.bytes[bit >> 3]) & (0x80 >> (bit & 7))) !== 0) return false;
  return true;
}

/** Signed words and masks, as bit operations give them; an IPv4 network in the first word. */
function masked({ bytes, prefix }: Network, shift: number): { words: number[]; masks: number[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const words = [0, 0, 0, 0];
  const masks = [0, 0, 0, 0];
  for (let i = shift / 32; i < 4; i++) {
    const length = Math.min(32, Math.max(0, prefix - i * 32));
    masks[i - shift / 32] = length === 0 ? 0 : -1 << (32 - length);
    words[i - shift / 32] = view.getInt32(i * 4);
  }
  return { words, masks };
}

function network(text: string): Network {
  const parsed = parseNetwork(text);
  if (!parsed) throw new AppError('INVALID_ADDRESS', `${text} is no network such as 192.0.2.0/24 or 2001:db8::/32`);
  return parsed;
}
