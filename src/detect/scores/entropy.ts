import { hashText } from '../detectors/hyper-log-log.ts';

/** Shannon entropy of how often something happened, in bits. Zero for nothing, or for one thing only. */
export function entropyOfCounts(counts: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i];
  if (total <= 0) return 0;
  let entropy = 0;
  for (let i = 0; i < counts.length; i++) {
    const share = counts[i] / total;
    if (share > 0) entropy -= share * Math.log2(share);
  }
  return entropy;
}

const BUCKETS = 256;

/**
 * How scattered the addresses of some traffic are, in constant memory: addresses are counted by a hash in 256
 * buckets. Entropy is right to within the buckets (8 bits at most), distinct addresses are estimated by linear
 * counting (Whang, Vander-Zanden, Taylor 1990) over 4,096 bits, which is good to a few per cent up to 20,000.
 */
export class AddressScatter {
  readonly #counts = new Float64Array(BUCKETS);
  readonly #seen = new Uint32Array(128);
  #marked = 0;

  add(address: string, weight = 1): void {
    const hash = hashText(address);
    this.#counts[hash & (BUCKETS - 1)] += weight;
    const bit = hash >>> 20;
    const mask = 1 << (bit & 31);
    if ((this.#seen[bit >>> 5] & mask) !== 0) return;
    this.#seen[bit >>> 5] |= mask;
    this.#marked++;
  }

  /** 0 when all is of one address, 1 when all buckets are equally full. */
  get evenness(): number {
    return entropyOfCounts(this.#counts) / Math.log2(BUCKETS);
  }

  /** Distinct addresses, about. */
  get distinct(): number {
    const bits = this.#seen.length * 32;
    return Math.round(bits * Math.log(bits / Math.max(bits - this.#marked, 0.5)));
  }

  clear(): void {
    this.#counts.fill(0);
    this.#seen.fill(0);
    this.#marked = 0;
  }
}
