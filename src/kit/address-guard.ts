import { type LookupAddress, type LookupAllOptions, lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { AppError } from './errors.ts';

/**
 * Addresses that nothing of ours is ever sent to: link-local ones (the metadata services of the clouds live there), the
 * metadata services that live elsewhere, "this host", multicast and broadcast.
 */
const NEVER: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['192.0.0.192', 32],
  ['168.63.129.16', 32],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fe80::', 10],
  // Metadata services over IPv6: Amazon, Google, Oracle, Scaleway.
  ['fd00:ec2::', 32],
  ['fd20:ce::', 32],
  ['fd00:c1::a9fe:a9fe', 128],
  ['fd00:42::42', 128],
  ['ff00::', 8],
];

/**
 * Inside: only where it was explicitly allowed. Loopback; RFC 1918, 6598 (shared), 6890 (IETF), 2544 (benchmarks), 4193
 * (unique local), 3879 (site-local), 8215 (NAT64 of one's own network).
 */
const PRIVATE: readonly (readonly [network: string, prefix: number])[] = [
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['192.0.0.0', 24],
  ['198.18.0.0', 15],
  ['::1', 128],
  ['64:ff9b:1::', 48],
  ['fc00::', 7],
  ['fec0::', 10],
];

function blockList(networks: typeof NEVER): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, network.includes(':') ? 'ipv6' : 'ipv4');
  return list;
}

const never = blockList(NEVER);
const inside = blockList(PRIVATE);

/** The eight 16-bit groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  // The parser of URLs writes every spelling of an address in the one of RFC 5952.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail = ''] = canonical.split('::');
  const before = head.split(':').filter(Boolean);
  const after = tail.split(':').filter(Boolean);
  const zeros: string[] = Array(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}

/**
 * The IPv4 address that packets to an IPv6 address end at: compatible and mapped (RFC 4291, 2.5.5), translated (RFC 2765,
 * 2.1), NAT64 (RFC 6052, 2.1; RFC 8215), 6to4 (RFC 3056, 2) or Teredo (RFC 4380, 4).
 */
function embedded(address: string): string | undefined {
  const groups = groupsOf(address);
  const dotted = (high: number, low: number) => `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  const starts = (...wanted: number[]) => wanted.every((group, i) => groups[i] === group);
  // `::` and `::1` are addresses of their own, not 0.0.0.0 and 0.0.0.1.
  if (starts(0, 0, 0, 0, 0, 0)) return groups[6] === 0 && groups[7] <= 1 ? undefined : dotted(groups[6], groups[7]);
  if (
    starts(0, 0, 0, 0, 0, 0xffff) ||
    starts(0, 0, 0, 0, 0xffff, 0) ||
    starts(0x64, 0xff9b, 0, 0, 0, 0) ||
    starts(0x64, 0xff9b, 1)
  )
    return dotted(groups[6], groups[7]);
  if (starts(0x2002)) return dotted(groups[1], groups[2]);
  if (starts(0x2001, 0)) return dotted(groups[6] ^ 0xffff, groups[7] ^ 0xffff);
  return undefined;
}

/** Why nothing may be sent to this IP address, as the end of a sentence; undefined when it may. */
export function refusal(address: string, allowPrivate: boolean): string | undefined {
  const [plain] = address.split('%');
  const family = isIP(plain);
  if (family === 0) return 'which is no IP address';
  const inner = family === 6 ? embedded(plain) : undefined;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  if (never.check(plain, type)) return 'which is link-local, a metadata service or no single host: refused always';
  if (!allowPrivate && inside.check(plain, type))
    return 'which is private or loopback: refused unless allow_private is set by someone with the admin scope';
  return inner === undefined ? undefined : refusal(inner, allowPrivate);
}

/** An error of the guard, told apart from a network's. */
export class RefusedAddress extends AppError {
  constructor(host: string, address: string, why: string) {
    super('FORBIDDEN', `${host} is ${address === host ? 'an address' : `at ${address}`}, ${why}.`);
  }
}

/** @throws RefusedAddress when `host` is an IP address that is refused. Names are checked by the look-up. */
export function checkLiteral(host: string, allowPrivate: boolean): void {
  const literal = host.replace(/^\[|\]$/g, '');
  const why = isIP(literal) > 0 ? refusal(literal, allowPrivate) : undefined;
  if (why) throw new RefusedAddress(literal, literal, why);
}

/** Finds all addresses of a name, as `dns.lookup` does. */
export type Resolve = (
  host: string,
  options: LookupAllOptions,
  answer: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A look-up for sockets that fails with RefusedAddress when any address of the name is refused. The check is made on the
 * very addresses that are connected to, so a name cannot answer one thing to a check and another to the connection.
 */
export function guardedLookup(allowPrivate: boolean, resolve: Resolve = systemLookup): LookupFunction {
  return (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      for (const { address } of addresses) {
        const why = refusal(address, allowPrivate);
        if (why) return callback(new RefusedAddress(host, address, why), []);
      }
      if (options.all) return callback(null, addresses);
      const [first] = addresses;
      if (!first) return callback(Object.assign(new Error(`${host} has no address.`), { code: 'ENOTFOUND' }), []);
      callback(null, first.address, first.family);
    });
  };
}
