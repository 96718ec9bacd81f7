import { describe, expect, it } from 'vitest';
import { hex } from '../../test/support/hex.ts';
import { buildFrame, buildPacket } from './frame.ts';

/** Sums 16-bit words as a receiver does: 0xffff says that the checksum is right. */
function sum(bytes: Buffer): number {
  let total = 0;
  for (let i = 0; i < bytes.length; i += 2) total += (bytes[i] << 8) | (bytes[i + 1] ?? 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

describe('buildFrame', () => {
  it('puts Ethernet, two tags, IPv4 and UDP in front of the payload', () => {
    const frame = buildFrame({
      srcIp: '10.0.0.1',
      dstIp: '10.0.0.2',
      proto: 17,
      srcPort: 53,
      dstPort: 40_000,
      payload: hex('abcdef'),
      ttl: 9,
      tos: 4,
      vlans: [100, 200],
    });
    expect(frame.subarray(0, 22)).toEqual(hex('020000000002 020000000001 8100 0064 8100 00c8 0800'));
    expect(frame.subarray(22, 32)).toEqual(hex('45 04 001f 0000 4000 09 11'));
    expect(frame.subarray(34, 48)).toEqual(hex('0a000001 0a000002 0035 9c40 000b'));
    expect(frame.subarray(50)).toEqual(hex('abcdef'));
    expect(sum(frame.subarray(22, 42))).toBe(0xffff);
    expect(sum(Buffer.concat([frame.subarray(34), hex('00 0011 000b')]))).toBe(0xffff);
  });

  it('builds TCP and ICMPv6 over IPv6 with checksums that are right', () => {
    const tcp = buildPacket({
      srcIp: '2001:db8::1',
      dstIp: '2001:db8::2',
      proto: 6,
      srcPort: 1,
      dstPort: 2,
      tcpFlags: 2,
    });
    expect(tcp.subarray(0, 8)).toEqual(hex('60000000 0014 06 40'));
    expect(tcp[40 + 13]).toBe(2);
    expect(sum(Buffer.concat([tcp.subarray(8), hex('00000014 00000006')]))).toBe(0xffff);
    const ping = buildPacket({ srcIp: '2001:db8::1', dstIp: '2001:db8::2', proto: 58, srcPort: 128, payload: 4 });
    expect(ping[40]).toBe(128);
    expect(sum(Buffer.concat([ping.subarray(8), hex('0000000c 0000003a')]))).toBe(0xffff);
  });
});
