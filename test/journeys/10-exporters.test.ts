import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNetflow9 } from '../../demo/exporters/encode-netflow9.ts';
import { dataTemplate, field, optionsTemplate } from '../../demo/exporters/template.ts';
import { type RunningApp, startApp } from '../support/app.ts';
import { freeUdpPort, sendDatagrams } from '../support/flow-tools.ts';

const TEMPLATE = dataTemplate(
  300,
  'sourceIPv4Address',
  'destinationIPv4Address',
  'sourceTransportPort',
  'destinationTransportPort',
  'protocolIdentifier',
  field('octetDeltaCount', 4),
  field('packetDeltaCount', 4),
  'flowStartSysUpTime',
  'flowEndSysUpTime',
);
const SAMPLING = optionsTemplate(301, ['scopeSystem'], 'samplingInterval');
const ROUTER = '127.0.2.1';

let folder = '';
let port = 0;
let app: RunningApp;
let sequence = 100;

/** A datagram of the router; its sequence goes on. */
function datagram(sets: Parameters<typeof encodeNetflow9>[1], skip = 0): Buffer {
  sequence += 1 + skip;
  const now = Date.now();
  return encodeNetflow9({ sourceId: 7, sequence, exportTime: now, bootTime: now - 3_600_000 }, sets);
}

function flow(n: number) {
  return {
    sourceIPv4Address: `10.1.0.${n}`,
    destinationIPv4Address: '198.51.100.9',
    sourceTransportPort: 40_000 + n,
    destinationTransportPort: 443,
    protocolIdentifier: 6,
    octetDeltaCount: 1000 + n,
    packetDeltaCount: 10,
    flowStartSysUpTime: 3_590_000,
    flowEndSysUpTime: 3_595_000,
  };
}

const flows = (...numbers: number[]) => ({ template: TEMPLATE, records: numbers.map(flow) });

async function start(env: Record<string, string> = {}): Promise<RunningApp> {
  const listen = { VEDETTE_FLOWS_ENABLED: 'on', VEDETTE_FLOWS_LISTEN: `127.0.0.1:${port}` };
  return startApp({ dataDir: folder, env: { ...listen, ...env } });
}

async function routerWith(wanted: object): Promise<void> {
  await expect
    .poll(async () => (await app.get(`/v1/exporters/${ROUTER}`)).body, { timeout: 20_000, interval: 200 })
    .toMatchObject(wanted);
}

async function stored(source: string): Promise<Record<string, any>[]> {
  const answer = await app.get(`/v1/events?filter=${encodeURIComponent(`src.ip = ${source}`)}`);
  return answer.body.items;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-exporters-'));
  port = await freeUdpPort();
  app = await start();
});

afterAll(async () => {
  await app?.dispose();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('an exporter', () => {
  it('is read when its template comes after its data', async () => {
    await sendDatagrams([datagram([flows(1, 2)])], port, ROUTER);
    await sendDatagrams([datagram([{ templates: [TEMPLATE] }])], port, ROUTER);
    await routerWith({ counts: { flows: 2, without_template: 0, malformed: 0 } });
    await expect
      .poll(() => stored('10.1.0.2'), { timeout: 20_000 })
      .toMatchObject([{ exporter: ROUTER, bytes: 1002, packets: 10, dst_port: 443, duration: 5 }]);
  });

  it('has its counters multiplied by the rate that it says it samples at', async () => {
    const options = { template: SAMPLING, records: [{ scopeSystem: 0, samplingInterval: 50 }] };
    await sendDatagrams([datagram([{ templates: [SAMPLING] }, options]), datagram([flows(3)])], port, ROUTER);
    await expect
      .poll(() => stored('10.1.0.3'), { timeout: 20_000 })
      .toMatchObject([{ bytes: 1003 * 50, packets: 500, sampling: 50 }]);
  });

  it('is said to have lost what its sequence numbers leave out', async () => {
    await sendDatagrams([datagram([flows(4)], 3)], port, ROUTER);
    await routerWith({ counts: { lost: 3, reordered: 0, duplicates: 0 } });
    const { body: metrics } = await app.get('/v1/metrics');
    expect(metrics).toMatch(new RegExp(`^vedette_exporter_lost_total\\{[^}]*${ROUTER}[^}]*\\} 3$`, 'm'));
  });

  it('is read from its first datagram on after a restart', async () => {
    // What it told is written two seconds after it changed, or at the stop.
    expect(await app.stop()).toBe(0);
    app = await start();
    await sendDatagrams([datagram([flows(5)])], port, ROUTER);
    await expect
      .poll(() => stored('10.1.0.5'), { timeout: 20_000 })
      .toMatchObject([{ bytes: 1005 * 50, sampling: 50 }]);
    await routerWith({ counts: { flows: 1, without_template: 0, lost: 0 }, templates: [{ id: 300 }, { id: 301 }] });
  });

  it('that sends what is no export is counted, and its bytes are put aside', async () => {
    await sendDatagrams([Buffer.from('this is no flow export at all')], port, '127.0.2.9');
    await expect
      .poll(async () => (await app.get('/v1/dead-letters?reason=UNKNOWN_FORMAT')).body.items, { timeout: 20_000 })
      .toMatchObject([{ peer: '127.0.2.9', encoding: 'flow.datagram' }]);
    await routerWith({ counts: { malformed: 0 } });
  });

  it('that is not on the list of those allowed is refused before it is read', async () => {
    expect(await app.stop()).toBe(0);
    app = await start({ VEDETTE_FLOWS_ALLOW: '127.0.2.0/29' });
    await sendDatagrams([datagram([flows(6)])], port, '127.0.3.1');
    await sendDatagrams([datagram([flows(7)])], port, ROUTER);
    await expect.poll(() => stored('10.1.0.7'), { timeout: 20_000 }).toHaveLength(1);
    expect(await stored('10.1.0.6')).toEqual([]);
    const { body } = await app.get('/v1/collector');
    expect(body.listeners).toMatchObject([{ refused: 1, datagrams: 2 }]);
  });
});
