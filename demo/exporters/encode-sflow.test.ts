import { describe, expect, it } from 'vitest';
import { hex } from '../../test/support/hex.ts';
import { encodeSflow } from './encode-sflow.ts';

describe('encodeSflow', () => {
  it('writes a flow sample in XDR: the header of the packet is padded, its length is not', () => {
    const datagram = encodeSflow({ agent: '192.0.2.9', subAgent: 1, sequence: 5, uptime: 70_000 }, [
      {
        kind: 'flow',
        sequence: 8,
        source: { index: 3 },
        rate: 64,
        pool: 512,
        drops: 1,
        input: 3,
        output: 4,
        records: [
          { kind: 'header', frameLength: 1_518, stripped: 4, header: hex('0102030405') },
          { kind: 'switch', srcVlan: 20, dstVlan: 30 },
        ],
      },
    ]);
    expect(datagram).toEqual(
      hex(`
        00000005 00000001 c0000209     ; version, IPv4, agent
        00000001 00000005 00011170     ; sub-agent, sequence, uptime
        00000001                       ; one sample
        00000001 00000058              ; flow sample, 88 bytes
          00000008 00000003 00000040 00000200 00000001 00000003 00000004 00000002
          00000001 00000018            ; raw header, 24 bytes
            00000001 000005ee 00000004 00000005 0102030405 000000
          000003e9 00000010            ; extended switch
            00000014 00000000 0000001e 00000000`),
    );
  });

  it('writes the generic counters of an interface: 88 bytes', () => {
    const datagram = encodeSflow({ agent: '2001:db8::9', sequence: 1, uptime: 0 }, [
      {
        kind: 'counters',
        sequence: 2,
        source: { type: 2, index: 3 },
        interface: {
          index: 3,
          speed: 10e9,
          up: true,
          inOctets: 2 ** 33,
          inPackets: 7,
          inDiscards: 5,
          inErrors: 6,
          outOctets: 9,
          outPackets: 8,
          outDiscards: 3,
          outErrors: 4,
        },
      },
    ]);
    expect(datagram.subarray(4, 24)).toEqual(hex('00000002 20010db8000000000000000000000009'));
    expect(datagram.subarray(40)).toEqual(
      hex(`
        00000002 0000006c              ; counter sample, 108 bytes
          00000002 02000003 00000001
          00000001 00000058
            00000003 00000006 00000002540be400 00000001 00000003
            0000000200000000 00000007 00000000 00000000 00000005 00000006 ffffffff
            0000000000000009 00000008 00000000 00000000 00000003 00000004 00000000`),
    );
  });

  it('gives indexes 32 bits in expanded samples', () => {
    const flow = { kind: 'flow', sequence: 1, rate: 1, pool: 1, input: 2 ** 30, output: 4, records: [] } as const;
    const datagram = encodeSflow({ agent: '192.0.2.9', sequence: 1, uptime: 0 }, [
      { ...flow, source: { index: 2 ** 30 }, expanded: true },
    ]);
    expect(datagram.subarray(28)).toEqual(
      hex(`00000003 0000002c
        00000001 00000000 40000000 00000001 00000001 00000000
        00000000 40000000  00000000 00000004  00000000`),
    );
  });
});
