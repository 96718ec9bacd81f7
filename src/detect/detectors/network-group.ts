import { parseIp } from '../../model/address.ts';

const REMEMBERED = 16_384;
const scratch = new Uint8Array(16);

/** Names the network that an address is measured with: its /24 in IPv4, its /48 in IPv6. Answers are remembered. */
export class NetworkGroups {
  readonly #known = new Map<string, string>();

  /** `198.51.100.7` → `198.51.100.0/24`; what is no address is its own group. */
  of(address: string): string {
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const group = groupOf(address);
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(address, group);
    return group;
  }
}

function groupOf(address: string): string {
  const family = parseIp(address, scratch);
  if (family === 0) return address;
  if (family === 4) return `${scratch[12]}.${scratch[13]}.${scratch[14]}.0/24`;
  const words = [0, 2, 4].map((at) => ((scratch[at] << 8) | scratch[at + 1]).toString(16));
  return `${words.join(':')}::/48`;
}
