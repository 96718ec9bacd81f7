import { describe, expect, it } from 'vitest';
import { makePacketLoad } from '../../bench/support/packet-load.ts';
import { chunks, ethernet, pcap } from '../../test/support/captures.ts';
import { CLIENT, dns, RESOLVER, SCANNER, SCENE_START, SERVER, scan, scene, web } from '../../test/support/scene.ts';
import type { Anomaly, Window } from '../model/window.ts';
import { TrafficAnalysis, type TrafficHooks, type TrafficOptions } from './traffic.ts';

async function analyse(captures: readonly Buffer[], options: TrafficOptions = {}, hooks: TrafficHooks = {}) {
  const analysis = new TrafficAnalysis(options, hooks);
  for (const capture of captures) await analysis.read(chunks(capture, 700));
  return analysis.finish();
}

/** Both conversations in the first window, a scan in the third. */
const SCENE = scene(...dns(), ...web(100_000), ...scan(21e6, 12));

describe('TrafficAnalysis', () => {
  it('finds what a generated capture was made of', async () => {
    const { chunks: pieces, totals } = makePacketLoad({ packets: 6_000, conversations: 300 });
    const result = await analyse([Buffer.concat(pieces)]);
    expect(result.totals).toMatchObject({ packets: totals.packets, bytes: totals.wireBytes, cut: 0, late: 0 });
    expect(result.totals.networks).toMatchObject({
      ipv4: { packets: totals.ipv4 },
      ipv6: { packets: totals.ipv6 },
      arp: { packets: totals.arp },
    });
    expect(result.totals.protocols).toMatchObject({ tcp: { packets: totals.tcp }, udp: { packets: totals.udp } });
    expect(result.connections).toMatchObject({
      total: totals.connections + totals.udpTalks + totals.echoTalks,
      data_segments: totals.dataSegments,
      retransmitted: totals.sentTwice + totals.lostBefore,
      reordered: totals.reordered,
    });
    expect(result.connections.states).toMatchObject({ REJ: totals.refused });
  });

  it('tells who talked to whom, with what, how fast and how well', async () => {
    const { totals, connections, pairs, hosts } = await analyse([SCENE], { top: 2 });
    expect([totals.first, totals.last]).toEqual([SCENE_START, SCENE_START + 21.55]);
    expect(totals.links).toEqual({ Ethernet: { packets: 26, bytes: totals.bytes } });
    expect(connections.states).toEqual({ S0: 12, SF: 2 });
    expect(connections.services).toMatchObject({ http: { connections: 1 }, dns: { connections: 1 } });
    expect(connections.handshake_server.samples).toBe(1);
    expect(connections.handshake_server.max).toBeCloseTo(20, 3);
    expect(connections.handshake_client.max).toBeCloseTo(1, 3);
    expect(connections).toMatchObject({ data_segments: 4, retransmitted: 1, reordered: 0 });
    expect(pairs.count).toBe(14);
    expect(pairs.top[0]).toMatchObject({ src: CLIENT, dst: SERVER, service: 'http', connections: 1, packets: 12 });
    expect(pairs.top[0].rtt).toBeCloseTo(21, 3);
    expect(pairs.lossy).toMatchObject([{ src: CLIENT, dst: SERVER, data_segments: 4, retransmitted: 1 }]);
    expect(hosts.top.map(({ address, connections: times }) => [address, times])).toEqual([
      [CLIENT, 2],
      [SERVER, 1],
    ]);
  });

  it('cuts time into windows, judges each, and tells as it goes', async () => {
    const told: string[] = [];
    const onWindow = ({ window_id, connections }: Window) => told.push(`window ${window_id}: ${connections.total}`);
    const onAnomaly = ({ type, flow_src }: Anomaly) => told.push(`${type} ${flow_src}`);
    const result = await analyse([SCENE], {}, { onWindow, onAnomaly });
    expect(told).toEqual(['window 0: 2', 'window 1: 0', 'window 2: 12', `port_scan ${SCANNER}`]);
    expect(result.windows.map((window) => window.window_start - SCENE_START)).toEqual([0, 10, 20]);
    expect(result.window_count).toBe(3);
    expect(result.anomalies).toMatchObject([{ type: 'port_scan', current_value: 12, window_start: SCENE_START + 20 }]);
    expect(result.anomalies[0].evidence[0]).toMatch(/^C[0-9a-z]+$/);
    expect(result.baselines.find(({ type }) => type === 'bandwidth')?.windows).toBe(3);
    expect(result.timeline).toMatchObject({ start: SCENE_START, windows: { step: 10, connections: [2, 0, 12] } });
  });

  it('keeps to the length of windows and to the limits of what is kept', async () => {
    const result = await analyse([SCENE], { seconds: 1, keepWindows: 5, keepAnomalies: 0 });
    expect([result.window_seconds, result.window_count, result.windows.length]).toEqual([1, 22, 5]);
    expect(result.anomaly_count).toBeGreaterThan(0);
    expect(result.anomalies).toEqual([]);
  });

  it('hides what an allow rule meets, and runs only the detectors that are asked for', async () => {
    const allow = [{ id: '1', source: '203.0.113.0/24', reason: 'our own scanner' }];
    expect(await analyse([SCENE], { allow })).toMatchObject({ anomalies: [], anomaly_count: 0, hidden: 1 });
    expect((await analyse([SCENE], { detectors: false })).anomalies).toEqual([]);
    expect((await analyse([SCENE], { detectors: ['port_scan'] })).anomalies.length).toBe(1);
    expect((await analyse([SCENE], { detectors: ['beaconing'] })).anomalies).toEqual([]);
    const wrong = [{ id: '2', source: 'nonsense', reason: 'x' }];
    expect(() => new TrafficAnalysis({ allow: wrong })).toThrow('Allow rule 2: nonsense is no address or network.');
  });

  it('reads several captures as one, connections across their border included', async () => {
    const packets = web();
    const first = scene(...packets.slice(0, 5));
    const second = scene(...packets.slice(5));
    const result = await analyse([first, second]);
    expect(result.connections).toMatchObject({ total: 1, states: { SF: 1 } });
    expect(result.totals.packets).toBe(12);
  });

  it('tells of each connection when it is over, and of progress in bytes of the file', async () => {
    const ended: unknown[] = [];
    const progress: number[] = [];
    await analyse(
      [SCENE],
      {},
      {
        onConnection: ({ orig, resp, application }, why) =>
          ended.push([orig.address, resp.address, application.service, why]),
        onProgress: (bytes) => void progress.push(bytes),
      },
    );
    expect(ended).toContainEqual([CLIENT, RESOLVER, 'dns', 'end']);
    expect(ended).toContainEqual([CLIENT, SERVER, 'http', 'closed']);
    expect(progress.at(-1)).toBe(SCENE.length);
  });

  it('stops between chunks, and answers for what it has read', async () => {
    const analysis = new TrafficAnalysis({}, { onProgress: () => analysis.stop() });
    await analysis.read(chunks(SCENE, 700));
    const { packets } = (await analysis.finish()).totals;
    expect(packets).toBeGreaterThan(0);
    expect(packets).toBeLessThan(26);
  });

  it('has an answer for captures with nothing in them, and for those without IP', async () => {
    const nothing = await analyse([pcap([])]);
    expect(nothing).toMatchObject({ window_count: 0, timeline: null, totals: { packets: 0, first: null } });
    const arp = await analyse([scene([0, ethernet(Buffer.alloc(28), 0x0806)])]);
    expect(arp.totals.networks).toEqual({ arp: { packets: 1, bytes: 42 } });
    expect(arp).toMatchObject({ window_count: 0, connections: { total: 0 }, problems: [] });
  });

  it('notes packets that come out of order, and what cannot be used of a file', async () => {
    const late = await analyse([scene(...scan(40e6, 1), ...scan(0, 2))]);
    expect(late.totals).toMatchObject({ packets: 3, late: 2 });
    const cut = await analyse([SCENE.subarray(0, -10)]);
    expect(cut.totals.packets).toBe(25);
    expect(cut.problems.length).toBe(1);
  });
});
