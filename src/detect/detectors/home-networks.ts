import { type Network, parseIp, parseNetwork } from '../../model/address.ts';
import { within } from './within.ts';

/** What counts as inside when nobody said: private, shared, link-local, loopback and unique local addresses. */
export const DEFAULT_HOME_NETWORKS: readonly string[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
  'fc00::/7',
  'fe80::/10',
  '::1',
];

/** Addresses whose answer is remembered. */
const REMEMBERED = 16_384;

/** Tells which addresses are of the networks that are watched. Answers are remembered, for they are asked for every observation. */
export class HomeNetworks {
  readonly #networks: readonly Network[];
  readonly #scratch = new Uint8Array(16);
  readonly #known = new Map<string, boolean>();
  /** The answers before: one detector after the other asks about both ends of a connection. */
  #last = '';
  #isLast = false;
  #other = '';
  #isOther = false;

  /** Texts that are no network are left out; settings were checked when they were read. */
  constructor(networks: Iterable<string> = DEFAULT_HOME_NETWORKS) {
    this.#networks = [...networks].flatMap((text) => parseNetwork(text) ?? []);
  }

  /** Bound, so that it can be handed on as an {@link ./detector.ts IsInternal}. False for what is no address. */
  readonly isInternal = (address: string): boolean => {
    if (address === this.#last) return this.#isLast;
    if (address === this.#other) return this.#isOther;
    this.#other = this.#last;
    this.#isOther = this.#isLast;
    this.#last = address;
    this.#isLast = this.#look(address);
    return this.#isLast;
  };

  #look(address: string): boolean {
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const internal = this.#contains(address);
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(address, internal);
    return internal;
  }

  #contains(address: string): boolean {
    if (parseIp(address, this.#scratch) === 0) return false;
    return this.#networks.some((network) => within(this.#scratch, network));
  }
}
