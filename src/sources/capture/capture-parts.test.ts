import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writePcap } from '../../../test/support/pcap-writer.ts';
import { captureArguments, findTool } from './capture-tool.ts';
import { interfaceSpeed, readInterfaces } from './interfaces.ts';
import { PacketRing } from './packet-ring.ts';
import { PcapFraming } from './pcap-framing.ts';
import { explainFailure, readTotals } from './tool-messages.ts';

const frames = (count: number, size = 60) =>
  Array.from({ length: count }, (_, i) => ({ at: 1000 * i, frame: new Uint8Array(size).fill(i) }));

describe('the tool', () => {
  it('is explained when it is missing', () => {
    const missing = () => findTool('no-such-tool' as 'tcpdump', { PATH: '/nowhere' });
    expect(missing).toThrow('not installed: no-such-tool was not found');
    expect(missing).toThrow(expect.objectContaining({ code: 'CAPTURE_IMPOSSIBLE' }));
  });

  it('never gets a filter that it reads as an option', () => {
    const args = captureArguments('tcpdump', 'lo', '-w /etc/passwd');
    expect(args.slice(-2)).toEqual(['--', '-w /etc/passwd']);
    const other = captureArguments('dumpcap', 'lo', '-w /etc/passwd');
    expect(other.slice(-2)).toEqual(['-f', '-w /etc/passwd']);
    expect(captureArguments('dumpcap', 'lo', undefined)).not.toContain('-f');
  });

  it('knows how fast an interface is, where it says so', async () => {
    const system = await mkdtemp(join(tmpdir(), 'vedette-interfaces-'));
    const speeds = { eth0: '1000\n', wlan0: '-1\n', odd0: 'fast' };
    for (const [name, speed] of Object.entries(speeds)) {
      await mkdir(join(system, name));
      await writeFile(join(system, name, 'speed'), speed);
    }
    const names = ['eth0', 'wlan0', 'odd0', 'none', '../eth0', '..'];
    expect(names.map((name) => interfaceSpeed(name, system))).toEqual([1e9, ...Array(5).fill(undefined)]);
    await rm(system, { recursive: true });
  });

  it('lists interfaces', () => {
    const tcpdump =
      '1.eth0 [Up, Running, Connected]\n2.any (Pseudo-device) [Up]\n3.nflog (Linux netfilter log) [none]\n';
    expect(readInterfaces(tcpdump)).toEqual([
      { name: 'eth0', description: '' },
      { name: 'any', description: 'Pseudo-device' },
    ]);
    expect(readInterfaces('1. eth0\n2. lo (Loopback)\n')).toEqual([
      { name: 'eth0', description: '' },
      { name: 'lo', description: 'Loopback' },
    ]);
  });

  it('tells what was dropped', () => {
    const dumpcap =
      "Packets captured: 2\nPackets received/dropped on interface 'lo': 2/7 (pcap:5/dumpcap:2/flushed:0/ps_ifdrop:0) (22.2%)\n";
    expect(readTotals(dumpcap)).toEqual({ dropped: 7 });
    const tcpdump = '2 packets captured\n9 packets received by filter\n3 packets dropped by kernel\n';
    expect(readTotals(tcpdump)).toEqual({ dropped: 3 });
    expect(readTotals(`${tcpdump}1 packet dropped by interface\n`)).toEqual({ dropped: 4 });
    expect(readTotals('tcpdump: nosuch')).toEqual({ dropped: null });
  });

  it.each([
    ['tcpdump: nosuch: No such device exists\n(No such device exists)', 'INVALID_PARAMETER', 'no interface eth7'],
    [
      'Capturing on \'eth7\'\ndumpcap: You do not have permission to capture on device "eth7".\n(socket: Operation not permitted)',
      'CAPTURE_IMPOSSIBLE',
      'cap_net_raw',
    ],
    [
      "tcpdump: can't parse filter expression: syntax error",
      'INVALID_PARAMETER',
      '"udp and" cannot be used: syntax error',
    ],
    [
      "dumpcap: Invalid capture filter \"x (\" for interface 'lo'.\n\nThat string isn't a valid capture filter (can't parse filter expression: syntax error).",
      'INVALID_PARAMETER',
      'used: syntax error',
    ],
    ['tcpdump: eth7: That device is not up', 'CAPTURE_IMPOSSIBLE', 'is down'],
    ['tcpdump: out of luck.', 'CAPTURE_IMPOSSIBLE', 'ended at once: out of luck'],
    ['', 'CAPTURE_IMPOSSIBLE', 'does not say why'],
  ])('explains %j', (output, code, text) => {
    const error = explainFailure({ name: 'tcpdump', path: '/usr/bin/tcpdump' }, output, {
      interface: 'eth7',
      filter: 'udp and',
    });
    expect(error).toMatchObject({ code, message: expect.stringMatching(text) });
  });
});

describe('framing', () => {
  it('gives whole packets whatever the pieces', () => {
    const file = writePcap(frames(20));
    for (const size of [1, 7, 24, 100, 4096]) {
      const framing = new PcapFraming();
      const parts: Buffer[] = [];
      let packets = 0;
      for (let at = 0; at < file.length; at += size) {
        const run = framing.push(file.subarray(at, at + size));
        if (!run) continue;
        expect(run.starts[0]).toBe(0);
        parts.push(Buffer.from(run.bytes));
        packets += run.starts.length;
      }
      expect(packets).toBe(20);
      expect(Buffer.concat([framing.header!, ...parts])).toEqual(file);
    }
  });

  it('refuses what is no capture, and packets that no network has', () => {
    expect(() => new PcapFraming().push(Buffer.alloc(24))).toThrow(/libpcap/);
    const file = writePcap(frames(1));
    file.writeUInt32LE(0x7fffffff, 24 + 8);
    expect(() => new PcapFraming().push(file)).toThrow(/2147483647 bytes/);
  });
});

describe('the ring', () => {
  const runOf = (count: number, from = 0) => {
    const framing = new PcapFraming();
    const all = writePcap(frames(from + count));
    framing.push(all.subarray(0, 24));
    return { header: framing.header!, run: framing.push(all.subarray(24 + from * 76))! };
  };

  it('keeps the newest packets', () => {
    const ring = new PacketRing(10, 1e6);
    const { header, run } = runOf(6);
    expect(ring.file()).toEqual([]);
    ring.begin(header);
    ring.push(run);
    ring.push(runOf(7, 6).run);
    expect(ring.packets).toBe(10);
    const file = Buffer.concat(ring.file());
    expect(file.length).toBe(24 + 10 * 76);
    expect(file[24 + 16]).toBe(3);
    ring.push(runOf(30).run);
    expect(ring.packets).toBe(10);
    expect(Buffer.concat(ring.file())[24 + 16]).toBe(20);
  });

  it('keeps few enough bytes, also when one piece has more', () => {
    const ring = new PacketRing(1000, 1000);
    const { header, run } = runOf(10);
    ring.begin(header);
    ring.push(run);
    expect(ring.bytes).toBe(760);
    ring.push(run);
    expect([ring.packets, ring.bytes]).toEqual([10, 760]);
    ring.push(runOf(20).run);
    expect([ring.packets, ring.bytes]).toEqual([0, 0]);
    ring.push(run);
    ring.begin(header);
    expect(ring.packets).toBe(0);
  });
});
