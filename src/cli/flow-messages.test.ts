import { describe, expect, it } from 'vitest';
import { encodeIpfix } from '../../demo/exporters/encode-ipfix.ts';
import { encodeNetflow9 } from '../../demo/exporters/encode-netflow9.ts';
import { encodeSflow } from '../../demo/exporters/encode-sflow.ts';
import { dataTemplate } from '../../demo/exporters/template.ts';
import { chunks } from '../../test/support/captures.ts';
import { message5 } from '../decoders/fixtures/netflow5-datagram.ts';
import { agentOf, exportTime, looksLikeExport, messageLength } from './flow-messages.ts';
import { RawMessages } from './raw-messages.ts';

const AT = 1_790_000_000_000;
const template = dataTemplate(300, 'sourceIPv4Address', 'octetDeltaCount');
const sets = [
  { templates: [template] },
  { template, records: [{ sourceIPv4Address: '10.0.0.1', octetDeltaCount: 5 }] },
];
const v5 = Buffer.from(message5({ seconds: AT / 1000, nanoseconds: 7000 }, [{}, {}]));
const v7 = Buffer.from(message5({ version: 7, seconds: AT / 1000 }, [{}]));
const v9 = encodeNetflow9({ sourceId: 1, sequence: 0, exportTime: AT, bootTime: AT - 1000 }, sets);
const ipfix = encodeIpfix({ domain: 1, sequence: 0, exportTime: AT }, sets);
const sample = {
  kind: 'flow',
  sequence: 1,
  source: { index: 1 },
  rate: 1,
  pool: 1,
  input: 1,
  output: 2,
  records: [{ kind: 'header', protocol: 1, frameLength: 64, stripped: 4, header: Buffer.alloc(60) }],
} as const;
const sflow = (agent: string) => encodeSflow({ agent, sequence: 1, uptime: 5 }, [sample, sample]);
const all = [v5, v7, v9, ipfix, sflow('192.0.2.7'), sflow('2001:db8::7')];

const hex = (bytes: Buffer) => bytes.toString('hex');

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

describe('flow messages', () => {
  it('are as long as their protocol says, alone or with others behind', () => {
    for (const one of all) {
      for (const next of all) {
        const both = view(Buffer.concat([one, next]));
        expect(messageLength(both, 0, both.byteLength)).toBe(one.length);
      }
      for (let end = 4; end < one.length; end++) {
        expect(messageLength(view(one), 0, end)).toBeGreaterThan(end);
      }
    }
    expect(messageLength(view(Buffer.from('rubbish')), 0, 7)).toBe(-1);
  });

  it('may be filled up with zeros (NetFlow 9)', () => {
    const filled = Buffer.concat([v9, Buffer.alloc(100), v9]);
    expect(messageLength(view(filled), 0, filled.length)).toBe(v9.length + 100);
  });

  it('tell their time, and sFlow its agent', () => {
    const times = all.map((one) => exportTime(view(one), 0, one.length));
    expect(times).toEqual([AT * 1000 + 7, AT * 1000, AT * 1000, AT * 1000, Number.NaN, Number.NaN]);
    const agents = all.map((one) => agentOf(view(one), one, 0, one.length));
    expect(agents.slice(3)).toEqual([undefined, '192.0.2.7', '2001:db8::7']);
  });

  it('look like what they are, and other datagrams do not', () => {
    for (const one of all) expect(looksLikeExport(view(one), 0, one.length)).toBe(true);
    for (const version of [5, 7, 9, 10]) {
      const query = Buffer.from(`00${version.toString(16).padStart(2, '0')}01000001000000000000`, 'hex');
      const dns = Buffer.concat([
        query,
        Buffer.from('\x07example\x03com\0\0\x01\0\x01 and enough bytes for a header of flows'),
      ]);
      expect(looksLikeExport(view(dns), 0, dns.length), `version ${version}`).toBe(false);
    }
    expect(looksLikeExport(view(Buffer.alloc(100)), 0, 100)).toBe(false);
  });

  it('harm nothing when they are cut anywhere', () => {
    for (const one of all) {
      for (let end = 0; end < one.length; end++) {
        const cut = view(Uint8Array.from(one.subarray(0, end)));
        expect(looksLikeExport(cut, 0, end)).toBeTypeOf('boolean');
        expect(exportTime(cut, 0, end)).toBeTypeOf('number');
        agentOf(cut, new Uint8Array(cut.buffer), 0, end);
      }
    }
  });
});

describe('a file of messages', () => {
  async function split(file: Uint8Array, size: number) {
    const problems: string[] = [];
    const messages = new RawMessages(chunks(file, size), (text) => problems.push(text));
    const found: Buffer[] = [];
    while (await messages.more())
      while (messages.next()) found.push(Buffer.from(messages.bytes.subarray(messages.start, messages.end)));
    return { found, problems };
  }

  it('is split where they begin, in chunks of any size', async () => {
    for (const size of [1, 33, 10_000]) {
      const { found, problems } = await split(Buffer.concat(all), size);
      expect(found.map(hex)).toEqual(all.map(hex));
      expect(problems).toEqual([]);
    }
  });

  it('is used up to its end when that is cut, and up to what is no message', async () => {
    const cut = await split(Buffer.concat(all).subarray(0, -10), 50);
    expect(cut.found.map(hex)).toEqual([...all.slice(0, -1), all[5].subarray(0, -10)].map(hex));
    const spoilt = await split(Buffer.concat([v5, v5, Buffer.alloc(50, 0xee), v5]), 64);
    expect(spoilt.found.map(hex)).toEqual([v5, v5].map(hex));
    expect(spoilt.problems).toEqual([`No flow message begins at byte ${v5.length * 2}. What follows cannot be used.`]);
  });

  it('never holds more than a message of the greatest length, whatever it claims', async () => {
    const lies = Buffer.concat([Buffer.from('0005ffff', 'hex'), Buffer.alloc(200_000)]);
    const { found } = await split(lies, 10_000);
    expect(found[0].length).toBe(65_535);
  });
});
