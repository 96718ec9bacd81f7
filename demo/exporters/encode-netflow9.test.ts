import { describe, expect, it } from 'vitest';
import { hex } from '../../test/support/hex.ts';
import { encodeNetflow9, sysUpTime } from './encode-netflow9.ts';
import { dataTemplate, field, optionsTemplate } from './template.ts';

const NOW = 1_760_000_000_000;
const BOOT = NOW - 3_600_000;
const header = { sourceId: 7, sequence: 9, exportTime: NOW, bootTime: BOOT };

const flows = dataTemplate(
  256,
  'sourceIPv4Address',
  'flowStartSysUpTime',
  field('octetDeltaCount', 4),
  'protocolIdentifier',
  field('interfaceName', 6),
);
const sampler = optionsTemplate(257, ['scopeSystem'], 'samplerId', 'samplerMode', 'samplerRandomInterval');

describe('encodeNetflow9', () => {
  it('writes templates, options templates and records as RFC 3954 lays them out', () => {
    const datagram = encodeNetflow9(header, [
      { templates: [flows, sampler] },
      {
        template: flows,
        records: [
          {
            sourceIPv4Address: '10.0.0.1',
            flowStartSysUpTime: sysUpTime(NOW - 1_000, BOOT),
            octetDeltaCount: 77,
            protocolIdentifier: 6,
            interfaceName: 'ge-0',
          },
        ],
      },
      { template: sampler, records: [{ scopeSystem: 1, samplerId: 2, samplerMode: 2, samplerRandomInterval: 100 }] },
    ]);
    expect(datagram).toEqual(
      hex(`
        0009 0004          ; version, 4 records: two templates, two of data
        0036ee80 68e77800  ; sysUptime, seconds
        00000009 00000007  ; sequence, source id
        0000 001c          ; FlowSet 0: templates, 28 bytes
          0100 0005        ; id 256, five fields
          0008 0004  0016 0004  0001 0004  0004 0001  0052 0006
        0001 001c          ; FlowSet 1: options templates, 26 bytes and two of padding
          0101 0004 000c   ; id 257, 4 bytes of scopes, 12 of options
          0001 0004        ; scope: system
          0030 0001  0031 0001  0032 0004
          0000
        0100 0018          ; data of 256: 19 bytes and one of padding
          0a000001 0036ea98 0000004d 06 67652d300000
          00
        0101 0010          ; data of 257
          00000001 02 02 00000064
          0000`),
    );
  });

  it('counts the time since the start modulo 2^32', () => {
    expect(sysUpTime(BOOT + 2 ** 32 + 5, BOOT)).toBe(5);
  });

  it('refuses what version 9 cannot say', () => {
    const send = (template = dataTemplate(256, 'interfaceName')) => encodeNetflow9(header, [{ templates: [template] }]);
    expect(() => send()).toThrow('interfaceName');
    expect(() => send(dataTemplate(256, 'reverseOctetDeltaCount'))).toThrow('reverseOctetDeltaCount');
    expect(() =>
      encodeNetflow9(header, [{ template: flows, records: [{ sourceIPv4Address: '2001:db8::1' }] }]),
    ).toThrow('longer than 4 bytes');
  });
});
