import { describe, expect, it } from 'vitest';
import { cipherName } from './cipher-suites.ts';
import { ClientHello } from './client-hello.ts';
import { behindLength, bytes, n16, n24 } from './fixtures/bytes.ts';
import { client, inspect, server, TCP, UDP } from './fixtures/inspect.ts';
import {
  alpn,
  clientHello,
  empty,
  groups,
  pointFormats,
  records,
  serverHello,
  serverName,
  signatureAlgorithms,
  supportedVersions,
} from './fixtures/tls.ts';
import { ja3, ja3Text } from './ja3.ts';
import { ja4 } from './ja4.ts';

/** The example of the JA4 specification. */
const CIPHERS = [0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014].concat([
  0x9c, 0x9d, 0x2f, 0x35,
]);
const ALGORITHMS = signatureAlgorithms(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601);
const EXTENSIONS = [
  empty(0x1b),
  serverName('Example.COM'),
  empty(0x33),
  alpn('h2', 'http/1.1'),
  empty(0x4469),
  empty(0x17),
  empty(0x2d),
  ALGORITHMS,
  empty(5),
  empty(0x23),
  empty(0x12),
  supportedVersions(0x7a7a, 0x0304, 0x0303),
  empty(0xff01),
  pointFormats(0),
  groups(0x0a0a, 29, 23, 24),
  empty(0x15),
] as const;
const HELLO = clientHello({ ciphers: CIPHERS, extensions: EXTENSIONS });

function read(message: Uint8Array): ClientHello {
  const hello = new ClientHello();
  expect(hello.read(message, 4, message.length)).toBe(true);
  return hello;
}

describe('JA3', () => {
  it('is what its authors publish', () => {
    const ciphers = [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4];
    const extensions = [serverName('a.test'), groups(23, 24, 25), pointFormats(0)];
    const hello = read(clientHello({ version: 769, ciphers, extensions }));
    expect(ja3Text(hello)).toBe('769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0');
    expect(ja3(hello)).toBe('ada70206e40642a3e4461f35503241d5');
    const bare = read(clientHello({ version: 769, ciphers: [4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99] }));
    expect(ja3Text(bare)).toBe('769,4-5-10-9-100-98-3-6-19-18-99,,,');
    expect(ja3(bare)).toBe('de350869b8c85de67a350c8d186f11e6');
  });
});

describe('JA4', () => {
  it('is what the specification says of its example, whatever the order and the GREASE', () => {
    expect(ja4(read(HELLO), 't')).toBe('t13d1516h2_8daaf6152771_e5627efa2ab1');
    const ciphers = [0x0a0a, ...CIPHERS.toReversed(), 0xfafa];
    const extensions = [empty(0x1a1a), ...EXTENSIONS.toReversed(), empty(0xeaea)];
    expect(ja4(read(clientHello({ ciphers, extensions })), 'q')).toBe('q13d1516h2_8daaf6152771_e5627efa2ab1');
  });

  it('has zeros for what is not there, and no underscore without algorithms', () => {
    expect(ja4(read(clientHello({ ciphers: [] })), 't')).toBe('t12i000000_000000000000_000000000000');
    const without = EXTENSIONS.filter((extension) => extension !== ALGORITHMS).concat([empty(13)]);
    const hello = read(clientHello({ ciphers: CIPHERS, extensions: without }));
    expect(ja4(hello, 't')).toBe('t13d1516h2_8daaf6152771_6d807ffa2a79');
  });

  it.each([
    ['h2', 'h2'],
    ['http/1.1', 'h1'],
    ['x', 'xx'],
    ['\xab', 'ab'],
    ['\xab\xcd', 'ad'],
    ['0\xab', '3b'],
    ['01\xab\xcd', '3d'],
    ['0\xab\xcd1', '01'],
    ['', '00'],
  ])('marks the protocol %j as %s', (protocol, mark) => {
    const hello = read(clientHello({ extensions: [alpn(protocol)] }));
    expect(ja4(hello, 't').slice(8, 10)).toBe(mark);
  });

  it.each([
    [0x0303, [0x0303, 0x0304], '13'],
    [0x0303, undefined, '12'],
    [0x0302, undefined, '11'],
    [0x0301, undefined, '10'],
    [0x0300, undefined, 's3'],
    [0xfefd, undefined, 'd2'],
    [0xfefd, [0xfefc, 0xfefd], 'd3'],
    [0x0209, undefined, '00'],
  ])('writes version %i with %j as %s', (version, supported, text) => {
    const extensions = supported ? [supportedVersions(...supported)] : [];
    expect(ja4(read(clientHello({ version, extensions })), 't').slice(1, 3)).toBe(text);
  });

  it('counts to 99', () => {
    const ciphers = Array.from({ length: 150 }, (_, i) => 0x1000 + i);
    expect(ja4(read(clientHello({ ciphers })), 't').slice(4, 6)).toBe('99');
  });
});

