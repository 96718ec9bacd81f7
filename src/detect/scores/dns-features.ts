import { entropyOfCounts } from './entropy.ts';

/**
 * The domain under which a name was registered, by the public suffix list: `a.b.example.co.uk` is of `example.co.uk`.
 * Undefined when the name has no suffix that exists, or is one itself.
 */
export type RegisteredDomain = (name: string) => string | undefined;

/** The part of a name before its registered domain, without the dot between; empty when there is none. */
export function subdomainOf(name: string, registered: string): string {
  const length = name.length - registered.length - 1;
  return length > 0 ? name.slice(0, length) : '';
}

const COUNTS = new Float64Array(128);

/** Shannon entropy of the characters of a text, in bits a character. Characters outside ASCII count as one. */
export function characterEntropy(text: string): number {
  COUNTS.fill(0);
  for (let i = 0; i < text.length; i++) COUNTS[text.charCodeAt(i) & 127]++;
  return entropyOfCounts(COUNTS);
}

/** What a text can carry at most, in bits: its length times its entropy (Ozery, Nadler, Shabtai 2023). */
export function informationBits(text: string): number {
  return text.length * characterEntropy(text);
}

/** Length of the longest label. */
export function longestLabel(name: string): number {
  let longest = 0;
  let start = 0;
  for (let i = 0; i <= name.length; i++) {
    if (i < name.length && name.charCodeAt(i) !== 46) continue;
    if (i - start > longest) longest = i - start;
    start = i + 1;
  }
  return longest;
}

/** Types that carry freely chosen bytes back and that clients seldom ask for. */
const CARRIERS = new Set(['TXT', 'NULL', 'CNAME', 'MX', 'SRV', 'PRIVATE']);

/** Types without a name, as `TYPE65399` (RFC 3597) or as Zeek writes them. */
const NUMBERED = /^(?:TYPE|query-)(\d+)$/;

/** Whether answers of this type can carry a tunnel; private types (65280 and above, RFC 6895) can. */
export function isCarrierType(type: string): boolean {
  if (type === 'A' || type === 'AAAA') return false;
  return CARRIERS.has(type) || Number(NUMBERED.exec(type)?.[1] ?? 0) >= 65_280;
}
