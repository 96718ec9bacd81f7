import { describe, expect, it } from 'vitest';
import { type Shipment, Shipments } from './shipments.ts';

function shipment(serial: number, id: string, due: number, attempts = 1): Shipment {
  const entry = {
    ...{ upTo: id, firstId: id, days: new Map(), serial, open: 1 },
    ...{ sent: 0, dead: 0, duplicates: 0, bytes: 0 },
  };
  return { entry, rows: [{ id }], attempts, tries: attempts, due, firstAt: 1, again: true, successes: 0 };
}

const idOf = (taken: Shipment | undefined) => taken?.rows[0].id;

describe('waiting shipments', () => {
  it('go oldest first, when they are due', () => {
    const waiting = new Shipments();
    waiting.put(shipment(2, '20', 5), shipment(1, '9', 7), shipment(3, '100', 0), shipment(3, '99', 0));
    expect(waiting.nextDue()).toBe(0);
    expect(idOf(waiting.takeDue(6))).toBe('20');
    expect(idOf(waiting.takeDue(6))).toBe('99');
    expect(idOf(waiting.takeDue(7))).toBe('9');
    expect(idOf(waiting.takeDue(7))).toBe('100');
    expect(waiting.takeDue(9)).toBeUndefined();
    expect(waiting.nextDue()).toBe(Number.POSITIVE_INFINITY);
  });

  it('try a receiver with the one that failed least', () => {
    const waiting = new Shipments();
    expect(waiting.takeBest()).toBeUndefined();
    waiting.put(shipment(1, '1', 99, 7), shipment(2, '2', 99, 2), shipment(3, '3', 99, 2));
    expect(idOf(waiting.takeBest())).toBe('2');
  });

  it('are all due when released, and gone when cleared', () => {
    const waiting = new Shipments();
    waiting.put(shipment(1, '1', 99), shipment(2, '2', 3));
    waiting.release(10);
    expect([waiting.nextDue(), waiting.size]).toEqual([3, 2]);
    expect(idOf(waiting.takeDue(10))).toBe('1');
    waiting.clear();
    expect(waiting.size).toBe(0);
  });
});
