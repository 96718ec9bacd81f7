import { describe, expect, it } from 'vitest';
import { hex } from '../../test/support/hex.ts';
import { encodeNetflow5 } from './encode-netflow5.ts';

/** 2025-10-09T08:53:20Z; the device runs for an hour. */
const NOW = 1_760_000_000_000;
const BOOT = NOW - 3_600_000;

describe('encodeNetflow5', () => {
  it('puts every field where the table of version 5 says', () => {
    const datagram = encodeNetflow5(
      { sequence: 70_000, exportTime: NOW + 250, bootTime: BOOT, engineType: 1, engineId: 2, sampling: 100 },
      [
        {
          srcIp: '10.0.0.1',
          dstIp: '192.0.2.7',
          nextHop: '10.0.0.254',
          input: 3,
          output: 513,
          packets: 5,
          bytes: 4_000_000_000,
          start: NOW - 1_000,
          end: NOW,
          srcPort: 40_000,
          dstPort: 443,
          tcpFlags: 0x1b,
          proto: 6,
          tos: 0x28,
          srcAs: 64_512,
          dstAs: 15_169,
          srcMask: 24,
          dstMask: 8,
        },
      ],
    );
    expect(datagram).toEqual(
      hex(`
        0005 0001      ; version, count
        0036ef7a       ; sysUptime 3,600,250 ms
        68e77800       ; seconds since 1970
        0ee6b280       ; 250,000,000 ns
        00011170       ; sequence
        01 02          ; engine type, id
        4064           ; mode 1, interval 100
        0a000001 c0000207 0a0000fe
        0003 0201      ; interfaces
        00000005 ee6b2800
        0036ea98 0036ee80 ; first 3,599,000 last 3,600,000
        9c40 01bb
        00 1b 06 28    ; pad, flags, protocol, tos
        fc00 3b41      ; AS
        18 08 0000`),
    );
  });

  it('counts its flows, and says nothing where nothing is known', () => {
    const flow = { srcIp: '10.0.0.1', dstIp: '10.0.0.2', srcPort: 8, dstPort: 0, proto: 1, bytes: 84, packets: 1 };
    const datagram = encodeNetflow5({ sequence: 0, exportTime: NOW, bootTime: BOOT }, [
      { ...flow, start: NOW, end: NOW },
      { ...flow, start: NOW, end: NOW },
    ]);
    expect(datagram).toHaveLength(24 + 2 * 48);
    expect(datagram.readUInt16BE(2)).toBe(2);
    expect(datagram.readUInt16BE(22)).toBe(0);
    expect(datagram.subarray(24, 72)).toEqual(datagram.subarray(72));
  });
});
