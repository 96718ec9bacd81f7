import { expect, it } from 'vitest';
import { registeredDomain } from './registered-domain.ts';

it.each([
  ['www.example.com', 'example.com'],
  ['example.com', 'example.com'],
  ['a.b.example.co.uk', 'example.co.uk'],
  ['co.uk', undefined],
  ['x.example.com.br', 'example.com.br'],
  ['www.example.de', 'example.de'],
  ['d111.cloudfront.net', 'd111.cloudfront.net'],
  ['a.d111.cloudfront.net', 'd111.cloudfront.net'],
  ['xn--bcher-kva.xn--p1ai', 'xn--bcher-kva.xn--p1ai'],
  ['localhost', undefined],
  ['', undefined],
  ['example.com.', undefined],
  ['aGVsbG8.d29ybGQx', undefined],
  ['10.0.0.1', undefined],
  ['2001:db8::1', undefined],
  ['a.b.corp', undefined],
  ['x.invalid', undefined],
  ['.com', undefined],
  ['a..example.com', undefined],
  ['WWW.Example.COM', 'example.com'],
  // Suffixes of the list that no rule of thumb finds: below a city, everything but one name, of a company.
  ['www.city.kawasaki.jp', 'city.kawasaki.jp'],
  ['a.b.c.kawasaki.jp', 'b.c.kawasaki.jp'],
  ['x.y.ck', 'x.y.ck'],
  ['a.www.ck', 'www.ck'],
  ['bucket.s3.amazonaws.com', 'bucket.s3.amazonaws.com'],
  ['a.b.example.edu.pl', 'example.edu.pl'],
])('registered domain of %s: %s', (name, domain) => {
  expect(registeredDomain(name)).toBe(domain);
});

it('answers the same when asked again, also after so many other names that it has forgotten', () => {
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 10_000; i++)
      expect(registeredDomain(`h${i}.sub.example${i % 7}.co.uk`)).toBe(`example${i % 7}.co.uk`);
    expect(registeredDomain('a.b.corp')).toBeUndefined();
  }
});