describe('TLS', () => {
  const answer = records(serverHello(0x0303, 0x1301, [[43, n16(0x0304)]]));

  it('tells what the client offers and what the server chooses', () => {
    const told = inspect(TCP, 443, client(records(HELLO)), server(answer));
    expect(told.service).toBe('ssl');
    expect(told.domain).toBe('example.com');
    expect(told.attrs).toEqual({
      server_name: 'example.com',
      version: 'TLSv13',
      cipher: 'TLS_AES_128_GCM_SHA256',
      client_alpn: ['h2', 'http/1.1'],
      ja3: ja3(read(HELLO)),
      ja4: 't13d1516h2_8daaf6152771_e5627efa2ab1',
    });
    expect(told.goesOn).toEqual([false, false]);
  });

  it('names version, cipher and protocol of older handshakes', () => {
    const chosen = records(serverHello(0x0302, 0xc013, [alpn('http/1.1')]));
    expect(inspect(TCP, 8443, server(chosen)).attrs).toEqual({
      version: 'TLSv11',
      cipher: 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
      next_protocol: 'http/1.1',
    });
    expect(inspect(TCP, 443, server(records(serverHello(0x0301, 0x0005)))).attrs).toEqual({
      version: 'TLSv10',
      cipher: 'TLS_RSA_WITH_RC4_128_SHA',
    });
    expect(cipherName(0xcca8)).toBe('TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256');
    expect(cipherName(0x9999)).toBe('unknown-39321');
  });

  it('tells the same however the hello is divided into segments and records', () => {
    const whole = inspect(TCP, 443, client(records(HELLO)), server(answer));
    for (const size of [6, 50, 100, 16_384]) {
      const stream = records(HELLO, size);
      const step = size < 50 ? 37 : 1;
      for (let at = 1; at < stream.length; at += step) {
        const parts = [client(stream.subarray(0, at)), server(answer), client(stream.subarray(at))];
        const told = inspect(TCP, 443, ...parts);
        expect(told.goesOn).toEqual([true, false, false]);
        expect([told.service, told.domain, told.attrs]).toEqual([whole.service, whole.domain, whole.attrs]);
      }
      const single = Array.from(stream, (byte) => client(Uint8Array.of(byte)));
      expect(inspect(TCP, 443, ...single, server(answer)).attrs).toEqual(whole.attrs);
    }
  });

  it('gives up a hello in hundreds of records', () => {
    const told = inspect(TCP, 443, client(records(HELLO, 1)));
    expect(told).toMatchObject({ service: 'ssl', attrs: {}, goesOn: [false] });
  });

  it('reads a hello of 12,000 bytes and gives up one of 20,000', () => {
    const hello = (padding: number) =>
      clientHello({ extensions: [serverName('a.test'), [21, new Uint8Array(padding)]] });
    const inTwo = (message: Uint8Array) => [client(message.subarray(0, 700)), client(message.subarray(700))];
    expect(inspect(TCP, 443, ...inTwo(records(hello(12_000), 4000))).domain).toBe('a.test');
    const told = inspect(TCP, 443, ...inTwo(records(hello(20_000), 4000)));
    expect(told).toMatchObject({ service: 'ssl', domain: '', goesOn: [false, false] });
  });

  it('claims no hello whose lengths contradict each other', () => {
    for (let at = 9; at < HELLO.length; at++) {
      const broken = Uint8Array.from(HELLO);
      broken[at] = 0xff;
      const told = inspect(TCP, 443, client(records(broken)));
      expect(told.service).toBe('ssl');
      expect(told.attrs.ja3 === undefined).toBe(told.attrs.ja4 === undefined);
    }
    const shortened = bytes(1, n24(HELLO.length - 14), HELLO.subarray(4, -10));
    expect(inspect(TCP, 443, client(records(shortened))).attrs).toEqual({});
  });

  it('knows a hello in the form of SSL 2 and nothing that only looks like it', () => {
    const hello = bytes(0x80, 9 + 6 + 16, 1, n16(0x0301), n16(6), n16(0), n16(16), new Uint8Array(22));
    expect(inspect(TCP, 443, client(hello)).service).toBe('ssl');
    hello[1]++;
    expect(inspect(TCP, 443, client(hello)).service).toBe('');
  });

  it('reads DTLS, also behind its cookie', () => {
    const carry = (type: number, message: Uint8Array) => {
      const body = message.subarray(4);
      const handshake = bytes(type, n24(body.length), n16(0), n24(0), n24(body.length), body);
      return bytes(22, n16(0xfefd), new Uint8Array(8), behindLength(2, handshake));
    };
    const fields = { version: 0xfefd, ciphers: CIPHERS, extensions: EXTENSIONS.slice(0, 3) };
    const hello = carry(1, clientHello({ ...fields, cookie: new Uint8Array(20) }));
    const told = inspect(UDP, 4433, client(hello), server(carry(2, serverHello(0xfefd, 0xc02b))));
    expect(told).toMatchObject({ service: 'ssl', domain: 'example.com' });
    expect(told.attrs).toMatchObject({ version: 'DTLSv12', cipher: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256' });
    expect(told.attrs.ja4).toMatch(/^dd2d150300_8daaf6152771_/);
  });
});
