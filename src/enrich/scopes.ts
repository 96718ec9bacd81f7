import type { Scope } from '../model/kinds.ts';

/**
 * The special-purpose address registries of IANA (RFC 6890, kept by RFC 8190) in our words for a scope. Of networks
 * that contain each other the smaller one counts. What the registry calls globally reachable is `global`; everything
 * of IPv4 that is not named is `global`, everything of IPv6 that is not named is `reserved` (RFC 4291 section 2.4:
 * global unicast addresses are given out of 2000::/3 only).
 */
export const SPECIAL_NETWORKS: readonly (readonly [network: string, scope: Scope, source: string])[] = [
  ['0.0.0.0/8', 'reserved', 'this network, RFC 791 section 3.2, RFC 1122 section 3.2.1.3'],
  ['10.0.0.0/8', 'private', 'RFC 1918 section 3'],
  ['100.64.0.0/10', 'shared-nat', 'RFC 6598 section 7'],
  ['127.0.0.0/8', 'loopback', 'RFC 1122 section 3.2.1.3'],
  ['169.254.0.0/16', 'link-local', 'RFC 3927 section 2.1'],
  ['172.16.0.0/12', 'private', 'RFC 1918 section 3'],
  ['192.0.0.0/24', 'reserved', 'IETF protocol assignments, RFC 6890 section 2.1'],
  ['192.0.0.9/32', 'global', 'port control protocol anycast, RFC 7723 section 2.1'],
  ['192.0.0.10/32', 'global', 'TURN anycast, RFC 8155 section 8.1'],
  ['192.0.2.0/24', 'documentation', 'TEST-NET-1, RFC 5737 section 3'],
  ['192.88.99.0/24', 'reserved', 'withdrawn 6to4 relay anycast, RFC 7526 section 4'],
  ['192.168.0.0/16', 'private', 'RFC 1918 section 3'],
  ['198.18.0.0/15', 'reserved', 'benchmarks, RFC 2544 section C.2.2'],
  ['198.51.100.0/24', 'documentation', 'TEST-NET-2, RFC 5737 section 3'],
  ['203.0.113.0/24', 'documentation', 'TEST-NET-3, RFC 5737 section 3'],
  ['224.0.0.0/4', 'multicast', 'RFC 5771 section 3'],
  ['240.0.0.0/4', 'reserved', 'RFC 1112 section 4'],
  ['255.255.255.255/32', 'broadcast', 'RFC 919 section 7'],
  ['::/128', 'none', 'unspecified, RFC 4291 section 2.5.2'],
  ['::1/128', 'loopback', 'RFC 4291 section 2.5.3'],
  ['64:ff9b::/96', 'global', 'IPv4 behind a translator, RFC 6052 section 2.1'],
  ['64:ff9b:1::/48', 'private', 'translators of one network, RFC 8215 section 7'],
  ['100::/64', 'reserved', 'discard, RFC 6666 section 3'],
  ['100:0:0:1::/64', 'reserved', 'dummy prefix, RFC 9780'],
  ['2000::/3', 'global', 'RFC 4291 section 2.4'],
  ['2001::/23', 'reserved', 'IETF protocol assignments, RFC 2928'],
  ['2001::/32', 'global', 'Teredo, RFC 4380 section 6'],
  ['2001:1::1/128', 'global', 'port control protocol anycast, RFC 7723 section 2.2'],
  ['2001:1::2/128', 'global', 'TURN anycast, RFC 8155 section 8.2'],
  ['2001:1::3/128', 'global', 'DNS-SD registration anycast, RFC 9665'],
  ['2001:3::/32', 'global', 'AMT, RFC 7450 section 7'],
  ['2001:4:112::/48', 'global', 'AS112, RFC 7535 section 3.1'],
  ['2001:20::/28', 'global', 'ORCHIDv2, RFC 7343 section 6'],
  ['2001:30::/28', 'global', 'drone remote ids, RFC 9374 section 8.1'],
  ['2001:db8::/32', 'documentation', 'RFC 3849'],
  ['2002::/16', 'global', '6to4, RFC 3056 section 2'],
  ['3fff::/20', 'documentation', 'RFC 9637'],
  ['5f00::/16', 'reserved', 'segment identifiers, RFC 9602'],
  ['fc00::/7', 'private', 'RFC 4193 section 8'],
  ['fe80::/10', 'link-local', 'RFC 4291 section 2.5.6'],
  ['fec0::/10', 'reserved', 'withdrawn site-local, RFC 3879 section 4'],
  ['ff00::/8', 'multicast', 'RFC 4291 section 2.7'],
];

/** What counts as home unless somebody says otherwise: the addresses that no other network can send from. */
export const DEFAULT_HOME_NETWORKS: readonly string[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '127.0.0.0/8',
  'fc00::/7',
  'fe80::/10',
  '::1/128',
];
