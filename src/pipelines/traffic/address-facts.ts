import { RecentCache } from '../../kit/recent-cache.ts';

/** What detectors can be told of the network and of addresses in it; what is not known is left out. */
export interface TrafficFacts {
  /** Name of the owner of an address's autonomous system, else its number. */
  readonly ownerOf?: (address: string) => string | undefined;
  /** Two letters (ISO 3166). */
  readonly countryOf?: (address: string) => string | undefined;
  /** Bits a second of the link that is watched. */
  readonly linkBps?: number;
}

interface Place {
  readonly country: string;
  readonly asn: number;
  readonly org: string;
}

/** Addresses whose place is remembered: detectors ask for the same ones in each window. */
const REMEMBERED = 16_384;

/** Facts by what a locator tells. Private addresses, and those it does not know, have none. */
export function addressFacts(
  place: (address: string) => Place | undefined,
): Pick<TrafficFacts, 'ownerOf' | 'countryOf'> {
  const places = new RecentCache(REMEMBERED, (address) => {
    const found = place(address);
    if (!found) return undefined;
    const { country, asn, org } = found;
    const owner = org || (asn > 0 ? `AS${asn}` : undefined);
    // Not remembered while nothing is known: the tables may still be on their way.
    return owner || country ? { owner, country: country || undefined } : undefined;
  });
  return {
    ownerOf: (address) => places.get(address)?.owner,
    countryOf: (address) => places.get(address)?.country,
  };
}
