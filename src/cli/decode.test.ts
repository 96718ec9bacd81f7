import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeIpfix } from '../../demo/exporters/encode-ipfix.ts';
import { encodeSflow } from '../../demo/exporters/encode-sflow.ts';
import { dataTemplate, optionsTemplate } from '../../demo/exporters/template.ts';
import { chunks, frame, Pcapng, pcap } from '../../test/support/captures.ts';
import { memoryIo, vedette } from '../../test/support/cli.ts';
import { message5, type Record5 } from '../decoders/fixtures/netflow5-datagram.ts';
import { FLOW_FIELDS } from './flow-cells.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'vedette-decode-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const SECONDS = 1_790_000_000;
const RECORD: Record5 = {
  src: 0x0a000001,
  dst: 0xc6336401,
  srcPort: 51_234,
  dstPort: 443,
  proto: 6,
  octets: 1500,
  packets: 3,
  first: 98_500,
  last: 99_750,
  flags: 0x1b,
};

/** One message of version 5 with `count` flows, exported 100 s after the device started. */
function message(sequence: number, count = 1, more: Record5 = {}, sampling = 0): Uint8Array {
  const header = { uptime: 100_000, seconds: SECONDS, nanoseconds: 123_456_000, sequence, sampling };
  return message5(
    header,
    Array.from({ length: count }, () => ({ ...RECORD, ...more })),
  );
}

function capture(...messages: Uint8Array[]): Buffer {
  return pcap(messages.map((bytes, n) => ({ bytes: frame(bytes), seconds: SECONDS + 1 + n, fraction: 5 })));
}

async function decode(content: Uint8Array, ...args: string[]) {
  writeFileSync(join(cwd, 'file'), content);
  return vedette(['decode', 'file', ...args], { cwd });
}

