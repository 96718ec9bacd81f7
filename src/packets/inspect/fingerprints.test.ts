import { describe, expect, it } from 'vitest';
import { Random } from '../../../demo/random.ts';
import { ClientHello } from './client-hello.ts';
import { fingerprintOf } from './fingerprints.ts';
import {
  alpn,
  clientHello,
  groups,
  pointFormats,
  serverName,
  signatureAlgorithms,
  supportedVersions,
} from './fixtures/tls.ts';
import { ja3 } from './ja3.ts';
import { ja4 } from './ja4.ts';

const random = new Random(7);

function some<T>(values: readonly T[]): T[] {
  return values.filter(() => random.next() < 0.5);
}

function anyHello(): ClientHello {
  const extensions = some([
    serverName('a.test'),
    alpn(...some(['h2', 'http/1.1', 'x'])),
    groups(...some([29, 23, 24])),
    pointFormats(...some([0, 1])),
    signatureAlgorithms(...some([0x0403, 0x0804])),
    supportedVersions(...some([0x0304, 0x0303])),
  ]);
  const message = clientHello({
    version: random.next() < 0.5 ? 0x0301 : 0x0303,
    ciphers: some([0x1301, 0x1302, 0xc02b, 0xc02f]),
    extensions,
  });
  const hello = new ClientHello();
  expect(hello.read(message, 4, message.length)).toBe(true);
  return hello;
}

describe('remembered fingerprints', () => {
  it('are those of the hello itself, whatever came before', () => {
    for (let i = 0; i < 5000; i++) {
      const hello = anyHello();
      const carrier = random.next() < 0.5 ? 't' : 'q';
      expect(fingerprintOf(hello, carrier)).toEqual({ ja3: ja3(hello), ja4: ja4(hello, carrier) });
    }
  });

  it('are those of hellos too long to be remembered', () => {
    const ciphers = Array.from({ length: 2000 }, (_, i) => i);
    const message = clientHello({ ciphers });
    const hello = new ClientHello();
    expect(hello.read(message, 4, message.length)).toBe(true);
    expect(fingerprintOf(hello, 't')).toEqual({ ja3: ja3(hello), ja4: ja4(hello, 't') });
  });
});
