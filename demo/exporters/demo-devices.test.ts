import { beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../../src/decoders/fixtures/collecting-sink.ts';
import { ExporterTable } from '../../src/decoders/flow/exporter-table.ts';
import { CollectingFlowSink } from '../../src/decoders/flow/fixtures/collecting-flow-sink.ts';
import { received } from '../../src/decoders/flow/fixtures/decode-sflow.ts';
import { FlowDecoder } from '../../src/decoders/flow/flow-decoder.ts';
import { DEFAULT_FLOW_OPTIONS } from '../../src/decoders/flow/flow-options.ts';
import type { ExporterReport } from '../../src/model/exporter.ts';
import { parseExporterSettings } from '../../src/pipelines/exporter-settings.ts';
import { Office } from '../office.ts';
import { DEMO_EXPORTERS_YAML, DEVICE_ADDRESSES, DemoDevices, type DeviceName } from './demo-devices.ts';
import { NAT_ADDRESS } from './firewall.ts';

const NOW = 1_800_000_000_000;
const SECONDS = 720;
const SEED = 11;
const RATE = 6;

function datagramsOf(seed: number): { device: DeviceName; at: number; datagram: Buffer }[] {
  const devices = new DemoDevices({ seed, rate: RATE, now: NOW });
  return Array.from({ length: SECONDS }, (_, second) => {
    const at = NOW + second * 1000;
    return devices
      .export(at)
      .flatMap(({ device, datagrams }) => datagrams.map((datagram) => ({ device, at, datagram })));
  }).flat();
}

describe('DemoDevices', () => {
  const rows: Record<DeviceName, Row[]> = { router: [], firewall: [], switch: [] };
  const reports = {} as Record<DeviceName, ExporterReport>;
  let rejected = 0;

  beforeAll(() => {
    const exporters = new ExporterTable();
    const decoder = new FlowDecoder(exporters, DEFAULT_FLOW_OPTIONS);
    for (const { device, at, datagram } of datagramsOf(SEED)) {
      const sink = new CollectingFlowSink(64);
      decoder.decode(received(datagram, at * 1000), DEVICE_ADDRESSES[device], sink);
      rows[device].push(...sink.rows());
      rejected += sink.rejected.length;
    }
    for (const device of ['router', 'firewall', 'switch'] as const)
      reports[device] = exporters.at(DEVICE_ADDRESSES[device]).report();
  });

  it('send the same for the same seed, and something else for another', () => {
    const bytes = (seed: number) => Buffer.concat(datagramsOf(seed).map(({ datagram }) => datagram));
    expect(bytes(1).equals(bytes(1))).toBe(true);
    expect(bytes(1).equals(bytes(2))).toBe(false);
  });

  it('send what a collector reads to the last byte, without gaps, in datagrams that need no fragments', () => {
    expect(rejected).toBe(0);
    for (const report of Object.values(reports))
      expect(report.counts).toMatchObject({ lost: 0, reordered: 0, malformed: 0, without_template: 0 });
    expect(Math.max(...datagramsOf(SEED).map(({ datagram }) => datagram.length))).toBeLessThanOrEqual(1_472);
  });

  it('have a router that says how it samples and what its interfaces are called', () => {
    expect(reports.router.sampling).toMatchObject([{ protocol: 'netflow9', selector: 1, rate: 100, from: 'options' }]);
    expect(reports.router.interfaces.map(({ index, name }) => [index, name])).toEqual([
      [1, 'TenGigE0/0/0/0'],
      [2, 'TenGigE0/0/0/1'],
      [3, 'HundredGigE0/0/1/0'],
    ]);
    expect(rows.router.length).toBeGreaterThan(100);
    for (const row of rows.router) expect(row).toMatchObject({ sampling: 100, flow_direction: 1 });
  });

  it('have a router whose estimates come near the traffic that it has seen', () => {
    const office = new Office(SEED, '10.30');
    let truth = 0;
    for (let second = NOW / 1000; second < NOW / 1000 + SECONDS - 1; second++)
      for (const { at, duration, to, fromPort, sent, received: back } of office.second(second, RATE))
        if (!to.startsWith('10.30.') && fromPort % 2 === 0 && at + duration < NOW / 1000 + SECONDS - 1)
          truth += sent + back;
    const estimate = rows.router.reduce((sum, row) => sum + Number(row.bytes), 0);
    expect(estimate / truth).toBeGreaterThan(0.85);
    expect(estimate / truth).toBeLessThan(1.15);
  });

  it('have a firewall that tells NAT, applications, users and what it denied', () => {
    const sessions = rows.firewall.filter((row) => row.state !== 'denied');
    expect(sessions.length).toBeGreaterThan(400);
    for (const row of sessions) expect(row).toMatchObject({ src_nat_ip: NAT_ADDRESS });
    expect(sessions.every((row) => row.bytes === Number(row.src_bytes) + Number(row.dst_bytes))).toBe(true);
    expect(new Set(sessions.map((row) => row.app))).toContain('https');
    expect(new Set(sessions.map((row) => row.user)).size).toBeGreaterThan(5);
    const denied = rows.firewall.filter((row) => row.state === 'denied');
    expect(denied.some((row) => row.src_ip === '198.51.100.23')).toBe(true);
    // The exfiltration lasts four minutes, and is told of every minute.
    const exfiltration = sessions.filter((row) => row.dst_ip === '203.0.113.200');
    expect(exfiltration.map((row) => row.state)).toEqual(['update', 'update', 'update', 'deleted']);
  });

  it('have a switch with counters that go up, and samples of packets at home', () => {
    expect(reports.switch.address).toBe(DEVICE_ADDRESSES.switch);
    expect(reports.switch.interfaces).toHaveLength(13);
    expect(reports.switch.counts.counter_samples).toBe(13 * (SECONDS / 20));
    const uplink = reports.switch.interfaces.find(({ index }) => index === 25);
    expect(uplink?.counters).toMatchObject({ speed: 10e9, up: true });
    expect(uplink?.counters?.in_octets).toBeGreaterThan(100_000);
    expect(rows.switch.length).toBeGreaterThan(100);
    for (const row of rows.switch) {
      expect(row).toMatchObject({ sampling: 16 });
      expect(String(row.src_ip)).toMatch(/^10\.30\./);
      expect(Number(row.vlan)).toBeGreaterThanOrEqual(100);
    }
  });

  it('have names, and the switch has names of ports, in the file that the demo writes', () => {
    const settings = parseExporterSettings(DEMO_EXPORTERS_YAML, 'exporters.yaml');
    expect(settings(DEVICE_ADDRESSES.router)).toEqual({ name: 'core-router' });
    expect(settings(DEVICE_ADDRESSES.firewall)).toMatchObject({ interfaces: { 1: 'inside', 2: 'outside' } });
    const named = Object.keys(settings(DEVICE_ADDRESSES.switch).interfaces ?? {}).map(Number);
    expect(named).toEqual(reports.switch.interfaces.map(({ index }) => index));
  });
});
