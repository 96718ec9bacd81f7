import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datagramOf, makeFlowLoad } from '../../bench/support/flow-load.ts';
import { KEY, type RunningApp, startApp } from '../support/app.ts';
import { type CapturedFlow, type CaptureTraffic, makeCaptureTraffic, sumFlows } from '../support/capture-traffic.ts';
import { cli } from '../support/command-line.ts';
import { type ExporterRun, recordExport } from '../support/exporter-runs.ts';
import { captureOf, freeUdpPort, type NfdumpFlow, sendDatagrams, startFlowCapture } from '../support/flow-tools.ts';
import { haveProgram } from '../support/need.ts';
import { writePcap } from '../support/pcap-writer.ts';

const CASES: readonly ExporterRun[] = [
  { program: 'softflowd', protocol: 'netflow5' },
  { program: 'softflowd', protocol: 'netflow9' },
  { program: 'softflowd', protocol: 'ipfix' },
  { program: 'fprobe', protocol: 'netflow5' },
  { program: 'pmacctd', protocol: 'netflow5' },
  { program: 'pmacctd', protocol: 'netflow9' },
  { program: 'pmacctd', protocol: 'ipfix' },
];

let app: RunningApp;
let port = 0;
let folder = '';
let capture = '';
let traffic: CaptureTraffic;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flow-collectors-'));
  traffic = makeCaptureTraffic({ seed: 1, conversations: 300, from: Date.now() - 60_000, ipv6: true });
  capture = join(folder, 'traffic.pcap');
  await writeFile(capture, writePcap(traffic.frames));
  port = await freeUdpPort();
  app = await startApp({ env: { VEDETTE_FLOWS_ENABLED: 'on', VEDETTE_FLOWS_LISTEN: `127.0.0.1:${port}` } });
});

afterAll(async () => {
  await app?.dispose();
  await rm(folder, { recursive: true, force: true });
});

describe.each(CASES.map((each, n) => ({ ...each, address: `127.0.1.${n + 1}` })))(
  '$program with $protocol',
  ({ program, protocol, address }) => {
    const complete = haveProgram(program) && haveProgram('nfcapd') && haveProgram('nfdump');

    it.skipIf(!complete)('is understood as nfdump understands it, flow by flow', async () => {
      const datagrams = await recordExport({ program, protocol }, capture);
      const expected = traffic.flows.filter((flow) => protocol !== 'netflow5' || !flow.srcIp.includes(':'));

      const oracle = await startFlowCapture('nfcapd');
      await sendDatagrams(datagrams, oracle.port);
      const nfdump = await oracle.stop();
      const truth = expected.map((flow) => fromCapture(flow));
      expect(
        difference(
          nfdump.map((flow) => fromNfdump(flow)),
          expected.map((flow) => fromCapture(flow, false)),
        ),
      ).toEqual(NONE);

      const file = join(folder, `${program}-${protocol}.pcap`);
      await writeFile(file, captureOf(datagrams, 2055, address, Date.now()));
      const decoded = await cli(app.url, ['decode', file, '-o', 'ndjson']);
      expect(decoded.stderr).toContain(`${expected.length} flows`);
      expect(decoded.stderr).toContain('0 malformed');
      const rows = ndjson(decoded.stdout);
      expect(
        difference(
          rows.map((row) => fromEvent(row)),
          truth,
        ),
      ).toEqual(NONE);
      // The header tells whole seconds, and the uptime beside them is read at another moment.
      expect(furthest(rows, expected)).toBeLessThan(3_000);

      await sendDatagrams(datagrams, port, address);
      const stored = await events(address, expected.length);
      expect(
        difference(
          stored.map((row) => fromEvent(row)),
          truth,
        ),
      ).toEqual(NONE);
      const { packets, bytes } = sumFlows(expected);
      const top = await app.get('/v1/query/top?field=exporter&by=bytes&from=-1h');
      expect(top.body.items.find((item: any) => item.value === address)).toMatchObject({
        events: expected.length,
        bytes,
        packets,
      });
      const report = (await app.get(`/v1/exporters/${address}`)).body;
      expect(report.protocols).toEqual([protocol]);
      expect(report.counts).toMatchObject({
        datagrams: datagrams.length,
        flows: expected.length,
        malformed: 0,
        without_template: 0,
        lost: 0,
        reordered: 0,
        duplicates: 0,
        restarts: 0,
      });
    });
  },
);

describe('pmacctd with sflow', () => {
  const complete = haveProgram('pmacctd') && haveProgram('sfcapd') && haveProgram('nfdump');

  it.skipIf(!complete)('is understood as nfdump understands it, packet by packet', async () => {
    const datagrams = await recordExport({ program: 'pmacctd', protocol: 'sflow' }, capture);
    const oracle = await startFlowCapture('sfcapd');
    await sendDatagrams(datagrams, oracle.port);
    const nfdump = await oracle.stop();
    // What was in its last datagram, of eight samples at most, is lost when it ends.
    const frames = traffic.frames.slice(0, nfdump.length);
    expect(frames.length).toBeGreaterThan(traffic.frames.length - 10);
    // sFlow tells the length of the frame with its check sequence: that is what nfdump counts.
    const frameBytes = frames.reduce((sum, { frame }) => sum + frame.length + 4, 0);
    expect(nfdump.reduce((sum, flow) => sum + flow.in_bytes, 0)).toBe(frameBytes);

    await sendDatagrams(datagrams, port, '127.0.1.20');
    const stored = await events('192.0.2.77', frames.length);
    const truth = frames.map(({ flow, frame }) => fromCapture({ ...flow, packets: 1, bytes: frame.length - 14 }));
    expect(
      difference(
        stored.map((row) => fromEvent(row)),
        truth,
      ),
    ).toEqual(NONE);
    const report = (await app.get('/v1/exporters/192.0.2.77')).body;
    expect(report.counts).toMatchObject({ datagrams: datagrams.length, flows: frames.length, lost: 0, malformed: 0 });
  });
});

