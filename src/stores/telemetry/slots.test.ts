import { expect, test } from 'vitest';
import { Slots } from './slots.ts';

const later = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a slot is held by one at a time, others come in order', async () => {
  const slots = new Slots(['only']);
  const order: number[] = [];
  let inside = 0;
  await Promise.all(
    [1, 2, 3, 4].map((number) =>
      slots.use(async () => {
        expect(++inside).toBe(1);
        order.push(number);
        await later();
        inside--;
      }),
    ),
  );
  expect(order).toEqual([1, 2, 3, 4]);
});

test('a slot comes back after an error', async () => {
  const slots = new Slots(['only']);
  await expect(slots.use(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await slots.use(async (slot) => slot)).toBe('only');
});

test('who waits can go away, and nobody waits in a queue that is full or refused', async () => {
  const slots = new Slots(['only'], 1);
  let release: () => void = () => {};
  const holding = slots.use(
    () =>
      new Promise<void>((resolve) => {
        release = resolve;
      }),
  );
  const controller = new AbortController();
  const waiting = slots.use(async () => 'never', controller.signal);
  await expect(slots.use(async () => 'third')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  const refused = slots.use(async () => 'never');
  slots.refuse(new Error('stopping'));
  await expect(refused).rejects.toThrow('stopping');
  release();
  await holding;
  expect(await slots.use(async (slot) => slot)).toBe('only');
});
