import { describe, expect, it } from 'vitest';
import { findLibc, LOOPBACK } from '../../../test/support/udp.ts';
import { chooseReceiver } from './choose-receiver.ts';

const libc = await findLibc();

describe('chooseReceiver', () => {
  it('takes the faster way where it can be had, and says why where it cannot', async () => {
    const chosen = await chooseReceiver('auto', { listen: [LOOPBACK] });
    expect(chosen.receiver.mode).toBe(libc ? 'recvmmsg' : 'dgram');
    expect(chosen.because === undefined).toBe(libc !== undefined);
    expect((await chooseReceiver('dgram', { listen: [LOOPBACK] })).receiver.mode).toBe('dgram');
  });

  it('does not take another way than the one that was asked for', async () => {
    const asked = chooseReceiver('recvmmsg', { listen: [LOOPBACK] });
    if (libc) expect((await asked).receiver.mode).toBe('recvmmsg');
    else await expect(asked).rejects.toThrow();
  });

  it('does not hide a wrong network behind the other way', async () => {
    await expect(chooseReceiver('auto', { listen: [], networks: ['x'] })).rejects.toThrow(RangeError);
  });
});
