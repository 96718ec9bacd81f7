import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { procAddress, readProcNetUdp } from './proc-net-udp.ts';
import { SocketCounters } from './socket-counters.ts';

const HEAD =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n';
const UDP = `${HEAD}  405: 0100007F:0807 00000000:0000 07 00000000:00033600 00:00000000 00000000     0        0 18734 2 0000000000000000 1234
  406: 00000000:0808 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 18735 2 0000000000000000 -2
`;
const UDP6 = `${HEAD}  407: 00000000000000000000000001000000:0807 00000000000000000000000000000000:0000 07 00000000:00000100 00:00000000 00000000     0        0 18736 2 0000000000000000 5
`;

describe.skipIf(process.platform !== 'linux')('readProcNetUdp', () => {
  it('finds drops and use by address', () => {
    const folder = mkdtempSync(join(tmpdir(), 'proc-net-'));
    try {
      writeFileSync(join(folder, 'udp'), UDP);
      writeFileSync(join(folder, 'udp6'), UDP6);
      const sockets = readProcNetUdp(folder);
      expect(sockets.get(procAddress('127.0.0.1', 4, 2055))).toEqual({ bufferUsed: 0x33600, drops: 1234 });
      expect(sockets.get(procAddress('0.0.0.0', 4, 2056))).toEqual({ bufferUsed: 0, drops: 2 ** 32 - 2 });
      expect(sockets.get(procAddress('::1', 6, 2055))).toEqual({ bufferUsed: 0x100, drops: 5 });
      expect(sockets.size).toBe(3);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('knows nothing where there is nothing', () => {
    expect(readProcNetUdp(join(tmpdir(), 'no-such-folder')).size).toBe(0);
  });
});

describe('SocketCounters', () => {
  it('goes on counting when the number of the system wraps around', () => {
    const counters = new SocketCounters();
    expect(counters.report('udp:1', undefined).kernelDrops).toBeUndefined();
    expect(counters.report('udp:1', { drops: 2 ** 32 - 10, bufferUsed: 1 }).kernelDrops).toBe(2 ** 32 - 10);
    expect(counters.report('udp:1', { drops: 5, bufferUsed: 1 }).kernelDrops).toBe(2 ** 32 + 5);
  });
});
