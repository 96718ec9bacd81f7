import { afterEach, describe, expect, it } from 'vitest';
import { collect, LOOPBACK, OpenThings, send } from '../../../test/support/udp.ts';
import { DgramReceiver } from './dgram-receiver.ts';

const things = new OpenThings();
afterEach(() => things.close());

describe('DgramReceiver', () => {
  it('ends the wait of a reader when it is closed', async () => {
    const receiver = things.receiver(new DgramReceiver({ listen: [LOOPBACK] }));
    await receiver.open();
    // Longer than a test may take.
    const waiting = receiver.poll(600_000, () => undefined);
    receiver.close();
    expect(await waiting).toBe(0);
  });

  it('drops and counts what finds the queue full', async () => {
    const receiver = things.receiver(new DgramReceiver({ listen: [LOOPBACK] }, { queueDatagrams: 10 }));
    const [{ port }] = await receiver.open();
    const sender = await things.sender();
    for (let i = 0; i < 25; i++) await send(sender, Uint8Array.of(i), port);
    while (receiver.stats()[0].datagrams < 25) await new Promise(setImmediate);
    const got = await collect(receiver, 10);
    expect(got.map(({ first }) => first)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(receiver.stats()).toMatchObject([{ datagrams: 25, overflowed: 15 }]);
  });
});
