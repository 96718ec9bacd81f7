import { describe, expect, it } from 'vitest';
import { Chance } from '../fixtures/hunt.ts';
import { characterEntropy, informationBits, isCarrierType, longestLabel, subdomainOf } from './dns-features.ts';
import { nameLikelihood, UNLIKELY_NAME } from './name-likelihood.ts';

describe('features of names', () => {
  it('takes a name apart', () => {
    expect(subdomainOf('a.b.example.co.uk', 'example.co.uk')).toBe('a.b');
    expect(subdomainOf('example.co.uk', 'example.co.uk')).toBe('');
    expect(longestLabel('abc.defgh.example.com')).toBe(7);
    expect(longestLabel('')).toBe(0);
  });

  it('measures what a name can carry', () => {
    expect(characterEntropy('aaaa')).toBe(0);
    expect(characterEntropy('0123456789abcdef')).toBe(4);
    expect(informationBits('0123456789abcdef')).toBe(64);
    expect(informationBits('')).toBe(0);
  });

  it('knows the types that carry answers of free choice', () => {
    expect(['TXT', 'NULL', 'MX', 'TYPE65399', 'query-65280'].every(isCarrierType)).toBe(true);
    expect(['A', 'AAAA', 'PTR', 'HTTPS', 'TYPE64', 'query-64', ''].some(isCarrierType)).toBe(false);
  });
});

describe('likelihood of names', () => {
  it('tells names of sites from those of a generator', () => {
    for (const name of ['google', 'wikipedia', 'stackoverflow', 'doubleclick', 'nytimes', 'akamaiedge']) {
      expect(nameLikelihood(name), name).toBeGreaterThan(UNLIKELY_NAME);
    }
    for (const name of ['xqzjvkwpt', 'kdjfhgkqwe', 'ovfkjwqhxn', '9d8f7a6b5c4e', 'lhdfzwmxarygo']) {
      expect(nameLikelihood(name), name).toBeLessThan(UNLIKELY_NAME);
    }
  });

  it('finds ten random names together in nearly every case', () => {
    const chance = new Chance(3);
    let missed = 0;
    for (let group = 0; group < 500; group++) {
      let sum = 0;
      for (let i = 0; i < 10; i++) sum += nameLikelihood(chance.text(10, 'abcdefghijklmnopqrstuvwxyz'));
      if (sum / 10 >= UNLIKELY_NAME) missed++;
    }
    expect(missed).toBeLessThanOrEqual(2);
  });

  it('has no opinion on what is no plain name', () => {
    expect(nameLikelihood('')).toBeNaN();
    expect(nameLikelihood('xn--bcher-kva')).toBeNaN();
    expect(nameLikelihood('ü')).toBeNaN();
    expect(nameLikelihood('Google')).toBe(nameLikelihood('google'));
  });
});
