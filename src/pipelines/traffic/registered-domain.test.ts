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
])('registered domain of %s: %s', (name, domain) => {
  expect(registeredDomain(name)).toBe(domain);
});
