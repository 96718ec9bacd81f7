import { afterEach, describe, expect, it } from 'vitest';
import {
  collect,
  findLibc,
  haveV6,
  LOOPBACK,
  OpenThings,
  onLinux,
  pattern,
  send,
  sendAsleep,
  sendSoon,
} from '../../../test/support/udp.ts';
import { DgramReceiver } from './dgram-receiver.ts';
import type { Receiver, ReceiverOptions } from './receiver.ts';
import { RecvmmsgReceiver } from './recvmmsg-receiver.ts';

const SECOND = 1e6;

const libc = await findLibc();
const withoutV6 = !haveV6();
const things = new OpenThings();
afterEach(() => things.close());

type Make = (options: ReceiverOptions) => Receiver;

describe.each<[string, Make | undefined]>([
  ['recvmmsg', libc && ((options) => new RecvmmsgReceiver(libc, options))],
  ['dgram', (options) => new DgramReceiver(options)],
])('%s', (mode, make) => {
  async function start(options: Partial<ReceiverOptions> = {}) {
    const receiver = things.receiver((make as Make)({ listen: [LOOPBACK], receiveBuffer: 2 ** 20, ...options }));
    return { receiver, infos: await receiver.open() };
  }

  describe.skipIf(!make)('over real sockets', () => {
    it('says what it opened', async () => {
      const { receiver, infos } = await start();
      const [info] = infos;
      expect(receiver.mode).toBe(mode);
      expect(info.port).toBeGreaterThan(0);
      expect(info).toMatchObject({ listen: `127.0.0.1:${info.port}`, name: `udp:${info.port}` });
      expect(info.error).toBeUndefined();
      expect(info.receiveBuffer.asked).toBe(2 ** 20);
      expect(info.receiveBuffer.granted).toBeGreaterThan(0);
      expect(info.receiveBuffer.complete).toBe(info.receiveBuffer.granted >= (onLinux ? 2 : 1) * 2 ** 20);
      expect(receiver.stats()).toMatchObject([
        { name: info.name, datagrams: 0, bytes: 0, kernelDrops: onLinux ? 0 : undefined },
      ]);
    });

    it('hands over content, sender, order and time', async () => {
      const before = Date.now();
      const { receiver, infos } = await start();
      const sender = await things.sender();
      for (let i = 0; i < 300; i++) await send(sender, Uint8Array.of(i & 255, i >> 8, 9), infos[0].port);
      await send(sender, new Uint8Array(0), infos[0].port);
      const got = await collect(receiver, 301);
      expect(got.map(({ bytes }) => (bytes.length > 0 ? bytes.readUInt16LE() : -1))).toEqual([
        ...Array.from({ length: 300 }, (_, i) => i),
        -1,
      ]);
      const { port } = sender.address();
      for (const one of got) {
        expect(one).toMatchObject({ address: '127.0.0.1', port, listener: 0 });
        expect(one.receivedAt).toBeGreaterThanOrEqual((before - 10) * 1000);
        expect(one.receivedAt).toBeLessThanOrEqual((Date.now() + 10) * 1000);
      }
      expect(receiver.stats()).toMatchObject([{ datagrams: 301, bytes: 900, truncated: 0, errors: 0, overflowed: 0 }]);
      expect([...receiver.peers()]).toMatchObject([{ address: '127.0.0.1', datagrams: 301, bytes: 900, limited: 0 }]);
    });

    it('takes the longest datagrams whole, and short ones among them', async () => {
      const { receiver, infos } = await start();
      const sender = await things.sender();
      const sent = [pattern(65_000, 1), pattern(10, 2), pattern(65_507, 3), pattern(1, 4), pattern(9000, 5)];
      for (const bytes of sent) await send(sender, bytes, infos[0].port);
      const got = await collect(receiver, sent.length);
      expect(got.map(({ bytes }) => bytes.length)).toEqual(sent.map(({ length }) => length));
      for (const [i, { bytes, first }] of got.entries()) {
        expect(bytes.equals(sent[i])).toBe(true);
        expect(first).toBe(sent[i][0]);
      }
    });

    it.skipIf(withoutV6)('takes IPv6, and IPv4 on the same socket', async () => {
      const { receiver, infos } = await start({ listen: [{ host: '::', port: 0 }] });
      const [{ port, listen }] = infos;
      expect(listen).toBe(`[::]:${port}`);
      const v6 = await things.sender('::1');
      const v4 = await things.sender();
      await send(v6, Uint8Array.of(6), port, '::1');
      await send(v4, Uint8Array.of(4), port);
      await send(v6, Uint8Array.of(6), port, '::1');
      const got = await collect(receiver, 3);
      expect(got.map(({ first, address, port: from }) => [first, address, from])).toEqual([
        [6, '::1', v6.address().port],
        [4, '127.0.0.1', v4.address().port],
        [6, '::1', v6.address().port],
      ]);
      const peers = [...receiver.peers()].map(({ address, datagrams }) => [address, datagrams]);
      expect(peers).toEqual([
        ['::1', 2],
        ['127.0.0.1', 1],
      ]);
      expect(receiver.stats()).toMatchObject([{ datagrams: 3, kernelDrops: onLinux ? 0 : undefined }]);
    });

    it.skipIf(withoutV6)('takes turns between families on several sockets, one account for each', async () => {
      const { receiver, infos } = await start({ listen: [LOOPBACK, { host: '::1', port: 0 }, LOOPBACK] });
      const v6 = await things.sender('::1');
      const v4 = await things.sender();
      for (let i = 0; i < 50; i++) {
        await send(v4, Uint8Array.of(0, i), infos[0].port);
        await send(v6, Uint8Array.of(1, i), infos[1].port, '::1');
        await send(v4, Uint8Array.of(2, i), infos[2].port);
      }
      const got = await collect(receiver, 150);
      for (const listener of [0, 1, 2]) {
        const mine = got.filter((one) => one.listener === listener);
        expect(mine.map(({ bytes }) => [...bytes])).toEqual(Array.from({ length: 50 }, (_, i) => [listener, i]));
        expect(new Set(mine.map(({ address }) => address))).toEqual(new Set([listener === 1 ? '::1' : '127.0.0.1']));
      }
      expect(receiver.stats().map(({ name, datagrams }) => [name, datagrams])).toEqual(
        infos.map(({ name }) => [name, 50]),
      );
    });

    it('goes on with the others when one socket cannot be bound', async () => {
      const taken = await things.sender();
      const { port } = taken.address();
      const { receiver, infos } = await start({
        listen: [{ host: '127.0.0.1', port }, { host: 'no-such-host.invalid', port: 2055 }, LOOPBACK],
      });
      expect(infos[0]).toMatchObject({ listen: `127.0.0.1:${port}`, name: `udp:${port}`, port });
      expect(infos[0].error).toMatch(/address already in use|EADDRINUSE/);
      expect(infos[1].error).toContain('no-such-host.invalid:2055');
      expect(infos[2].error).toBeUndefined();
      await send(await things.sender(), Uint8Array.of(1), infos[2].port);
      expect(await collect(receiver, 1)).toMatchObject([{ listener: 2 }]);
      expect(receiver.stats()).toMatchObject([{ datagrams: 0, kernelDrops: undefined }, {}, { datagrams: 1 }]);
    });

    it.skipIf(withoutV6)('shares a port between 0.0.0.0 and ::', async () => {
      const { port } = (await things.sender('0.0.0.0')).address();
      await things.close();
      const { receiver, infos } = await start({ listen: ['0.0.0.0', '::'].map((host) => ({ host, port })) });
      expect(infos.map(({ error }) => error)).toEqual([undefined, undefined]);
      await send(await things.sender(), Uint8Array.of(4), port);
      await send(await things.sender('::1'), Uint8Array.of(6), port, '::1');
      const got = await collect(receiver, 2);
      expect(got.map(({ listener, first }) => [listener, first]).sort()).toEqual([
        [0, 4],
        [1, 6],
      ]);
    });

    it.skipIf(!onLinux)('lets nobody pass who is not in the networks', async () => {
      const { receiver, infos } = await start({ networks: ['127.0.0.2', '2001:db8::/32'] });
      const stranger = await things.sender('127.0.0.3');
      const friend = await things.sender('127.0.0.2');
      for (let i = 0; i < 5; i++) await send(stranger, Uint8Array.of(3), infos[0].port);
      await send(friend, Uint8Array.of(2), infos[0].port);
      const got = await collect(receiver, 1);
      expect(got.map(({ address, first }) => [address, first])).toEqual([['127.0.0.2', 2]]);
      expect(receiver.stats()).toMatchObject([{ datagrams: 6, refused: 5, limited: 0 }]);
      expect([...receiver.peers()].map(({ address }) => address)).toEqual(['127.0.0.2']);
      expect([...receiver.refusedPeers()]).toMatchObject([{ address: '127.0.0.3', datagrams: 5 }]);
    });

    it('limits the rate of a peer by the clock', async () => {
      let now = 1_760_000_000 * SECOND;
      const { receiver, infos } = await start({ rateLimit: 5, clock: () => now });
      const sender = await things.sender();
      for (let i = 0; i < 8; i++) await send(sender, Uint8Array.of(i), infos[0].port);
      const burst = await collect(receiver, 8);
      expect(burst.map(({ first, receivedAt }) => [first, receivedAt])).toEqual(
        [0, 1, 2, 3, 4].map((i) => [i, 1_760_000_000 * SECOND]),
      );
      now += 0.4 * SECOND;
      for (let i = 8; i < 12; i++) await send(sender, Uint8Array.of(i), infos[0].port);
      expect((await collect(receiver, 4)).map(({ first }) => first)).toEqual([8, 9]);
      expect(receiver.stats()).toMatchObject([{ datagrams: 12, limited: 5, refused: 0 }]);
      expect([...receiver.peers()]).toMatchObject([{ limited: 5, datagrams: 12 }]);
    });

    it.skipIf(!onLinux)('accounts for every datagram of a flood that came while it was asleep', async () => {
      const { receiver, infos } = await start({ receiveBuffer: 65_536 });
      sendAsleep(infos[0].port, 1000, 1000);
      const got = await collect(receiver, 1000);
      const [{ datagrams, kernelDrops = 0, overflowed }] = receiver.stats();
      expect(got.length).toBe(datagrams);
      expect(overflowed).toBe(0);
      expect(kernelDrops).toBeGreaterThan(100);
      expect(datagrams).toBeGreaterThan(10);
      expect(datagrams + kernelDrops).toBe(1000);
    });

    it.skipIf(!onLinux)('keeps a bounded number of peers', async () => {
      const { receiver, infos } = await start({ maxPeers: 8 });
      for (let i = 1; i <= 40; i++) await send(await things.sender(`127.0.1.${i}`), Uint8Array.of(i), infos[0].port);
      const got = await collect(receiver, 40);
      expect(got.map(({ address }) => address)).toEqual(Array.from({ length: 40 }, (_, i) => `127.0.1.${i + 1}`));
      expect([...receiver.peers()].length).toBe(8);
    });

    it('waits no longer than asked, hands over nothing then, and nothing once closed', async () => {
      const { receiver } = await start();
      const handed: unknown[] = [];
      expect(await receiver.poll(0, (datagram) => handed.push(datagram))).toBe(0);
      expect(await receiver.poll(5, (datagram) => handed.push(datagram))).toBe(0);
      receiver.close();
      expect(await receiver.poll(5, (datagram) => handed.push(datagram))).toBe(0);
      expect(handed).toEqual([]);
    });

    it('wakes up when something comes', async () => {
      const { receiver, infos } = await start();
      const sent = sendSoon(infos[0].port, 1, 7);
      // Longer than a test may take.
      expect(await receiver.poll(600_000, () => undefined)).toBe(1);
      await sent;
    });

    it('refuses networks that are none, at once', () => {
      expect(() => (make as Make)({ listen: [LOOPBACK], networks: ['office'] })).toThrow('not a network: office');
    });
  });
});
