import { lookup as systemLookup } from 'node:dns';
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
  ['fd00:ec2::254', 128],
  ['ff00::', 8],
];

/** Inside: only where it was explicitly allowed (RFC 1918, RFC 6598, RFC 4193, loopback). */
const PRIVATE: readonly (readonly [network: string, prefix: number])[] = [
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['::1', 128],
  ['fc00::', 7],
];

function blockList(networks: typeof NEVER): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, network.includes(':') ? 'ipv6' : 'ipv4');
  return list;
}

const never = blockList(NEVER);
const inside = blockList(PRIVATE);

/** The IPv4 address inside an IPv6 one: mapped (RFC 4291, 2.5.5.2), NAT64 (RFC 6052, 2.1) or 6to4 (RFC 3056, 2). */
function embedded(address: string): string | undefined {
  // The parser of URLs writes every spelling of an address in the one of RFC 5952.
  const canonical = new URL(`http://[${address.split('%')[0]}]/`).hostname.slice(1, -1);
  const [head = '', tail = ''] = canonical.split('::');
  const before = head.split(':').filter(Boolean);
  const after = tail.split(':').filter(Boolean);
  const groups = [...before, ...Array(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after].map((group) =>
    Number.parseInt(group, 16),
  );
  const dotted = (high: number, low: number) => `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  const zeros = (from: number, to: number) => groups.slice(from, to).every((group) => group === 0);
  if (zeros(0, 5) && groups[5] === 0xffff) return dotted(groups[6], groups[7]);
  if (groups[0] === 0x64 && groups[1] === 0xff9b && zeros(2, 6)) return dotted(groups[6], groups[7]);
  if (groups[0] === 0x2002) return dotted(groups[1], groups[2]);
  return undefined;
}

/** Why nothing may be sent to this IP address, as the end of a sentence; undefined when it may. */
export function refusal(address: string, allowPrivate: boolean): string | undefined {
  const family = isIP(address);
  if (family === 0) return 'which is no IP address';
  const inner = family === 6 ? embedded(address) : undefined;
  if (inner !== undefined) return refusal(inner, allowPrivate);
  const plain = address.split('%')[0];
  const type = family === 6 ? 'ipv6' : 'ipv4';
  if (never.check(plain, type)) return 'which is link-local, a metadata service or no single host: refused always';
  if (!allowPrivate && inside.check(plain, type))
    return 'which is private or loopback: refused unless allow_private is set by someone with the admin scope';
  return undefined;
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

/**
 * A look-up for sockets that fails with RefusedAddress when any address of the name is refused. The check is made on the
 * very addresses that are connected to, so a name cannot answer one thing to a check and another to the connection.
 */
export function guardedLookup(allowPrivate: boolean, resolve: typeof systemLookup = systemLookup): LookupFunction {
  return (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      for (const { address } of addresses) {
        const why = refusal(address, allowPrivate);
        if (why) return callback(new RefusedAddress(host, address, why), []);
      }
      if (options.all) return callback(null, addresses);
      const [first] = addresses;
      callback(null, first.address, first.family);
    });
  };
}
