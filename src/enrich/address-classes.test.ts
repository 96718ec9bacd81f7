import { describe, expect, it } from 'vitest';
import { parseIp } from '../model/address.ts';
import { SCOPES, type Scope } from '../model/kinds.ts';
import { AddressClasses, HOME_BIT, SCOPE_BITS } from './address-classes.ts';
import { wordAt } from './locate-rows.ts';
import { DEFAULT_HOME_NETWORKS } from './scopes.ts';

function classOf(classes: AddressClasses, text: string): number {
  const bytes = new Uint8Array(16);
  const family = parseIp(text, bytes);
  expect(family, text).not.toBe(0);
  const [a, b, c, d] = [0, 4, 8, 12].map((at) => wordAt(bytes, at));
  return family === 4 ? classes.v4(d) : classes.v6(a, b, c, d);
}

const EXPECTED: readonly (readonly [Scope, readonly string[]])[] = [
  ['global', ['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '172.15.255.255', '172.32.0.0']],
  ['global', ['192.0.0.9', '192.0.0.10', '192.0.1.0', '192.0.3.0', '192.31.196.1', '192.167.255.255', '192.169.0.0']],
  ['global', ['198.17.255.255', '198.20.0.0', '198.51.99.255', '198.51.101.0', '203.0.112.255', '223.255.255.255']],
  ['private', ['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255']],
  ['private', ['fc00::', 'fdff:ffff::1', '64:ff9b:1::', '64:ff9b:1:ffff::1']],
  ['loopback', ['127.0.0.1', '127.255.255.255', '::1']],
  ['link-local', ['169.254.0.0', '169.254.255.255', 'fe80::', 'febf:ffff::1']],
  ['multicast', ['224.0.0.0', '239.255.255.255', 'ff00::', 'ff02::1', 'ffff::']],
  ['broadcast', ['255.255.255.255']],
  ['documentation', ['192.0.2.0', '198.51.100.255', '203.0.113.7', '2001:db8::', '2001:db8:ffff::1', '3fff:fff::1']],
  ['shared-nat', ['100.64.0.0', '100.127.255.255']],
  ['reserved', ['0.0.0.0', '0.255.255.255', '192.0.0.0', '192.0.0.8', '192.0.0.11', '192.88.99.1', '198.18.0.0']],
  ['reserved', ['198.19.255.255', '240.0.0.0', '255.255.255.254', '::2', '100::1', '100:0:0:1::', '4000::', '5f00::1']],
  ['reserved', ['2001:2::1', '2001:10::1', '2001:1ff:ffff::', 'fec0::1', 'e000::', '64:ff9b::1:0:0:0']],
  ['none', ['::']],
  [
    'global',
    ['2000::', '2001::1', '2001:1::1', '2001:3::1', '2001:20::1', '2001:200::', '2001:db7:ffff::', '2001:db9::'],
  ],
  ['global', ['2002:102:304::1', '2a00::1', '3ffe:ffff::1', '3fff:1000::', '64:ff9b::102:304', '2620:4f:8000::1']],
];

describe('address classes', () => {
  const classes = new AddressClasses(DEFAULT_HOME_NETWORKS);

  it.each(EXPECTED)('%s: %j', (scope, addresses) => {
    for (const address of addresses) expect(classOf(classes, address) & SCOPE_BITS, address).toBe(SCOPES[scope]);
  });

  it('counts private, link-local and loopback as home where nothing is configured', () => {
    for (const home of [
      '10.1.2.3',
      '172.20.0.1',
      '192.168.1.1',
      '169.254.1.1',
      '127.0.0.1',
      'fd00::1',
      'fe80::1',
      '::1',
    ])
      expect(classOf(classes, home) & HOME_BIT, home).toBe(HOME_BIT);
    for (const other of ['100.64.0.1', '8.8.8.8', '224.0.0.1', '192.0.2.1', '2001:db8::1', '::2', 'ff02::1'])
      expect(classOf(classes, other) & HOME_BIT, other).toBe(0);
  });

  it('takes home networks of any length, inside and around special ones', () => {
    const own = new AddressClasses([
      '203.0.113.64/26',
      '192.0.0.0/22',
      '198.51.100.7',
      '2001:db8:a::/48',
      '2001:db8:b::1',
    ]);
    const home = (text: string) => (classOf(own, text) & HOME_BIT) !== 0;
    expect(['203.0.113.64', '203.0.113.127', '192.0.2.255', '192.0.0.9', '198.51.100.7'].map(home)).toEqual(
      new Array(5).fill(true),
    );
    expect(['203.0.113.63', '203.0.113.128', '192.0.4.0', '198.51.100.8', '10.0.0.1'].map(home)).toEqual(
      new Array(5).fill(false),
    );
    expect(['2001:db8:a::', '2001:db8:a:ffff::1', '2001:db8:b::1'].map(home)).toEqual([true, true, true]);
    expect(['2001:db8:9:ffff::', '2001:db8:b::2', '::1'].map(home)).toEqual([false, false, false]);
    expect(classOf(own, '203.0.113.64') & SCOPE_BITS).toBe(SCOPES.documentation);
    expect(classOf(own, '192.0.0.9') & SCOPE_BITS).toBe(SCOPES.global);
    expect(classOf(own, '192.0.3.1') & SCOPE_BITS).toBe(SCOPES.global);
  });

  it('takes the whole Internet as home when told so', () => {
    const all = new AddressClasses(['0.0.0.0/0', '::/0']);
    for (const address of ['1.1.1.1', '192.0.2.1', '2a00::1', '2001:db8::1'])
      expect(classOf(all, address) & HOME_BIT, address).toBe(HOME_BIT);
  });

  it('refuses a home network that is none', () => {
    expect(() => new AddressClasses(['10.0.0.0/33'])).toThrow(/10\.0\.0\.0\/33/);
  });
});
