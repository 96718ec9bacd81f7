import { describe, expect, it } from 'vitest';
import { seeded } from '../../bench/support/seeded.ts';
import { chunks } from '../../test/support/captures.ts';
import { damaged } from '../../test/support/damage.ts';
import { dns, scan, scene, web } from '../../test/support/scene.ts';
import { CaptureError } from '../packets/capture-error.ts';
import { TrafficAnalysis } from './traffic.ts';

const SCENES = [scene(...dns(), ...web(100_000), ...scan(21e6, 12)), scene(...dns(), ...web(0)), scene(...scan(0, 40))];
const ROUNDS = Number(process.env.VEDETTE_FUZZ_CAPTURES ?? 100);

/** Reads what can be read, and asks that its numbers agree. Answers how many packets that were. */
async function packetsIn(bytes: Uint8Array, chunk: number): Promise<number> {
  const analysis = new TrafficAnalysis({ connections: 1000 });
  try {
    await analysis.read(chunks(bytes, chunk));
  } catch (error) {
    expect(error).toBeInstanceOf(CaptureError);
  }
  const { totals, connections, windows, anomalies } = await analysis.finish();
  const networks = Object.values(totals.networks).reduce((sum, { packets }) => sum + packets, 0);
  const states = Object.values(connections.states).reduce((sum, times) => sum + times, 0);
  expect([networks, states]).toEqual([totals.packets, connections.total]);
  // Nothing that JSON cannot carry, such as NaN.
  for (const value of [totals, connections, windows, anomalies])
    expect(JSON.parse(JSON.stringify(value))).toEqual(value);
  return totals.packets;
}

describe('TrafficAnalysis', () => {
  it('has an answer that adds up for every damaged capture', async () => {
    const random = seeded(7);
    let read = 0;
    for (let round = 0; round < ROUNDS; round++)
      read += await packetsIn(damaged(random, SCENES), 1 + Math.floor(random() * 3000));
    expect(read).toBeGreaterThan(ROUNDS);
  });

  it('reads a capture up to where it is cut, wherever that is', async () => {
    const [, file] = SCENES;
    const whole = await packetsIn(file, file.length);
    let before = 0;
    for (let length = 0; length < file.length; length += 13) {
      const packets = await packetsIn(file.subarray(0, length), 700);
      expect(packets).toBeGreaterThanOrEqual(before);
      before = packets;
    }
    expect([before, await packetsIn(file, 1)]).toEqual([whole - 1, whole]);
  });
});
