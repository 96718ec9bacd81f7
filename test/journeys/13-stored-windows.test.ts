import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seeded } from '../../bench/support/seeded.ts';
import { encodeNetflow5, type Netflow5Flow } from '../../demo/exporters/encode-netflow5.ts';
import { type RunningApp, startApp } from '../support/app.ts';
import { cli } from '../support/command-line.ts';
import { freeUdpPort, sendDatagrams } from '../support/flow-tools.ts';
import { dns, SCANNER, SCENE_START, scan, scene, web } from '../support/scene.ts';

const HOST = '10.0.0.5';
const C2 = '198.51.100.44';
const ATTACKER = '203.0.113.9';
const LOGIN = '10.0.0.22';

let folder = '';
let port = 0;
let app: RunningApp;

const env = () => ({
  VEDETTE_FLOWS_ENABLED: 'on',
  VEDETTE_FLOWS_LISTEN: `127.0.0.1:${port}`,
  VEDETTE_TRAFFIC_EVENT_LATENESS: '2',
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-stored-windows-'));
  port = await freeUdpPort();
  await mkdir(join(folder, 'captures'));
  app = await startApp({ dataDir: folder, env: env() });
});
afterAll(async () => {
  await app?.dispose();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

interface Found {
  type: string;
  flow_src?: string;
  flow_dst?: string;
  message: string;
  evidence: string[];
}

async function found(type: string, src: string): Promise<Found> {
  const one = async () =>
    ((await app.get(`/api/anomalies/?type=${type}&limit=1000`)).body.anomalies as Found[]).find(
      ({ flow_src }) => flow_src === src,
    );
  await expect.poll(one, { timeout: 60_000, interval: 250 }).toBeDefined();
  return (await one())!;
}

/** Every event that is given as evidence is there, and is of the source. */
async function expectEvidence({ evidence, flow_src }: Found, kind: string): Promise<void> {
  expect(evidence.length).toBeGreaterThan(0);
  for (const id of evidence) {
    const { status, body } = await app.get(`/v1/events/${id}`);
    expect([status, body.kind]).toEqual([200, kind]);
    expect([body.src_ip, body.dst_ip]).toContain(flow_src);
  }
}

/** Lines of a conn.log: quiet work, a beacon every minute for four hours, at the end logins and a scan. */
function connLog(end: number): Record<string, string | number>[] {
  const next = seeded(4);
  const start = end - 4 * 3600;
  const lines: Record<string, string | number>[] = [];
  const add = (ts: number, src: string, dst: string, to: number, more: Record<string, string | number> = {}) =>
    void lines.push({
      ts,
      uid: `C${lines.length}`,
      'id.orig_h': src,
      'id.orig_p': 32_768 + (lines.length % 28_000),
      'id.resp_h': dst,
      'id.resp_p': to,
      proto: 'tcp',
      duration: 0.4,
      conn_state: 'SF',
      history: 'ShADadFf',
      orig_pkts: 9,
      orig_ip_bytes: 1500,
      resp_pkts: 11,
      resp_ip_bytes: 9000,
      ...more,
    });
  for (let at = start; at < end; at += 20 + next() * 60)
    add(at, `10.0.0.${10 + Math.floor(next() * 5)}`, `192.0.2.${Math.floor(next() * 40)}`, 443);
  for (let at = start; at < end; at += 60)
    add(at + next() * 2, HOST, C2, 8443, { orig_ip_bytes: 900 + Math.floor(next() * 40) });
  for (let i = 0; i < 30; i++)
    add(end - 60 + i * 1.5, ATTACKER, LOGIN, 22, { orig_pkts: 14, orig_ip_bytes: 2100, resp_pkts: 13, duration: 1.2 });
  for (let i = 0; i < 60; i++)
    add(end - 10 + i * 0.1, SCANNER, `10.0.1.${i}`, 445, {
      conn_state: 'S0',
      history: 'S',
      duration: 0,
      orig_pkts: 1,
      orig_ip_bytes: 40,
      resp_pkts: 0,
      resp_ip_bytes: 0,
    });
  return lines.sort((a, b) => Number(a.ts) - Number(b.ts));
}

describe('what is stored is analysed without asking', () => {
  it('finds a scan, guessed passwords and a beacon in the logs of Zeek', async () => {
    expect((await app.get('/api/status')).body.system).toMatchObject({ mode: 'events', events: 'stored events' });
    const records = connLog(Math.floor(Date.now() / 1000) - 200);
    expect((await app.post('/v1/ingest', { format: 'zeek.conn', records })).status).toBe(202);
    const scanned = await found('port_scan', SCANNER);
    await expectEvidence(scanned, 'conn');
    const guessed = await found('brute_force', ATTACKER);
    expect(guessed).toMatchObject({ flow_dst: LOGIN, message: expect.stringContaining('SSH login') });
    await expectEvidence(guessed, 'conn');
    const beacon = await found('beaconing', HOST);
    expect(beacon.flow_dst).toBe(C2);
    await expectEvidence(beacon, 'conn');
    const { events } = (await app.get('/v1/traffic/status')).body;
    expect(events).toMatchObject({ following: true, events: records.length, late: 0, old: 0, lag: 0, error: null });
    const { body: windows } = await app.get('/api/metrics/?limit=1000&offset=0');
    const connections = windows.metrics.reduce((sum: number, each: any) => sum + each.connections.total, 0);
    expect(windows.total).toBeGreaterThan(1000);
    expect(connections).toBeGreaterThan(0);
  });

  it('finds a scan and guessed passwords in NetFlow, where each direction is a flow of its own', async () => {
    const now = Date.now();
    const flow = (at: number, more: Partial<Netflow5Flow>): Netflow5Flow => ({
      srcIp: '203.0.113.77',
      dstIp: '10.0.2.1',
      srcPort: 40_000,
      dstPort: 22,
      proto: 6,
      bytes: 40,
      packets: 1,
      start: now - 60_000 + at,
      end: now - 60_000 + at,
      tcpFlags: 2,
      ...more,
    });
    const flows = Array.from({ length: 60 }, (_, i) =>
      flow(i * 100, { dstIp: `10.0.2.${i + 1}`, srcPort: 40_000 + i, dstPort: 3389 }),
    );
    for (let i = 0; i < 30; i++) {
      const [there, back] = [
        { srcIp: '203.0.113.78', dstIp: '10.0.2.9', srcPort: 50_000 + i, dstPort: 22 },
        { srcIp: '10.0.2.9', dstIp: '203.0.113.78', srcPort: 22, dstPort: 50_000 + i },
      ];
      const at = 10_000 + i * 1000;
      flows.push(flow(at, { ...back, bytes: 2900, packets: 13, end: now - 59_000 + at, tcpFlags: 0x1b }));
      flows.push(flow(at, { ...there, bytes: 2100, packets: 14, end: now - 59_000 + at, tcpFlags: 0x1b }));
    }
    const datagrams = [];
    for (let i = 0; i < flows.length; i += 30)
      datagrams.push(
        encodeNetflow5({ sequence: i, exportTime: now, bootTime: now - 3_600_000 }, flows.slice(i, i + 30)),
      );
    await sendDatagrams(datagrams, port);
    await expectEvidence(await found('port_scan', '203.0.113.77'), 'flow');
    const guessed = await found('brute_force', '203.0.113.78');
    expect(guessed).toMatchObject({ flow_dst: '10.0.2.9', message: expect.stringContaining('SSH login') });
    await expectEvidence(guessed, 'flow');
    const { body } = await app.get('/api/anomalies/?limit=1000');
    expect((body.anomalies as Found[]).filter(({ flow_src }) => flow_src === '10.0.2.9')).toEqual([]);
  });

  it('keeps over a restart where it was and what it found', async () => {
    const before = (await app.get('/api/anomalies/?limit=1000')).body.anomalies;
    const { total } = (await app.get('/api/metrics/?limit=1')).body;
    expect(await app.stop()).toBe(0);
    app = await startApp({ dataDir: folder, env: env() });
    const after = (await app.get('/api/anomalies/?limit=1000')).body.anomalies;
    expect(after).toEqual(before);
    const windows = (await app.get('/api/metrics/?limit=1000')).body.metrics;
    expect(windows.length).toBe(Math.min(total, 360));
    // What was counted before is not counted again.
    expect((await app.get('/v1/traffic/status')).body.events).toMatchObject({ late: 0, old: 0 });
  });
});

describe('a capture, and the log of its connections', () => {
  const SCENE = scene(
    ...web(100_000),
    ...dns(2_000_000),
    ...web(3_000_000, 50_002),
    ...web(9_900_000, 50_003),
    ...web(14_000_000, 50_004),
    ...scan(21e6, 60),
    ...web(33_000_000, 50_005),
  );
  const from = new Date(SCENE_START * 1000).toISOString();
  const to = new Date((SCENE_START + 60) * 1000).toISOString();

  it('have the same windows and the same scan', async () => {
    await writeFile(join(folder, 'captures', 'scene.pcap'), SCENE);
    const direct = await app.post('/api/metrics/compute', { pcap_file: 'scene.pcap' });
    expect(direct).toMatchObject({ status: 200, body: { window_count: 4 } });
    const packets = await results();
    const { stdout } = await cli(app.url, ['analyze', join(folder, 'captures', 'scene.pcap'), '--conns', 'ndjson']);
    const records = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect((await app.post('/v1/ingest', { format: 'zeek.conn', records })).status).toBe(202);
    const order = { source: 'events', from, to };
    // The connections of the capture itself are stored as well; they are not counted.
    await expect
      .poll(async () => (await app.post('/api/metrics/compute', order)).body.events, { timeout: 20_000 })
      .toBe(records.length);
    const status = (await app.get('/api/status')).body.system;
    expect(status).toMatchObject({
      mode: 'events',
      events: expect.stringContaining('stored events 2026-09-21T14:13:20'),
    });
    const events = await results();
    expect(events.windows).toHaveLength(4);
    expect(sum(events)).toEqual(sum(packets));
    // One connection goes over the border of the first two windows: its packets are spread by time.
    for (const n of [2, 3]) expect(events.windows[n]).toEqual(packets.windows[n]);
    for (const n of [0, 1]) expect(events.windows[n].connections).toEqual(packets.windows[n].connections);
    const [directScan, storedScan] = [packets, events].map(({ scans }) => scans[0]);
    const { evidence: uids, ...told } = directScan;
    const { evidence: ids, ...toldAgain } = storedScan;
    expect(toldAgain).toEqual(told);
    expect(told).toMatchObject({ type: 'port_scan', flow_src: SCANNER });
    expect(ids).toHaveLength(uids.length);
    await expectEvidence(storedScan, 'conn');
  });

  it('can be chosen by a filter, and what is wrong in it is said', async () => {
    const order = { source: 'events', from, to, filter: 'dst.port = 80', window_size: 5 };
    const { body } = await app.post('/api/metrics/compute', order);
    expect(body).toMatchObject({ success: true, events: 5, window_size: 5 });
    const wrong = await app.post('/api/metrics/compute', { ...order, filter: 'dst.prot = 80' });
    expect(wrong).toMatchObject({ status: 400, body: { suggestion: expect.any(String) } });
    expect((await app.post('/api/metrics/compute', { ...order, from: 'soon' })).status).toBe(400);
  });

  it('is printed by the command line, too', async () => {
    const range = ['--from', from, '--to', to];
    const report = await cli(app.url, ['analyze', '--events', ...range, '--windows', '--fail-on', 'low']);
    expect(report).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/done stored events .* 66 events, 4 windows/),
    });
    const printed = await cli(app.url, ['analyze', '--events', ...range, '-o', 'json', '-q']);
    expect(printed).toMatchObject({ code: 0, stderr: '' });
    const { windows, anomalies, events } = JSON.parse(printed.stdout);
    expect([windows.length, events]).toEqual([4, 66]);
    expect(anomalies).toContainEqual(expect.objectContaining({ type: 'port_scan', flow_src: SCANNER }));
    const wrong = await cli(app.url, ['analyze', '--events', 'office.pcap']);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('instead of a file') });
    expect((await cli(app.url, ['analyze'])).code).toBe(2);
  });

  it('gives way to what is found as events come in', async () => {
    const { body } = await app.post('/api/metrics/compute', { source: 'events' });
    expect(body.message).toMatch(/windows from stored events so far/);
    expect((await app.get('/api/status')).body.system.events).toBe('stored events');
    expect((await app.get('/api/anomalies/?type=beaconing')).body.total).toBeGreaterThan(0);
  });

  async function results() {
    const { metrics } = (await app.get('/api/metrics/?limit=100')).body;
    const scans = (await app.get('/api/anomalies/?type=port_scan')).body.anomalies;
    const windows = metrics.map((each: any) => ({
      start: each.window_start,
      connections: each.connections,
      bandwidth: each.bandwidth,
      bytes: each.protocol.bytes,
    }));
    return { windows, scans };
  }

  function sum({ windows }: Awaited<ReturnType<typeof results>>) {
    const total = (of: (each: any) => number) => windows.reduce((all: number, each: any) => all + of(each), 0);
    return {
      connections: total(({ connections }) => connections.total),
      bytes: total(({ bandwidth }) => Math.round((bandwidth.avg_bps * 10) / 8)),
      packets: total(({ bandwidth }) => Math.round(bandwidth.avg_pps * 10)),
    };
  }
});
