import { describe, expect, it } from 'vitest';
import { encodeIpfix } from '../../demo/exporters/encode-ipfix.ts';
import { encodeNetflow9 } from '../../demo/exporters/encode-netflow9.ts';
import { encodeSflow } from '../../demo/exporters/encode-sflow.ts';
import { dataTemplate, field, optionsTemplate, VARIABLE } from '../../demo/exporters/template.ts';
import { FlowRewriter } from './flow-rewriter.ts';
import { moveTime, TemplateWalker } from './template-walker.ts';

const AT = 1_600_000_000_000;
const HOUR = 3600e6;

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function moved(bytes: Uint8Array, kind: 'seconds' | 'milliseconds' | 'ntp', shift: number): string {
  const copy = Buffer.from(bytes);
  moveTime(view(copy), 0, copy.length, kind, shift);
  return copy.toString('hex');
}

describe('times', () => {
  it('are moved in the unit of their element, forwards and backwards', () => {
    expect(moved(Buffer.from('5f5e1000', 'hex'), 'seconds', 90e6)).toBe('5f5e105a');
    expect(moved(Buffer.from('000001747a0e0000', 'hex'), 'milliseconds', 1500)).toBe('000001747a0e0002');
    expect(moved(Buffer.from('00000174ffffffff', 'hex'), 'milliseconds', 1000)).toBe('0000017500000000');
    expect(moved(Buffer.from('0000017500000000', 'hex'), 'milliseconds', -1000)).toBe('00000174ffffffff');
    expect(moved(Buffer.from('e500000080000000', 'hex'), 'ntp', 1_500_000)).toBe('e500000200000000');
    expect(moved(Buffer.from('e500000200000000', 'hex'), 'ntp', -1_500_000)).toBe('e500000080000000');
  });

  it('are left where there is none, and where the length is not the usual one', () => {
    expect(moved(Buffer.alloc(4), 'seconds', HOUR)).toBe('00000000');
    expect(moved(Buffer.alloc(8), 'milliseconds', HOUR)).toBe('0000000000000000');
    expect(moved(Buffer.from('0102', 'hex'), 'ntp', HOUR)).toBe('0102');
  });
});

describe('records', () => {
  const fixed = dataTemplate(300, 'sourceIPv4Address', 'flowStartSeconds', 'flowStartMicroseconds');
  const varying = dataTemplate(301, field('applicationName', VARIABLE), 'flowEndMilliseconds');
  const options = optionsTemplate(302, ['observationDomainId'], 'samplingInterval');
  const records = [
    { template: fixed, records: [{ flowStartSeconds: AT / 1000, flowStartMicroseconds: AT }, {}] },
    {
      template: varying,
      records: ['', 'x', 'y'.repeat(300)].map((applicationName) => ({ applicationName, flowEndMilliseconds: AT })),
    },
    { template: options, records: [{ observationDomainId: 1, samplingInterval: 100 }] },
  ];
  const header = { domain: 1, sequence: 0, exportTime: AT };
  const templates = encodeIpfix(header, [{ templates: [fixed, varying, options] }]);

  it('are counted, those of options too, once their templates are known', () => {
    const walker = new TemplateWalker('ipfix');
    const data = view(encodeIpfix(header, records));
    expect(walker.walk(data, 0, data.byteLength, 0)).toBe(0);
    expect(walker.walk(view(templates), 0, templates.length, 0)).toBe(0);
    expect(walker.walk(data, 0, data.byteLength, 0)).toBe(6);
    expect(walker.walk(data, 0, data.byteLength, HOUR)).toBe(6);
  });

  it('come out as if they had been made an hour later', () => {
    const walker = new TemplateWalker('ipfix');
    walker.walk(view(templates), 0, templates.length, 0);
    const data = encodeIpfix(header, records);
    walker.walk(view(data), 0, data.length, HOUR);
    const later = AT + HOUR / 1000;
    const expected = encodeIpfix(header, [
      { template: fixed, records: [{ flowStartSeconds: later / 1000, flowStartMicroseconds: later }, {}] },
      {
        template: varying,
        records: records[1].records.map((record) => ({ ...record, flowEndMilliseconds: later })),
      },
      records[2],
    ]);
    expect(data.toString('hex')).toBe(expected.toString('hex'));
  });

  it('harm nothing when they are cut or changed anywhere', () => {
    const data = Buffer.concat([templates.subarray(0), encodeIpfix(header, records).subarray(16)]);
    for (let end = 0; end <= data.length; end++) {
      const copy = Uint8Array.from(data.subarray(0, end));
      expect(new TemplateWalker('ipfix').walk(view(copy), 0, end, HOUR)).toBeLessThanOrEqual(6);
    }
    for (let at = 16; at < data.length; at++) {
      const copy = Uint8Array.from(data);
      copy[at] ^= 0xff;
      new TemplateWalker('ipfix').walk(view(copy), 0, copy.length, HOUR);
      expect(copy.length).toBe(data.length);
    }
  });
});

describe('the rewriter', () => {
  it('goes on with the sequences of NetFlow 9 and sFlow, by domain and agent', () => {
    const nine = (sourceId: number, sequence: number) =>
      encodeNetflow9({ sourceId, sequence, exportTime: AT, bootTime: AT - 1000 }, []);
    const sflow = (agent: string, sequence: number) => encodeSflow({ agent, sequence, uptime: 1 }, []);
    const file = () => [
      nine(1, 10),
      nine(2, 4_294_967_295),
      nine(1, 11),
      sflow('192.0.2.1', 5),
      sflow('2001:db8::1', 9),
    ];
    const at = [12, 12, 12, 16, 28];
    const rewriter = new FlowRewriter(false, 3);
    const passes = [0, 1, 2].map(() => {
      const datagrams = file();
      for (const datagram of datagrams) rewriter.rewrite(view(datagram), 0, datagram.length, '192.0.2.9', AT * 1000);
      rewriter.nextPass();
      return datagrams.map((datagram, n) => datagram.readUInt32BE(at[n]));
    });
    expect(passes).toEqual([
      [10, 4_294_967_295, 11, 5, 9],
      [12, 0, 13, 6, 10],
      [14, 1, 15, 7, 11],
    ]);
  });

  it('takes a reordered datagram for no gap, and several messages of one datagram one by one', () => {
    const nine = (sequence: number) => encodeNetflow9({ sourceId: 1, sequence, exportTime: AT, bootTime: AT }, []);
    const rewriter = new FlowRewriter(true, 2);
    const pass = () => {
      const datagram = Buffer.concat([nine(1), nine(3), nine(2)]);
      rewriter.rewrite(view(datagram), 0, datagram.length, '192.0.2.9', 1_700_000_000e6);
      rewriter.nextPass();
      expect([8, 28, 48].map((at) => datagram.readUInt32BE(at))).toEqual(Array(3).fill(1_700_000_000));
      return [12, 32, 52].map((at) => datagram.readUInt32BE(at));
    };
    expect([pass(), pass()]).toEqual([
      [1, 3, 2],
      [4, 6, 5],
    ]);
  });

  it('leaves everything as it is when nothing was asked', () => {
    const datagram = encodeNetflow9({ sourceId: 1, sequence: 7, exportTime: AT, bootTime: AT }, []);
    const before = datagram.toString('hex');
    new FlowRewriter(false, 1).rewrite(view(datagram), 0, datagram.length, '192.0.2.9', 1.7e15);
    expect(datagram.toString('hex')).toBe(before);
  });
});
