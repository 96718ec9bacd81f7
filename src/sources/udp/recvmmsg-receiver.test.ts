import { afterEach, describe, expect, it } from 'vitest';
import { collect, findLibc, LOOPBACK, OpenThings, pattern, send } from '../../../test/support/udp.ts';
import type { Libc } from './libc.ts';
import { AF_INET6, EAFNOSUPPORT, EAGAIN, SO_RCVBUF, SO_RCVBUFFORCE, SOL_SOCKET } from './linux-constants.ts';
import { RecvmmsgReceiver } from './recvmmsg-receiver.ts';

const libc = await findLibc();
const calls = libc as Libc;
const things = new OpenThings();
afterEach(() => things.close());

describe.skipIf(!libc)('RecvmmsgReceiver', () => {
  it('counts datagrams that are longer than a slot, and hands over the others', async () => {
    const receiver = things.receiver(
      new RecvmmsgReceiver(calls, { listen: [LOOPBACK] }, { slots: 4, slotBytes: 2048 }),
    );
    const [{ port }] = await receiver.open();
    const sender = await things.sender();
    const sizes = [2048, 2049, 100, 9000, 1, 2, 3];
    for (const [i, size] of sizes.entries()) await send(sender, pattern(size, i), port);
    const got = await collect(receiver, 5);
    expect(got.map(({ bytes }) => bytes.length)).toEqual([2048, 100, 1, 2, 3]);
    expect(got[0].bytes.equals(pattern(2048, 0))).toBe(true);
    expect(receiver.stats()).toMatchObject([{ datagrams: 7, truncated: 2 }]);
  });

  it('tells how much of the buffer is in use', async () => {
    const receiver = things.receiver(new RecvmmsgReceiver(calls, { listen: [LOOPBACK] }));
    const [{ port }] = await receiver.open();
    await send(await things.sender(), new Uint8Array(1000), port);
    expect(receiver.stats()[0].bufferUsed).toBeGreaterThanOrEqual(1000);
  });

  it('takes IPv4 alone where there is no IPv6', async () => {
    const without: Libc = {
      ...calls,
      socket: (domain, type, protocol) => (domain === AF_INET6 ? -1 : calls.socket(domain, type, protocol)),
      errno: () => EAFNOSUPPORT,
    };
    const receiver = things.receiver(new RecvmmsgReceiver(without, { listen: [{ host: '::', port: 0 }] }));
    const [info] = await receiver.open();
    expect(info.listen).toBe(`0.0.0.0:${info.port}`);
    await send(await things.sender(), Uint8Array.of(1), info.port);
    expect(await collect(receiver, 1)).toMatchObject([{ address: '127.0.0.1', first: 1 }]);
  });

  it('asks in the ordinary way for the buffer it may not force', async () => {
    const asked: number[] = [];
    const ordinary: Libc = {
      ...calls,
      setsockopt: (fd, level, name, value, length) => {
        if (level === SOL_SOCKET) asked.push(name);
        return name === SO_RCVBUFFORCE ? -1 : calls.setsockopt(fd, level, name, value, length);
      },
    };
    const options = { listen: [LOOPBACK], receiveBuffer: 8192 };
    const [info] = await things.receiver(new RecvmmsgReceiver(ordinary, options)).open();
    expect(asked).toEqual([SO_RCVBUFFORCE, SO_RCVBUF]);
    expect(info.receiveBuffer).toEqual({ asked: 8192, granted: 16_384, complete: true });
  });

  it('says when less was granted than asked for', async () => {
    const stingy: Libc = { ...calls, setsockopt: () => -1 };
    const options = { listen: [LOOPBACK], receiveBuffer: 2 ** 28 };
    const [info] = await things.receiver(new RecvmmsgReceiver(stingy, options)).open();
    expect(info.receiveBuffer).toMatchObject({ asked: 2 ** 28, complete: false });
    expect(info.error).toBeUndefined();
  });

  it('counts calls that failed, but not those that found nothing', async () => {
    let errno = EAGAIN;
    const failing: Libc = { ...calls, recvmmsg: () => -1, errno: () => errno };
    const receiver = things.receiver(new RecvmmsgReceiver(failing, { listen: [LOOPBACK] }));
    await receiver.open();
    const errors = () => receiver.stats()[0].errors;
    expect(receiver.poll(0, () => undefined)).toBe(0);
    expect(errors()).toBe(0);
    errno = 12;
    expect(receiver.poll(0, () => undefined)).toBe(0);
    expect(errors()).toBe(1);
  });

  it('closes what it could not bind', async () => {
    const closed: number[] = [];
    const opened: number[] = [];
    const watched: Libc = {
      ...calls,
      socket: (...args) => {
        opened.push(calls.socket(...args));
        return opened[opened.length - 1];
      },
      close: (fd) => {
        closed.push(fd);
        return calls.close(fd);
      },
    };
    const { port } = (await things.sender()).address();
    const [info] = await things.receiver(new RecvmmsgReceiver(watched, { listen: [{ ...LOOPBACK, port }] })).open();
    expect(info.error).toBe(`127.0.0.1:${port}: cannot bind: address already in use`);
    expect(opened.length).toBe(1);
    expect(closed).toEqual(opened);
  });

  it('is woken by a socket when it found nothing at first', async () => {
    let blind = true;
    let ready = 0;
    const late: Libc = {
      ...calls,
      recvmmsg: (...args) => (blind ? -1 : calls.recvmmsg(...args)),
      errno: () => EAGAIN,
      poll: (...args) => {
        ready = calls.poll(...args);
        blind = false;
        return ready;
      },
    };
    const receiver = things.receiver(new RecvmmsgReceiver(late, { listen: [LOOPBACK, LOOPBACK] }));
    const [, { port }] = await receiver.open();
    await send(await things.sender(), Uint8Array.of(1), port);
    const handed: number[] = [];
    expect(receiver.poll(1000, ({ listener }) => handed.push(listener))).toBe(1);
    expect(ready).toBe(1);
    expect(handed).toEqual([1]);
  });

  it('goes on after a handler that threw', async () => {
    const receiver = things.receiver(new RecvmmsgReceiver(calls, { listen: [LOOPBACK, { host: '::', port: 0 }] }));
    const [v4, v6] = await receiver.open();
    const sender = await things.sender();
    for (let i = 0; i < 3; i++) await send(sender, Uint8Array.of(i), v4.port);
    const fails = () =>
      receiver.poll(1000, () => {
        throw new Error('told to');
      });
    expect(fails).toThrow('told to');
    for (let i = 3; i < 6; i++) await send(sender, Uint8Array.of(i), v6.port);
    expect((await collect(receiver, 3)).map(({ first, address }) => [first, address])).toEqual([
      [3, '127.0.0.1'],
      [4, '127.0.0.1'],
      [5, '127.0.0.1'],
    ]);
  });
});
