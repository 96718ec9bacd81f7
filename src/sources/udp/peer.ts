import { formatIp } from '../../model/address.ts';

const words = new Uint32Array(4);
const octets = new Uint8Array(words.buffer);

/** One sender, known by its address alone: exporters send from several ports, and from new ones after a restart. */
export class Peer {
  /** The 16 bytes of the address as four words in the byte order of the machine. */
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
  /** What it sent, whether or not it was handed over. */
  datagrams = 0;
  bytes = 0;
  /** Datagrams beyond the rate limit. */
  limited = 0;
  /** Microseconds since 1970. */
  firstSeen = 0;
  lastSeen = 0;
  /** Datagrams it may send at once, as of `refilledAt`. */
  tokens = 0;
  refilledAt = 0;
  #text: string | undefined;

  constructor(w0: number, w1: number, w2: number, w3: number) {
    this.w0 = w0;
    this.w1 = w1;
    this.w2 = w2;
    this.w3 = w3;
  }

  /** Its address: mapped IPv4 as IPv4, IPv6 as in RFC 5952. Made when it is first asked for. */
  get address(): string {
    if (this.#text === undefined) {
      words[0] = this.w0;
      words[1] = this.w1;
      words[2] = this.w2;
      words[3] = this.w3;
      this.#text = formatIp(octets);
    }
    return this.#text;
  }
}
