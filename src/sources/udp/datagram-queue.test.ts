import { describe, expect, it } from 'vitest';
import { DatagramQueue } from './datagram-queue.ts';
import { Peer } from './peer.ts';

const peer = new Peer(0, 0, 0, 1);

function take(queue: DatagramQueue): number[] | undefined {
  const datagram = queue.take();
  return datagram && [...datagram.bytes.subarray(datagram.start, datagram.end)];
}

describe('DatagramQueue', () => {
  it('hands out in order, with everything that was put in', () => {
    const queue = new DatagramQueue(new Peer(0, 0, 0, 0), 4, 100);
    expect(queue.push(Uint8Array.of(1, 2, 3), 11, peer, 2055, 7)).toBe(true);
    expect(queue.push(new Uint8Array(0), 12, peer, 2056, 8)).toBe(true);
    const first = queue.take();
    expect(first).toMatchObject({ start: 0, end: 3, receivedAt: 11, peer, port: 2055, listener: 7 });
    expect(first?.view.getUint16(first.start)).toBe(0x0102);
    expect(queue.take()).toMatchObject({ start: 3, end: 3, receivedAt: 12, port: 2056, listener: 8 });
    expect(queue.take()).toBeUndefined();
    expect(queue.size).toBe(0);
  });

  it('is bounded in number and in bytes', () => {
    const few = new DatagramQueue(peer, 2, 100);
    expect([1, 2, 3].map((n) => few.push(Uint8Array.of(n), 0, peer, 0, 0))).toEqual([true, true, false]);
    const small = new DatagramQueue(peer, 10, 8);
    expect(small.push(new Uint8Array(9), 0, peer, 0, 0)).toBe(false);
    expect(small.push(new Uint8Array(5), 0, peer, 0, 0)).toBe(true);
    expect(small.push(new Uint8Array(4), 0, peer, 0, 0)).toBe(false);
    expect(small.push(new Uint8Array(3), 0, peer, 0, 0)).toBe(true);
    expect(small.size).toBe(2);
  });

  it('is as good as a list, whatever comes', () => {
    const queue = new DatagramQueue(peer, 7, 64);
    const expected: number[][] = [];
    let state = 5;
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    let refused = 0;
    for (let i = 0; i < 20_000; i++) {
      if (random(5) < 3) {
        const bytes = Array.from({ length: random(20) }, () => random(256));
        if (queue.push(Uint8Array.from(bytes), i, peer, 0, 0)) expected.push(bytes);
        else refused++;
      } else {
        const taken = take(queue);
        const oldest = expected.shift();
        if (String(taken) !== String(oldest)) throw new Error(`step ${i}: ${taken} instead of ${oldest}`);
      }
      expect(queue.size).toBe(expected.length);
    }
    expect(refused).toBeGreaterThan(100);
    expect(expected.map(() => take(queue))).toEqual([...expected]);
  });
});
