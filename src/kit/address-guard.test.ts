import type { LookupAddress, LookupOptions } from 'node:dns';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLiteral, guardedLookup, RefusedAddress, type Resolve, refusal } from './address-guard.ts';

const ALWAYS = [
  '0.0.0.0',
  '0.255.255.255',
  '169.254.0.1',
  '169.254.169.254',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  'fe80::1',
  'fe80::1%eth0',
  'febf:ffff::1',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
  'fd00:c1::a9fe:a9fe',
  'fd00:42::42',
  'ff02::1',
];
const INSIDE = [
  '10.0.0.0',
  '10.255.255.255',
  '127.0.0.1',
  '127.255.255.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  '100.127.255.255',
  '192.0.0.8',
  '198.18.0.1',
  '198.19.255.255',
  '::1',
  'fc00::1',
  'fd12:3456::1',
  'fec0::1',
  '64:ff9b:1::808:808',
];
const OUTSIDE = [
  '1.0.0.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2001:4860:4860::8888',
  '2606:4700::1111',
  'fe00::1',
];

/** The ways in which an IPv6 address carries an IPv4 one. */
const CARRIERS: Readonly<Record<string, (octets: number[]) => string>> = {
  mapped: (o) => `::ffff:${o.join('.')}`,
  'mapped in hexadecimal': (o) => `::ffff:${pair(o[0], o[1])}:${pair(o[2], o[3])}`,
  'mapped in full': (o) => `0000:0000:0000:0000:0000:FFFF:${pair(o[0], o[1])}:${pair(o[2], o[3])}`,
  translated: (o) => `::ffff:0:${o.join('.')}`,
  compatible: (o) => `::${o.join('.')}`,
  NAT64: (o) => `64:ff9b::${o.join('.')}`,
  'NAT64 of the own network': (o) => `64:ff9b:1::${o.join('.')}`,
  '6to4': (o) => `2002:${pair(o[0], o[1])}:${pair(o[2], o[3])}::1`,
  Teredo: (o) => `2001:0:4136:e378:8000:63bf:${pair(255 - o[0], 255 - o[1])}:${pair(255 - o[2], 255 - o[3])}`,
};

function pair(high: number, low: number): string {
  return ((high << 8) | low).toString(16);
}

describe('refusal', () => {
  it.each(ALWAYS)('never allows %s', (address) => {
    expect(refusal(address, false)).toMatch(/refused always/);
    expect(refusal(address, true)).toMatch(/refused always/);
  });

  it.each(INSIDE)('allows %s only where private addresses are', (address) => {
    expect(refusal(address, false)).toMatch(/private or loopback/);
    expect(refusal(address, true)).toBeUndefined();
  });

  it.each(OUTSIDE)('allows %s', (address) => {
    expect(refusal(address, false)).toBeUndefined();
  });

  it.each(['', 'localhost', '1.2.3', '1.2.3.4.5', '0x7f.1', '127.1', '017700000001', '::g', '[::1]'])(
    'takes %j for no address',
    (text) => {
      expect(refusal(text, true)).toBe('which is no IP address');
    },
  );

  it.each(Object.keys(CARRIERS))('sees through %s addresses', (name) => {
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte, byte), fc.boolean(), (octets, allowPrivate) => {
        // `::0.0.0.0` and `::0.0.0.1` are `::` and `::1`.
        fc.pre(name !== 'compatible' || octets[0] + octets[1] + octets[2] > 0);
        const inner = refusal(octets.join('.'), allowPrivate);
        const outer = refusal(CARRIERS[name](octets), allowPrivate);
        if (name !== 'NAT64 of the own network' || inner !== undefined || allowPrivate)
          expect(outer === undefined).toBe(inner === undefined);
      }),
    );
  });
});

const byte = fc.constantFrom(0, 1, 10, 64, 100, 127, 168, 169, 172, 192, 198, 224, 254, 255, 8, 16, 31, 32);

describe('checkLiteral', () => {
  // Whatever way an address is written, the parser of URLs gives the dotted one: octal, hexadecimal, short, one number.
  it.each([
    'http://127.1/',
    'http://0177.0.0.1/',
    'http://0x7f.0.0.1/',
    'http://2130706433/',
    'http://017700000001/',
    'http://127.0.0.1./',
    'http://127。0。0。1/',
    'http://①②⑦.0.0.1/',
    'http://[::ffff:7f00:1]/',
    'http://[0:0:0:0:0:0:0:1]/',
  ])('refuses loopback written as %s', (url) => {
    const { hostname } = new URL(url);
    expect(() => checkLiteral(hostname, false)).toThrow(RefusedAddress);
    expect(() => checkLiteral(hostname, true)).not.toThrow();
  });

  it.each(['http://0xa9fea9fe/', 'http://2852039166/', 'http://0251.0376.0251.0376/', 'http://[::ffff:a9fe:a9fe]/'])(
    'refuses the metadata service written as %s',
    (url) => {
      expect(() => checkLiteral(new URL(url).hostname, true)).toThrow(/refused always/);
    },
  );

  it('leaves names to the look-up', () => {
    expect(() => checkLiteral('localhost', false)).not.toThrow();
    expect(() => checkLiteral('metadata.google.internal', false)).not.toThrow();
  });
});

interface Found {
  readonly error: Error | null;
  readonly address: string | LookupAddress[];
}

function look(resolve: Resolve, options: LookupOptions, allowPrivate = false): Promise<Found> {
  return new Promise((done) => {
    guardedLookup(allowPrivate, resolve)('name.example', options, (error, address) => done({ error, address }));
  });
}

function answers(...addresses: string[]): Resolve {
  return (_host, _options, answer) =>
    answer(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
}

describe('guardedLookup', () => {
  it('gives the addresses of a name, all or the first', async () => {
    const resolve = answers('8.8.8.8', '2001:4860:4860::8888');
    expect(await look(resolve, { all: true })).toEqual({
      error: null,
      address: [
        { address: '8.8.8.8', family: 4 },
        { address: '2001:4860:4860::8888', family: 6 },
      ],
    });
    expect(await look(resolve, {})).toEqual({ error: null, address: '8.8.8.8' });
  });

  it('refuses a name when any of its addresses is refused', async () => {
    for (const address of ['127.0.0.1', '::1', '::ffff:10.0.0.1', '169.254.169.254']) {
      const { error } = await look(answers('8.8.8.8', address), { all: true });
      expect(error).toBeInstanceOf(RefusedAddress);
      expect(error?.message).toContain(`name.example is at ${address}`);
    }
  });

  it('allows private addresses where they are allowed, metadata services nowhere', async () => {
    expect((await look(answers('10.1.2.3'), {}, true)).address).toBe('10.1.2.3');
    expect((await look(answers('169.254.169.254'), {}, true)).error).toBeInstanceOf(RefusedAddress);
  });

  it('passes the error of the look-up on, and has one for no address at all', async () => {
    const failing: Resolve = (_host, _options, answer) =>
      answer(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []);
    expect((await look(failing, {})).error?.message).toBe('not found');
    expect((await look(answers(), {})).error).toMatchObject({ code: 'ENOTFOUND' });
  });
});
