import { describe, expect, it } from 'vitest';
import { DEMO_THREATS, Office } from './office.ts';

function hour(seed: number) {
  const office = new Office(seed);
  return Array.from({ length: 3_600 }, (_, second) => office.second(1_800_000_000 + second, 5)).flat();
}

describe('Office', () => {
  it('lives the same hour again with the same seed, and another with another', () => {
    expect(hour(7)).toEqual(hour(7));
    expect(hour(7)).not.toEqual(hour(8));
  });

  it('has its beacon, its scan and its exfiltration', () => {
    const conversations = hour(7);
    expect(conversations.filter((c) => c.to === '203.0.113.66')).toHaveLength(60);
    expect(new Set(conversations.filter((c) => c.from === '198.51.100.23').map((c) => c.toPort)).size).toBe(8);
    expect(conversations.some((c) => c.to === '203.0.113.200' && c.sent > 50_000_000)).toBe(true);
  });

  it('accuses nobody: what stands for the enemy lies in the networks and names reserved for documentation', () => {
    for (const { value } of DEMO_THREATS) expect(value).toMatch(/^(203\.0\.113\.|198\.51\.100\.)|\.example$/);
  });
});