const parsed = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('vedette decode', () => {
  it('prints a flow with everything that is not empty, under the names of the events', async () => {
    const { exit, out, err } = await decode(capture(message(0)), '-o', 'ndjson');
    expect(parsed(out)).toEqual([
      {
        ts: '2026-09-21T14:13:18.623456Z',
        start: '2026-09-21T14:13:18.623456Z',
        end: '2026-09-21T14:13:19.873456Z',
        duration: 1.25,
        src_ip: '10.0.0.1',
        dst_ip: '198.51.100.1',
        src_port: 51_234,
        dst_port: 443,
        proto: 6,
        bytes: 1500,
        packets: 3,
        exporter: '192.0.2.1',
        received: '2026-09-21T14:13:21.000005Z',
        kind: 'flow',
        source: 'file',
        src_bytes: 1500,
        src_packets: 3,
        tcp_flags: 27,
      },
    ]);
    expect(exit).toBe(0);
    expect(err).toBe('done 1 datagrams, 1 flows, 1 exporters, 0 lost by sequence, 0 without template, 0 malformed\n');
  });

  it('shows what the exporter counted beside what that stands for, when it sampled', async () => {
    const { out } = await decode(capture(message(0, 1, {}, 0x4000 | 100)), '-o', 'ndjson');
    expect(parsed(out)[0]).toMatchObject({
      bytes: 150_000,
      bytes_raw: 1500,
      packets: 300,
      packets_raw: 3,
      sampling: 100,
    });
  });

  it('prints one array of JSON, empty or not, and CSV with the same header always', async () => {
    const file = capture(message(0, 2), message(2));
    const { out } = await decode(file, '-o', 'json');
    expect((JSON.parse(out) as unknown[]).length).toBe(3);
    const none = await decode(file, '-o', 'json', '--exporter', '192.0.2.9');
    expect(JSON.parse(none.out)).toEqual([]);
    const csv = (await decode(file, '-o', 'csv')).out.split('\r\n');
    expect(csv[0]).toBe(FLOW_FIELDS.join(','));
    expect(csv[1].split(',').slice(0, 12)).toEqual([
      '2026-09-21T14:13:18.623456Z',
      '2026-09-21T14:13:18.623456Z',
      '2026-09-21T14:13:19.873456Z',
      '1.25',
      '10.0.0.1',
      '198.51.100.1',
      '51234',
      '443',
      '6',
      '1500',
      '3',
      '',
    ]);
    expect(new Set(csv.slice(0, 4).map((line) => line.split(',').length))).toEqual(new Set([FLOW_FIELDS.length]));
    expect(csv.length).toBe(5);
  });

  it('prints the asked fields only, and null where there is none', async () => {
    const file = capture(message(0, 1, { dstPort: 0 }));
    const ndjson = await decode(file, '-o', 'ndjson', '--fields', 'dst.port,app,src_ip');
    expect(ndjson.out).toBe('{"dst_port":0,"app":null,"src_ip":"10.0.0.1"}\n');
    const csv = await decode(file, '-o', 'csv', '--fields', 'dst.port,app,src_ip');
    expect(csv.out).toBe('dst_port,app,src_ip\r\n0,,10.0.0.1\r\n');
  });

  it('prints a table for people', async () => {
    const file = capture(message(0), message(1, 1, { proto: 1, srcPort: 8, dstPort: 0 }));
    const { out } = await decode(file);
    expect(out.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
      'time | seconds | proto | from | to | bytes | packets | exporter',
      '2026-09-21 14:13:18 | 1.3 | tcp | 10.0.0.1:51234 | 198.51.100.1:443 | 1.5 kB | 3 | 192.0.2.1',
      '2026-09-21 14:13:18 | 1.3 | icmp | 10.0.0.1 | 198.51.100.1 | 1.5 kB | 3 | 192.0.2.1',
      '',
    ]);
    writeFileSync(join(cwd, 'file'), file);
    const narrow = async (width: number) => {
      const { out } = await vedette(['decode', 'file'], { cwd, outIsTerminal: true, width });
      return Buffer.from(out, 'latin1').toString().split('\n').slice(0, 2);
    };
    expect((await narrow(80))[0]).toBe('time                 proto  from            to                 bytes  packets');
    expect((await narrow(70))[1]).toBe('2026-09-21 14:13:18  tcp    10.0.0.1:51234  198.51.100.1:443  1.5 kB');
    expect((await narrow(30))[1]).toBe('2026-09-21 14:13:18  tcp    1…');
  });

  it('writes large outputs whole, in the order of the file', async () => {
    const messages = Array.from({ length: 700 }, (_, n) => message(n * 30, 30, { srcPort: n }));
    const { out, err } = await decode(capture(...messages), '-o', 'ndjson', '--fields', 'src_port');
    expect(parsed(out).map((flow) => flow.src_port)).toEqual(messages.flatMap((_, n) => Array(30).fill(n)));
    expect(err).toContain('700 datagrams, 21,000 flows');
  });

  it('stops at the limit and at Ctrl-C', async () => {
    const file = capture(message(0, 30), message(30, 30));
    const { out, err, exit } = await decode(file, '-o', 'ndjson', '-n', '31');
    expect([parsed(out).length, exit]).toEqual([31, 0]);
    expect(err).toContain('2 datagrams, 31 flows');
    expect(err).toContain('(stopped at --limit)');
    const io = memoryIo();
    const stdin = (async function* () {
      yield file;
      io.interrupt();
      yield file.subarray(24);
    })();
    const interrupted = await vedette(['decode', '-', '-o', 'ndjson'], { stdin, onInterrupt: io.onInterrupt });
    expect(interrupted.exit).toBe(130);
    expect(parsed(interrupted.out).length).toBeLessThanOrEqual(120);
  });
});

