import { describe, expect, it } from 'vitest';
import { makePacketLoad } from '../../../bench/support/packet-load.ts';
import { chunks } from '../../../test/support/captures.ts';
import { dns, scan, scene, web } from '../../../test/support/scene.ts';
import type { Anomaly, Window } from '../../model/window.ts';
import { TrafficAnalysis, type TrafficOptions } from '../traffic.ts';

/** Hosts of a network by their last octet, as a locator would know them. */
const FACTS = {
  ownerOf: (address: string) => (address.endsWith('7') ? 'Example Hosting' : undefined),
  countryOf: (address: string) => (address.endsWith('7') ? 'NL' : undefined),
};

/** Everything that an analysis tells. */
async function told(capture: Uint8Array, options: TrafficOptions) {
  const windows: Window[] = [];
  const anomalies: Anomaly[] = [];
  const connections: string[] = [];
  const analysis = new TrafficAnalysis(options, {
    onWindow: (window) => void windows.push(window),
    onAnomaly: (anomaly) => void anomalies.push(anomaly),
    onConnection: ({ id, orig, resp, state }, why) =>
      void connections.push([why, id, orig.address, orig.ipBytes, resp.address, resp.ipBytes, state].join(' ')),
  });
  try {
    await analysis.read(chunks(capture, 50_000));
    return { result: await analysis.finish(), windows, anomalies, connections };
  } finally {
    analysis.close();
  }
}

function load(seed: number, packets: number): Uint8Array {
  const { chunks: pieces } = makePacketLoad({
    packets,
    seed,
    conversations: 400,
    hosts: 60,
    servers: 20,
    trouble: 0.1,
  });
  return Buffer.concat(pieces);
}

describe('an analysis in two threads', () => {
  it.each([
    ['ordinary traffic in short windows', load(1, 8_000), { seconds: 0.2 }],
    ['no detectors, and few connections at a time', load(2, 8_000), { detectors: false, connections: 100 }],
    ['facts about addresses, and a name for the capture', load(3, 8_000), { facts: FACTS, run: 'run', seconds: 1 }],
    ['a scan', scene(...dns(), ...web(100_000), ...scan(21e6, 40)), {}],
    ['nothing', scene(), {}],
  ] as const)('tells what one in one thread tells: %s', async (_, capture, options: TrafficOptions) => {
    const alone = await told(capture, { ...options, threaded: false });
    expect(await told(capture, { ...options, threaded: true })).toEqual(alone);
    expect(await told(capture, options)).toEqual(alone);
  });

  it('ends with what went wrong in the other one', async () => {
    const analysis = new TrafficAnalysis({ threaded: true });
    await analysis.read(chunks(load(4, 2000), 50_000));
    const finished = analysis.finish();
    analysis.close();
    await expect(finished).rejects.toThrow('ended early');
  });
});
