import { parseNetwork } from '../../model/address.ts';
import { MAPPED } from './peer-table.ts';

/**
 * The networks that may send. Lists are short and asked once for each new sender, so they are walked. IPv4 networks
 * match IPv4 senders, mapped ones included, and nothing else does: `::/0` is all of IPv6.
 */
export class AllowList {
  /** Pairs of network and mask: the last word of the address. */
  readonly #v4: Uint32Array;
  /** Eights: four words of network, four of mask. */
  readonly #v6: Uint32Array;
  readonly #everybody: boolean;

  /** @throws RangeError for what is no network. */
  constructor(networks: readonly string[]) {
    const v4: number[] = [];
    const v6: number[] = [];
    for (const text of networks) {
      const network = parseNetwork(text);
      if (!network) throw new RangeError(`not a network: ${text}`);
      const base = new Uint32Array(network.bytes.buffer);
      const mask = maskWords(network.prefix);
      if (network.family === 4) v4.push(base[3], mask[3]);
      else v6.push(...base, ...mask);
    }
    this.#v4 = Uint32Array.from(v4);
    this.#v6 = Uint32Array.from(v6);
    this.#everybody = networks.length === 0;
  }

  /** @param w0 the 16 bytes of the address as four words in the byte order of the machine. */
  allows(w0: number, w1: number, w2: number, w3: number): boolean {
    if (this.#everybody) return true;
    if (w0 === 0 && w1 === 0 && w2 === MAPPED) {
      const v4 = this.#v4;
      for (let i = 0; i < v4.length; i += 2) if ((w3 & v4[i + 1]) >>> 0 === v4[i]) return true;
      return false;
    }
    const v6 = this.#v6;
    for (let i = 0; i < v6.length; i += 8)
      if (
        (w0 & v6[i + 4]) >>> 0 === v6[i] &&
        (w1 & v6[i + 5]) >>> 0 === v6[i + 1] &&
        (w2 & v6[i + 6]) >>> 0 === v6[i + 2] &&
        (w3 & v6[i + 7]) >>> 0 === v6[i + 3]
      )
        return true;
    return false;
  }
}

/** The mask of a prefix of 0 to 128 bits, in network order in memory. */
function maskWords(prefix: number): Uint32Array {
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) bytes[i] = 0xff00 >> Math.max(0, Math.min(8, prefix - i * 8));
  return new Uint32Array(bytes.buffer);
}