describe('vedette decode --all', () => {
  const flows = dataTemplate(300, 'sourceIPv4Address', 'destinationIPv4Address', 'octetDeltaCount', 'flowEndSeconds');
  const names = optionsTemplate(301, ['ingressInterface'], 'interfaceName');
  const header = { domain: 7, exportTime: SECONDS * 1000 };
  const record = { sourceIPv4Address: '10.0.0.1', destinationIPv4Address: '10.0.0.2', octetDeltaCount: 2 ** 33 };
  const exported = encodeIpfix({ ...header, sequence: 0 }, [
    { templates: [flows, names] },
    { template: flows, records: [record] },
    { template: names, records: [{ ingressInterface: 3, interfaceName: 'uplink' }] },
    { template: flows, records: [record] },
  ]);

  it('adds templates, options and counters, each line saying what it is, in the order they came', async () => {
    const reading = { index: 3, speed: 1e9, up: true, inOctets: 5, inPackets: 6, outOctets: 7, outPackets: 8 };
    const counters = { kind: 'counters', sequence: 1, source: { index: 3 }, interface: reading } as const;
    const sflow = encodeSflow({ agent: '192.0.2.50', sequence: 1, uptime: 1000 }, [counters]);
    const file = pcap([exported, sflow].map((bytes) => ({ bytes: frame(bytes), seconds: SECONDS })));
    const { out, exit, err } = await decode(file, '--all', '-o', 'ndjson');
    expect([exit, err]).toEqual([0, expect.stringContaining('2 datagrams, 2 flows, 2 exporters')]);
    const lines = parsed(out);
    const kinds = lines.map((line) => line.record);
    expect(kinds.toSorted()).toEqual(['counters', 'flow', 'flow', 'options', 'template', 'template']);
    expect(lines.find((line) => line.record === 'template')).toMatchObject({
      ts: '2026-09-21T14:13:20.000Z',
      exporter: '192.0.2.1',
      protocol: 'ipfix',
      domain: 7,
      id: 300,
      kind: 'data',
      fields: ['sourceIPv4Address', 'destinationIPv4Address', 'octetDeltaCount', 'flowEndSeconds'],
    });
    const options = lines.find((line) => line.record === 'options');
    expect(options).toMatchObject({ domain: 7, template: 301, fields: { interfaceName: 'uplink' } });
    expect(lines.find((line) => line.record === 'counters')).toMatchObject({ exporter: '192.0.2.50', interface: 3 });
    expect(lines.find((line) => line.record === 'flow')).toMatchObject({ src_ip: '10.0.0.1', bytes: 2 ** 33 });
    const asJson = await decode(file, '--all', '-o', 'json');
    expect(JSON.parse(asJson.out)).toEqual(lines);
    const limited = await decode(file, '--all', '-o', 'ndjson', '-n', '2');
    expect(parsed(limited.out)).toEqual(lines.slice(0, 2));
  });

  it('leaves --exporter to the agent that sFlow names', async () => {
    const sflow = encodeSflow({ agent: '192.0.2.50', sequence: 1, uptime: 1000 }, []);
    const file = pcap([{ bytes: frame(sflow) }, { bytes: frame(message(0)) }]);
    expect((await decode(file, '--exporter', '192.0.2.50')).err).toContain('1 datagrams, 0 flows, 1 exporters');
    expect((await decode(file, '--exporter', '192.0.2.1')).err).toContain('1 datagrams, 1 flows, 1 exporters');
  });

  it('counts data whose template never came, and decodes what waited for one', async () => {
    const data = encodeIpfix({ ...header, sequence: 0 }, [{ template: flows, records: [record] }]);
    const without = await decode(pcap([{ bytes: frame(data) }]), '-o', 'ndjson');
    expect([without.out, without.exit]).toEqual(['', 0]);
    expect(without.err).toContain('1 datagrams, 0 flows, 1 exporters, 0 lost by sequence, 1 without template');
    const template = encodeIpfix({ ...header, sequence: 1 }, [{ templates: [flows] }]);
    const late = [data, template].map((bytes, n) => ({ bytes: frame(bytes), seconds: SECONDS + n * 100_000 }));
    expect(parsed((await decode(pcap(late), '-o', 'ndjson')).out).length).toBe(1);
  });
});

