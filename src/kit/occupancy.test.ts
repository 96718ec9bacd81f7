import { expect, it } from 'vitest';
import { Occupancy } from './occupancy.ts';

it('counts the time in which something is under way, once however much it is', () => {
  let now = 5;
  const occupancy = new Occupancy(() => now);
  expect(occupancy.total).toBe(0);
  occupancy.begin();
  now += 10;
  occupancy.begin();
  now += 10;
  expect(occupancy.total).toBe(20);
  occupancy.end();
  now += 10;
  occupancy.end();
  now += 100;
  expect(occupancy.total).toBe(30);
  occupancy.begin();
  now += 1;
  expect(occupancy.total).toBe(31);
});
