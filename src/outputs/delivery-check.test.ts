import { describe, expect, it } from 'vitest';
import { checked } from './delivery-check.ts';
import type { Delivery } from './output.ts';

const ok: Delivery = {
  outcome: 'delivered',
  left: [],
  rejected: [],
  duplicates: 0,
  bytes: 1,
  status: 200,
  code: '',
  detail: '',
};
const refused = (index: number) => ({ index, code: 'X', reason: 'x', original: '{}' });

describe('what an output says', () => {
  it('is taken as it is when it can be', () => {
    const delivery: Delivery = { ...ok, outcome: 'retry', left: [0, 2], rejected: [refused(1)] };
    expect(checked(delivery, 3)).toEqual(delivery);
  });

  it.each([
    ['a place that was not sent', { left: [3] }],
    ['a place that is none', { left: [0.5] }],
    ['places out of order', { left: [1, 0] }],
    ['a place twice', { left: [1, 1] }],
    ['a negative one', { rejected: [refused(-1)] }],
    ['a refused one that was not sent', { rejected: [refused(3)] }],
  ])('delivers nothing when it names %s', (_, change) => {
    expect(checked({ ...ok, ...change }, 3)).toMatchObject({
      outcome: 'retry',
      left: [0, 1, 2],
      rejected: [],
      code: 'INTERNAL',
    });
  });

  it('is not delivered while something is left', () => {
    expect(checked({ ...ok, left: [1] }, 3)).toMatchObject({ outcome: 'retry', left: [1] });
  });

  it('refuses an event once, and not when it is sent again', () => {
    const delivery = checked({ ...ok, outcome: 'retry', left: [0], rejected: [refused(0), refused(2), refused(2)] }, 3);
    expect(delivery.rejected).toEqual([refused(2)]);
  });
});
