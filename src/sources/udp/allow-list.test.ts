import { describe, expect, it } from 'vitest';
import { parseIp } from '../../model/address.ts';
import { AllowList } from './allow-list.ts';

const words = new Uint32Array(4);

function allows(networks: string[], text: string): boolean {
  expect(parseIp(text, new Uint8Array(words.buffer))).not.toBe(0);
  return new AllowList(networks).allows(words[0], words[1], words[2], words[3]);
}

describe('AllowList', () => {
  it('lets everybody pass when it is empty', () => {
    expect(allows([], '192.0.2.1')).toBe(true);
    expect(allows([], '2001:db8::1')).toBe(true);
  });

  it.each([
    ['192.0.2.0/24', '192.0.2.0', true],
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.77/24', '192.0.2.1', true],
    ['192.0.2.128/25', '192.0.2.127', false],
    ['192.0.2.128/25', '192.0.2.128', true],
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['224.0.0.0/3', '255.0.0.1', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '192.0.2.1', false],
    ['2001:db8::/33', '2001:db8:7fff:ffff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['2001:db8::1', '2001:db8::1', true],
    ['2001:db8::1', '2001:db8::2', false],
    ['fe80::/10', 'febf::1', true],
    ['fe80::/10', 'fec0::1', false],
  ])('%s and %s: %s', (network, address, expected) => {
    expect(allows([network], address)).toBe(expected);
  });

  it('takes any of several networks', () => {
    const networks = ['10.0.0.0/8', '2001:db8::/32', '192.0.2.1'];
    expect(['10.1.2.3', '2001:db8::5', '192.0.2.1', '11.0.0.1'].map((text) => allows(networks, text))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it('refuses what is no network', () => {
    for (const text of ['office', '192.0.2.0/33', '2001:db8::/129', '192.0.2/24', ''])
      expect(() => new AllowList([text])).toThrow(RangeError);
  });
});
