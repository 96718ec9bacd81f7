import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { demoListen, demoTargets } from './targets.ts';

describe('demoListen', () => {
  it('leaves ports alone that another program has', async () => {
    const taken = createSocket('udp4');
    taken.on('error', () => undefined);
    taken.bind(4739, '127.0.0.1');
    // When somebody has it already, it is taken all the same.
    await Promise.race([once(taken, 'listening'), new Promise((resolve) => setTimeout(resolve, 200))]);
    try {
      const listen = await demoListen();
      expect(new Set(listen).size).toBe(3);
      for (const address of listen) {
        expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
        expect(address).not.toMatch(/:(2055|4739|6343)$/);
      }
    } finally {
      taken.close();
    }
  });
});

describe('demoTargets', () => {
  it('takes the addresses in their order, and loopback for all addresses', () => {
    expect(demoTargets(['0.0.0.0:2055', '[::]:4739', '127.0.0.1:6343'])).toEqual({
      netflow: { host: '127.0.0.1', port: 2055 },
      ipfix: { host: '::1', port: 4739 },
      sflow: { host: '127.0.0.1', port: 6343 },
    });
  });

  it('sends everything to one where there is one, and nothing where there is none', () => {
    const one = { host: '127.0.0.1', port: 9995 };
    expect(demoTargets(['127.0.0.1:9995'])).toEqual({ netflow: one, ipfix: one, sflow: one });
    expect(demoTargets([])).toBeUndefined();
  });
});