describe('what vedette decode reads', () => {
  it('is pcapng, gzip, stdin in pieces, and several files one after the other', async () => {
    const ng = new Pcapng();
    const time = BigInt(SECONDS + 1) * 1_000_000n;
    const file = Buffer.concat([ng.section(), ng.interface(1), ng.packet(frame(message(0)), time)]);
    expect((await decode(gzipSync(file), '-o', 'ndjson')).out).toContain('"src_ip":"10.0.0.1"');
    const stdin = chunks(capture(message(0), message(1)), 100);
    expect(parsed((await vedette(['decode', '-', '-o', 'ndjson'], { stdin })).out).length).toBe(2);
    writeFileSync(join(cwd, 'one'), file);
    writeFileSync(join(cwd, 'two'), capture(message(5)));
    const { out, err } = await vedette(['decode', 'one', 'two', '-o', 'ndjson'], { cwd });
    expect(parsed(out).map((flow) => flow.source)).toEqual(['one', 'two']);
    expect(err).toContain('2 datagrams, 2 flows, 1 exporters, 4 lost by sequence');
  });

  it('is flow messages one behind the other, with the time of their headers', async () => {
    const file = Buffer.concat([message(0, 2), message(2, 30)]);
    const { out, exit } = await decode(file, '-o', 'ndjson');
    const flows = parsed(out);
    expect([flows.length, exit]).toEqual([32, 0]);
    expect(flows[0]).toMatchObject({ exporter: 'unknown', received: '2026-09-21T14:13:20.123456Z' });
  });

  it('is used as far as it is whole, and the rest is told', async () => {
    const file = capture(message(0), message(1));
    const cut = await decode(file.subarray(0, -5), '-o', 'ndjson');
    expect([parsed(cut.out).length, cut.exit]).toEqual([1, 5]);
    expect(cut.err).toMatch(/warning file: The file ends in the middle of packet 2/);
    const raw = await decode(Buffer.concat([message(0), Buffer.from('rubbish!')]), '-o', 'ndjson');
    expect([parsed(raw.out).length, raw.exit]).toEqual([1, 5]);
    expect(raw.err).toContain('No flow message begins at byte 72. What follows cannot be used.');
    const short = await decode(message(0, 3).subarray(0, 24 + 48 * 2 + 7), '-o', 'ndjson');
    expect([parsed(short.out).length, short.exit]).toEqual([2, 5]);
    expect(short.err).toMatch(/1 malformed/);
  });

  it('is any port where the datagram looks right, else the ports that are asked for', async () => {
    const notFlows = Buffer.from([0, 5, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 119, 119, 119, 0, 0, 1, 0, 1]);
    const packets = [
      { bytes: frame(message(0, 1, { srcPort: 1 }), { port: 2055 }) },
      { bytes: frame(message(1, 1, { srcPort: 2 }), { port: 12_345 }) },
      { bytes: frame(notFlows, { port: 53 }) },
    ];
    const all = await decode(pcap(packets), '-o', 'ndjson');
    expect(parsed(all.out).map((flow) => flow.src_port)).toEqual([1, 2]);
    expect(all.err).toContain('2 datagrams');
    const one = await decode(pcap(packets), '-o', 'ndjson', '--port', '12345,9999');
    expect(parsed(one.out).map((flow) => flow.src_port)).toEqual([2]);
    const wrong = await decode(pcap(packets), '-o', 'ndjson', '--port', '53');
    expect([wrong.exit, wrong.out]).toEqual([5, '']);
    expect(wrong.err).toContain('1 malformed');
  });

  it('can be narrowed to one exporter', async () => {
    const packets = ['192.0.2.1', '192.0.2.77'].map((from, n) => ({ bytes: frame(message(n), { from }) }));
    const { out, err } = await decode(pcap(packets), '-o', 'ndjson', '--exporter', '::ffff:192.0.2.77');
    expect(parsed(out).map((flow) => flow.exporter)).toEqual(['192.0.2.77']);
    expect(err).toContain('1 datagrams, 1 flows, 1 exporters');
  });
});

describe('what vedette decode refuses', () => {
  it('ends with 3 and says what the file is, or what is in it', async () => {
    const zip = await decode(Buffer.from('PK\x03\x04 and so on'));
    expect([zip.exit, zip.out]).toEqual([3, '']);
    expect(zip.err).toContain('file cannot be read. It is a zip archive, neither a capture');
    expect(zip.err).toContain('unzip -p FILE | vedette decode -');
    const other = await decode(pcap([{ bytes: frame(Buffer.from('hello'), { port: 53 }) }]));
    expect(other.exit).toBe(3);
    expect(other.err).toContain('No flow export was found.');
    expect(other.err).toContain('1 packets, 1 of them UDP');
    const usb = await decode(pcap([{ bytes: Buffer.alloc(50) }], { linkType: 189 }));
    expect(usb.err).toContain('1 packets of USB (Linux) (link type 189) were not looked into');
    expect((await decode(Buffer.alloc(0))).err).toContain('The file is empty.');
    expect((await vedette(['decode', 'absent'], { cwd })).exit).toBe(3);
    expect((await vedette(['decode', '.'], { cwd })).err).toContain('is a folder');
  });

  it.each([
    [['--all'], '--all prints records of several kinds.'],
    [['--fields', 'src_ip,srcport'], 'A flow has no field srcport.'],
    [['--exporter', 'router'], '--exporter takes an address, not router.'],
    [['--port', '0'], '--port takes port numbers'],
    [['--limit', '-1'], '--limit takes a whole number'],
    [['-o', 'xml'], 'There is no output xml'],
  ])('ends with 2 for %j', async (args, says) => {
    const { exit, err, out } = await decode(capture(message(0)), ...args);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toContain(says);
  });

  it('says nothing on stderr when it is told to be quiet', async () => {
    const { exit, err } = await decode(capture(message(0)), '--quiet');
    expect([exit, err]).toEqual([0, '']);
  });
});
