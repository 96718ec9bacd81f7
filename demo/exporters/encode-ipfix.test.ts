import { describe, expect, it } from 'vitest';
import { hex } from '../../test/support/hex.ts';
import { countRecords, encodeIpfix } from './encode-ipfix.ts';
import { dataTemplate, type FlowSet, field, optionsTemplate } from './template.ts';

const NOW = 1_760_000_000_000;
const header = { domain: 3, sequence: 12, exportTime: NOW + 900 };

describe('encodeIpfix', () => {
  it('writes a biflow with names of variable length as RFC 7011 and RFC 5103 lay it out', () => {
    const biflow = dataTemplate(
      256,
      'sourceIPv6Address',
      field('octetDeltaCount', 4),
      'reverseOctetDeltaCount',
      'flowStartMilliseconds',
      'applicationName',
      'sourceMacAddress',
    );
    const datagram = encodeIpfix(header, [
      { templates: [biflow] },
      {
        template: biflow,
        records: [
          {
            sourceIPv6Address: '2001:db8::a',
            octetDeltaCount: 258,
            reverseOctetDeltaCount: 2n ** 40n,
            flowStartMilliseconds: NOW + 1,
            applicationName: 'http',
            sourceMacAddress: '02:00:00:00:00:0a',
          },
          {},
        ],
      },
    ]);
    expect(datagram).toEqual(
      hex(`
        000a 0092          ; version, length
        68e77800           ; seconds
        0000000c 00000003  ; sequence, domain
        0002 0024          ; templates
          0100 0006
          001b 0010  0001 0004
          8001 0008 00007279  ; the reverse of element 1
          0098 0008  0060 ffff  0038 0006
        0100 005e          ; data: 47 bytes, and 43 with nothing known
          20010db800000000000000000000000a 00000102 0000010000000000 00000199c82cc001
          04 68747470 02000000000a
          00000000000000000000000000000000 00000000 0000000000000000 0000000000000000
          00 000000000000`),
    );
  });

  it('counts fields, not bytes, in an options template', () => {
    const sampling = optionsTemplate(300, [field('selectorId', 2)], 'samplingPacketInterval', 'samplingPacketSpace');
    const datagram = encodeIpfix(header, [{ templates: [sampling] }]);
    expect(datagram.subarray(16)).toEqual(hex('0003 0016  012c 0003 0001  012e 0002  0131 0004  0132 0004'));
  });

  it('tells a long text with three bytes of length', () => {
    const names = dataTemplate(400, 'userName');
    const datagram = encodeIpfix(header, [
      { template: names, records: [{ userName: 'a'.repeat(254) }, { userName: 'b'.repeat(255) }] },
    ]);
    expect(datagram.subarray(20, 22)).toEqual(hex('fe 61'));
    expect(datagram.subarray(20 + 255, 20 + 259)).toEqual(hex('ff 00ff 62'));
    expect(datagram).toHaveLength(20 + 255 + 258);
  });

  it('writes microseconds as NTP does, since 1900', () => {
    const times = dataTemplate(401, 'flowStartMicroseconds');
    const datagram = encodeIpfix(header, [{ template: times, records: [{ flowStartMicroseconds: NOW + 500 }] }]);
    // 1,760,000,000 + 2,208,988,800 = 0xec91f680; half a second is 0x80000000.
    expect(datagram.subarray(20)).toEqual(hex('ec91f680 80000000'));
  });

  it('knows by how much the sequence goes on', () => {
    const template = dataTemplate(256, 'octetDeltaCount');
    const sets: FlowSet[] = [{ templates: [template] }, { template, records: [{}, {}] }, { template, records: [{}] }];
    expect(countRecords(sets)).toBe(3);
  });
});