describe('a large load', () => {
  it.each([
    // The agent of sFlow is told in the datagram.
    { protocol: 'sflow', sender: '127.0.2.1', exporter: '192.0.2.9' },
    { protocol: 'netflow5', sender: '127.0.2.5', exporter: '127.0.2.5' },
    { protocol: 'netflow9', sender: '127.0.2.9', exporter: '127.0.2.9' },
    { protocol: 'ipfix', sender: '127.0.2.10', exporter: '127.0.2.10' },
  ] as const)('of $protocol arrives to the last flow', async ({ protocol, sender, exporter }) => {
    const load = makeFlowLoad({ protocol, datagrams: 600, from: Date.now() - 60_000, seed: 5 });
    const datagrams = Array.from({ length: 600 }, (_, index) => datagramOf(load, index));
    await sendDatagrams(datagrams, port, sender);
    const rate = protocol === 'sflow' ? 1_000 : 1;
    await expect
      .poll(
        async () => {
          const top = await app.get('/v1/query/top?field=exporter&by=bytes&from=-2h&limit=50');
          return top.body.items.find((item: any) => item.value === exporter);
        },
        { timeout: 30_000, interval: 500 },
      )
      .toMatchObject({ events: load.flows, bytes: load.flowBytes * rate, packets: load.flowPackets * rate });
  });
});

/** A flow in the words that the capture, nfdump and Vedette have in common. */
function fromCapture({ srcIp, dstIp, proto, srcPort, dstPort, packets, bytes }: CapturedFlow, icmp = true): string {
  return told(proto, srcIp, dstIp, icmp || !ICMP.has(proto) ? [srcPort, dstPort] : [], packets, bytes);
}

/** Without type and code of ICMP: nfdump 1.7.1 does not find them in every template. */
function fromNfdump({ proto, in_packets, in_bytes, ...flow }: NfdumpFlow): string {
  const [src, dst] = [flow.src4_addr ?? flow.src6_addr, flow.dst4_addr ?? flow.dst6_addr].map(String);
  const ports = ICMP.has(proto) ? [] : [Number(flow.src_port), Number(flow.dst_port)];
  return told(proto, src, dst, ports, in_packets, in_bytes);
}

function fromEvent(row: Record<string, any>): string {
  const proto = PROTOCOLS[row.proto] ?? Number(row.proto);
  return told(proto, row.src_ip, row.dst_ip, [row.src_port ?? 0, row.dst_port ?? 0], row.packets, row.bytes);
}

const ICMP = new Set([1, 58]);
/** As events name them. */
const PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  icmp6: 58,
  'ipv6-icmp': 58,
  icmpv6: 58,
};

function told(
  proto: number,
  src: string,
  dst: string,
  ports: readonly number[],
  packets: number,
  bytes: number,
): string {
  return `${proto} ${src} > ${dst} ${ports.join(' ')}: ${packets} packets, ${bytes} bytes`;
}

const NONE = { missing: [], added: [] };

/** What only one of the two has, a few of each. */
function difference(found: readonly string[], expected: readonly string[]): { missing: string[]; added: string[] } {
  const rest = new Map<string, number>();
  for (const line of expected) rest.set(line, (rest.get(line) ?? 0) + 1);
  for (const line of found) rest.set(line, (rest.get(line) ?? 0) - 1);
  const missing = [...rest].filter(([, count]) => count > 0).map(([line]) => line);
  const added = [...rest].filter(([, count]) => count < 0).map(([line]) => line);
  return { missing: missing.slice(0, 5), added: added.slice(0, 5) };
}

/** Most milliseconds that the start or the end of a flow is away from where the capture has it. */
function furthest(rows: readonly Record<string, any>[], flows: readonly CapturedFlow[]): number {
  const byHosts = new Map(flows.map((flow) => [`${flow.srcIp} ${flow.dstIp}`, flow]));
  return Math.max(
    ...rows.map((row) => {
      const flow = byHosts.get(`${row.src_ip} ${row.dst_ip}`);
      if (!flow) throw new Error(`nobody sent from ${row.src_ip} to ${row.dst_ip}`);
      const start = Date.parse(row.ts);
      return Math.max(Math.abs(start - flow.first), Math.abs(start + row.duration * 1000 - flow.last));
    }),
  );
}

function ndjson(text: string): Record<string, any>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** All events of an exporter, once so many have arrived. */
async function events(exporter: string, count: number): Promise<Record<string, any>[]> {
  const filter = encodeURIComponent(`exporter = "${exporter}"`);
  const fetchAll = async () => {
    const answer = await fetch(`${app.url}/v1/download/json?from=-1h&limit=0&filter=${filter}`, {
      headers: { 'x-api-key': KEY },
    });
    expect(answer.status).toBe(200);
    return ndjson(await answer.text());
  };
  await expect.poll(async () => (await fetchAll()).length, { timeout: 30_000, interval: 500 }).toBe(count);
  return fetchAll();
}
