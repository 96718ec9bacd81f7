import { expect, it } from 'vitest';
import { CookieJar } from './cookie-jar.ts';

const NOW = Date.UTC(2026, 0);

it('sends back what was set, newest value, and nothing that was removed', () => {
  const jar = new CookieJar();
  expect(jar.header).toBeUndefined();
  jar.keep(['node=1; Path=/; HttpOnly', 'AWSALB="a=b=="; Expires=Thu, 01 Jan 2032 00:00:00 GMT'], NOW);
  expect(jar.header).toBe('node=1; AWSALB="a=b=="');
  jar.keep(['node=2'], NOW);
  expect(jar.header).toBe('AWSALB="a=b=="; node=2');
  jar.keep(['AWSALB=x; max-age=0', 'node=; expires=Thu, 01 Jan 1970 00:00:00 GMT'], NOW);
  expect(jar.header).toBeUndefined();
});

it('has limits, and does not take what is no cookie', () => {
  const jar = new CookieJar();
  jar.keep(['', '=x', 'novalue', `big=${'x'.repeat(5000)}`], NOW);
  expect(jar.header).toBeUndefined();
  jar.keep(
    Array.from({ length: 25 }, (_, i) => `c${i}=${i}`),
    NOW,
  );
  expect(jar.header?.split('; ')).toHaveLength(20);
  expect(jar.header).toMatch(/^c5=5; /);
});
