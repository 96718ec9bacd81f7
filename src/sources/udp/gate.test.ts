import { describe, expect, it } from 'vitest';
import { Gate } from './gate.ts';
import { MAPPED } from './peer-table.ts';
import { SocketCounters } from './socket-counters.ts';

const SECOND = 1e6;
const START = 1_760_000_000 * SECOND;

/** 192.0.2.`last`, as bytes in memory read as a word. */
function word(last: number): number {
  return new Uint32Array(Uint8Array.of(192, 0, 2, last).buffer)[0];
}

class Driver {
  readonly gate: Gate;
  readonly counters = new SocketCounters();

  constructor(networks: string[], rate: number) {
    this.gate = new Gate(networks, rate);
  }

  /** How many of `count` datagrams from 192.0.2.`last` pass. */
  pass(last: number, count: number, now: number): number {
    let passed = 0;
    for (let i = 0; i < count; i++) if (this.gate.admit(0, 0, MAPPED, word(last), 100, now, this.counters)) passed++;
    return passed;
  }
}

describe('Gate', () => {
  it('limits each peer by itself: one second at once, then the rate', () => {
    const driver = new Driver([], 10);
    expect(driver.pass(1, 25, START)).toBe(10);
    expect(driver.pass(2, 5, START)).toBe(5);
    expect(driver.pass(1, 5, START + 0.1 * SECOND)).toBe(1);
    expect(driver.pass(1, 25, START + 0.6 * SECOND)).toBe(5);
    expect(driver.pass(1, 25, START + 60 * SECOND)).toBe(10);
    const [first, second] = driver.gate.peers.all();
    expect(first).toMatchObject({ address: '192.0.2.1', datagrams: 80, bytes: 8000, limited: 80 - 26 });
    expect(second).toMatchObject({ address: '192.0.2.2', datagrams: 5, limited: 0 });
    expect(driver.counters.limited).toBe(54);
  });

  it('fills a bucket by parts of a token too', () => {
    const driver = new Driver([], 1);
    expect(driver.pass(1, 1, START)).toBe(1);
    let passed = 0;
    for (let i = 1; i <= 100; i++) passed += driver.pass(1, 1, START + i * 0.1 * SECOND);
    expect(passed).toBeGreaterThanOrEqual(9);
    expect(passed).toBeLessThanOrEqual(10);
  });

  it('goes on when the clock was set back', () => {
    const driver = new Driver([], 10);
    expect(driver.pass(1, 20, START)).toBe(10);
    expect(driver.pass(1, 20, START - 3600 * SECOND)).toBe(0);
    expect(driver.pass(1, 20, START - 3599 * SECOND)).toBe(10);
  });

  it('does not limit with a rate of 0', () => {
    const driver = new Driver([], 0);
    expect(driver.pass(1, 100_000, START)).toBe(100_000);
  });

  it('asks the networks first: who is refused takes no place and no token, and is remembered by name', () => {
    const driver = new Driver(['192.0.2.0/28'], 10);
    expect(driver.pass(15, 3, START)).toBe(3);
    expect(driver.pass(16, 20, START)).toBe(0);
    expect(driver.gate.peers.size).toBe(1);
    expect(driver.counters).toMatchObject({ refused: 20, limited: 0 });
    expect([...driver.gate.refused.all()]).toMatchObject([
      { address: '192.0.2.16', datagrams: 20, bytes: 2000, firstSeen: START, lastSeen: START },
    ]);
  });

  it('remembers only some of those it refuses', () => {
    const driver = new Driver(['198.51.100.0/24'], 0);
    for (let last = 0; last < 256; last++) driver.pass(last, 1, START);
    expect(driver.counters.refused).toBe(256);
    expect(driver.gate.refused.size).toBe(64);
  });
});
