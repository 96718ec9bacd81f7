import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatIp, formatV4 } from '../model/address.ts';
import { openCapture } from './capture-reader.ts';
import { Dissector, newDissected } from './dissect.ts';
import type { Dissected } from './dissected.ts';
import { describeLinkType } from './link-types.ts';
import type { Packet } from './packet.ts';

/** Captures published by others, with what tshark finds in them; the test is skipped where they are not at hand. */
const FOLDER = join(process.env.VEDETTE_SHARED ?? resolve(import.meta.dirname, '../../../shared'), 'data/packets');
const ORACLE = join(FOLDER, 'ORACLE.tsv');

/** Of a version that does not exist; tshark reads it all the same. */
const NOT_OPENED = /pcap-invalid-version-2\.pcap$/;

/** Flows that differ, and why they do. */
const DIFFERENT: ReadonlyMap<string, number> = new Map([
  // tshark counts what ICMP errors quote as if it had been sent.
  ['ncsa-simple-scan/backscatter.trace', 8],
  ['ncsa-simple-scan/multiport_scan.pcap', 6],
  ['zeek-traces/smtp.pcap', 1],
  // tshark inflates compressed payload (RFC 3173).
  ['libpcap/filter/AH-IPcomp-IPv4.pcap', 2],
  ['libpcap/filter/AH-IPcomp-IPv6.pcap', 2],
  // tshark counts a tunnel with something else than TCP or UDP in it as well as what it holds.
  ['libpcap/filter/geneve.pcap', 2],
  ['libpcap/filter/vxlan.pcap', 2],
  // tshark counts a fragmented packet once; one fragment comes before the first.
  ['zeek-traces/ipv6-fragmented-dns.pcap', 2],
]);

function table(name: string): Record<string, string>[] {
  const [header, ...lines] = readFileSync(join(FOLDER, name), 'utf8').trimEnd().split('\n');
  const titles = header.split('\t');
  return lines.map((line) => Object.fromEntries(line.split('\t').map((cell, i) => [titles[i], cell])));
}

interface Sums {
  packets: number;
  payload: number;
}

interface Found {
  readonly linkTypes: Set<number>;
  readonly flows: Map<string, Sums>;
  ipv4: number;
  ipv6: number;
}

function add(flows: Map<string, Sums>, key: string, packets: number, payload: number): void {
  const sums = flows.get(key) ?? { packets: 0, payload: 0 };
  sums.packets += packets;
  sums.payload += payload;
  flows.set(key, sums);
}

const textOf = ({ bytes, view }: Packet, family: number, at: number) =>
  family === 4 ? formatV4(view.getUint32(at)) : formatIp(bytes, at);

/** One direction of TCP or UDP: `tcp 192.0.2.1 40000 > 192.0.2.2 443`. */
function flowOf(packet: Packet, d: Dissected): string {
  const source = textOf(packet, d.family, d.src);
  const destination = textOf(packet, d.family, d.dst);
  return `${d.proto === 6 ? 'tcp' : 'udp'} ${source} ${d.srcPort} > ${destination} ${d.dstPort}`;
}

async function dissected(file: string): Promise<Found> {
  const reader = await openCapture(createReadStream(join(FOLDER, file)), () => undefined);
  const dissector = new Dissector();
  const d = newDissected();
  const found: Found = { linkTypes: new Set(), flows: new Map(), ipv4: 0, ipv6: 0 };
  while (await reader.more()) {
    while (reader.next()) {
      const { packet } = reader;
      found.linkTypes.add(packet.linkType);
      dissector.dissect(packet, d);
      if (d.family === 4) found.ipv4++;
      if (d.family === 6) found.ipv6++;
      if (d.family !== 0 && (d.proto === 6 || d.proto === 17)) {
        add(found.flows, flowOf(packet, d), 1, d.proto === 6 ? d.payloadLength : 0);
      }
    }
  }
  return found;
}

function expectedFlows(): Map<string, Map<string, Sums>> {
  const files = new Map<string, Map<string, Sums>>();
  for (const row of table('ORACLE-streams.tsv')) {
    const flows = files.get(row.file) ?? new Map<string, Sums>();
    files.set(row.file, flows);
    const tcp = row.proto === 'tcp';
    const [a, b] = [`${row.a_ip} ${row.a_port}`, `${row.b_ip} ${row.b_port}`];
    for (const [from, to, packets, payload] of [
      [a, b, row.a_pkts, row.a_payload],
      [b, a, row.b_pkts, row.b_payload],
    ]) {
      if (packets !== '0') add(flows, `${row.proto} ${from} > ${to}`, Number(packets), tcp ? Number(payload) : 0);
    }
  }
  return files;
}

describe.skipIf(!existsSync(ORACLE))('captures published by others', () => {
  it('hold the packets of TCP and UDP that tshark finds, direction by direction', { timeout: 120_000 }, async () => {
    const expected = expectedFlows();
    let flows = 0;
    let files = 0;
    for (const { file, tshark_rc, ipv4, ipv6 } of table('ORACLE.tsv')) {
      if (tshark_rc !== '0' || NOT_OPENED.test(file)) continue;
      const found = await dissected(file);
      if (![...found.linkTypes].every((linkType) => describeLinkType(linkType).supported)) continue;
      files++;
      expect([file, found.ipv4, found.ipv6]).toEqual([file, Number(ipv4), Number(ipv6)]);
      const theirs = expected.get(file) ?? new Map<string, Sums>();
      flows += theirs.size;
      const keys = new Set([...theirs.keys(), ...found.flows.keys()]);
      const different = [...keys].filter((key) => !sameSums(theirs.get(key), found.flows.get(key)));
      const known = DIFFERENT.get(file) ?? 0;
      if (different.length !== known) expect([file, different]).toEqual([file, known]);
    }
    expect(files).toBeGreaterThan(130);
    expect(flows).toBeGreaterThan(1_500);
  });

  it('are told once to be of a link type that is not understood, by its name', async () => {
    const told: Record<string, string> = {};
    for (const { file } of table('ORACLE.tsv')) {
      if (NOT_OPENED.test(file) || file.includes('invalid-vers')) continue;
      const dissector = new Dissector((text) => {
        expect([file, told[file]]).toEqual([file, undefined]);
        told[file] = text;
      });
      const reader = await openCapture(createReadStream(join(FOLDER, file)), () => undefined);
      const d = newDissected();
      let packets = 0;
      while (await reader.more()) {
        while (reader.next()) {
          packets++;
          dissector.dissect(reader.packet, d);
        }
      }
      // All of them are of it.
      expect([file, dissector.refused]).toEqual([file, told[file] === undefined ? 0 : packets]);
    }
    const names = new Set(Object.values(told));
    expect([...names].sort()).toEqual(
      ['ARCNET (Linux) (link type 129)', 'BACnet MS/TP (link type 165)', 'Broadcom switch tag (link type 281)']
        .concat(['MTP2 (link type 140)', 'Marvell DSA tag (link type 284)', 'SLIP (link type 8)'])
        .map((name) => `Its packets of ${name} are left out: that link layer is not understood.`),
    );
    expect(Object.keys(told)).toHaveLength(11);
  });
});

function sameSums(one: Sums | undefined, other: Sums | undefined): boolean {
  return one?.packets === other?.packets && one?.payload === other?.payload;
}
