import { parse } from 'tldts';

/** Names whose answer is remembered; a tunnel asks for each of its names once, so old ones have to go. */
const REMEMBERED = 4096;

/** What comes here is a name and nothing else: no URL, no port, nothing to be checked twice. */
const AS_NAME = {
  allowPrivateDomains: true,
  extractHostname: false,
  mixedInputs: false,
  validateHostname: false,
} as const;

/** Two generations: what was asked for lately is in the first, and the second goes when that is full. */
let recent = new Map<string, string | undefined>();
let before = new Map<string, string | undefined>();

/**
 * The domain that was registered, by the public suffix list (publicsuffix.org) with its private part: `example.co.uk` of
 * `a.example.co.uk`, `d1.cloudfront.net` of `a.d1.cloudfront.net`. Undefined for what cannot be a name of the Internet: a
 * suffix itself, one label, an address, or a last label that is not on the list.
 */
export function registeredDomain(name: string): string | undefined {
  const known = recent.get(name);
  if (known !== undefined || recent.has(name)) return known;
  const domain = before.get(name) ?? (before.has(name) ? undefined : listed(name));
  if (recent.size >= REMEMBERED) {
    before = recent;
    recent = new Map();
  }
  recent.set(name, domain);
  return domain;
}

function listed(name: string): string | undefined {
  if (name.endsWith('.') || name.startsWith('.') || name.includes('..')) return undefined;
  const { domain, isIcann, isPrivate } = parse(name.toLowerCase(), AS_NAME);
  return domain !== null && (isIcann || isPrivate) ? domain : undefined;
}
