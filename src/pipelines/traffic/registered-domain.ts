import { parse } from 'tldts';
import { RecentCache } from '../../kit/recent-cache.ts';

/** What comes here is a name and nothing else: no URL, no port, nothing to be checked twice. */
const AS_NAME = {
  allowPrivateDomains: true,
  extractHostname: false,
  mixedInputs: false,
  validateHostname: false,
} as const;

/** Names whose answer is remembered; a tunnel asks for each of its names once, so there are not many. */
const cache = new RecentCache(4096, (name) => {
  if (name.endsWith('.') || name.startsWith('.') || name.includes('..')) return undefined;
  const { domain, isIcann, isPrivate } = parse(name.toLowerCase(), AS_NAME);
  return domain !== null && (isIcann || isPrivate) ? domain : undefined;
});

/**
 * The domain that was registered, by the public suffix list (publicsuffix.org) with its private part: `example.co.uk` of
 * `a.example.co.uk`, `d1.cloudfront.net` of `a.d1.cloudfront.net`. Undefined for what cannot be a name of the Internet: a
 * suffix itself, one label, an address, or a last label that is not on the list.
 */
export function registeredDomain(name: string): string | undefined {
  return cache.get(name);
}
