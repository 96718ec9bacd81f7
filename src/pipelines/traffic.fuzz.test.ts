import { describe, expect, it } from 'vitest';
import { seeded } from '../../bench/support/seeded.ts';
import { chunks } from '../../test/support/captures.ts';
import { dns, scan, scene, web } from '../../test/support/scene.ts';
import { CaptureError } from '../packets/capture-error.ts';
import { TrafficAnalysis } from './traffic.ts';

const SCENE = scene(...dns(), ...web(100_000), ...scan(21e6, 12));
/** Bytes of the header of the file, without which it would be refused at once. */
const HEADER = 24;

describe('TrafficAnalysis', () => {
  it('has an answer that adds up for every damaged capture', async () => {
    const random = seeded(7);
    for (let round = 0; round < 150; round++) {
      const damaged = Buffer.from(SCENE);
      for (let i = 0; i < 1 + random() * 20; i++)
        damaged[HEADER + Math.floor(random() * (SCENE.length - HEADER))] = Math.floor(random() * 256);
      const analysis = new TrafficAnalysis({ connections: 1000 });
      try {
        await analysis.read(chunks(damaged, 1 + Math.floor(random() * 3000)));
      } catch (error) {
        expect(error).toBeInstanceOf(CaptureError);
      }
      const { totals, connections, windows, anomalies } = await analysis.finish();
      const networks = Object.values(totals.networks).reduce((sum, { packets }) => sum + packets, 0);
      const states = Object.values(connections.states).reduce((sum, times) => sum + times, 0);
      expect([round, networks, states]).toEqual([round, totals.packets, connections.total]);
      // Nothing that JSON cannot carry, such as NaN.
      for (const value of [totals, connections, windows, anomalies])
        expect(JSON.parse(JSON.stringify(value))).toEqual(value);
    }
  });
});
