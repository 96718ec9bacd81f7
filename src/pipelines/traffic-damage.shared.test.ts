import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../bench/support/seeded.ts';
import { chunks } from '../../test/support/captures.ts';
import { damaged } from '../../test/support/damage.ts';
import type { TrafficResult } from '../model/traffic.ts';
import { CaptureError } from '../packets/capture-error.ts';
import { TrafficAnalysis } from './traffic.ts';

/** Captures published by others; the tests are skipped where they are not at hand. */
const FOLDER = join(process.env.VEDETTE_SHARED ?? resolve(import.meta.dirname, '../../../shared'), 'data/packets');
/** Bytes within which a capture is cut, and every how manieth of them: VEDETTE_CUT_STEP=1 for all. */
const CUTS = 4096;
const STEP = Number(process.env.VEDETTE_CUT_STEP ?? 251);
/** Damaged captures: VEDETTE_FUZZ_CAPTURES=100000 for as many as a release is tried with. */
const DAMAGED = Number(process.env.VEDETTE_FUZZ_CAPTURES ?? 1000);
/** Of large captures the beginning: damage behind it is nothing new. */
const LONGEST = 24 * 1024;

const CAPTURE = /\.(pcap|pcapng|trace)$/;

function captures(): [name: string, bytes: Buffer][] {
  const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => CAPTURE.test(name));
  return names.sort().map((name) => [name, readFileSync(join(FOLDER, name))]);
}

/** The whole way of a packet: reader, dissector, connection table, inspector, windows, detectors. */
async function analyse(bytes: Uint8Array): Promise<TrafficResult | undefined> {
  const analysis = new TrafficAnalysis({ connections: 64, keepWindows: 10, keepAnomalies: 10 });
  try {
    await analysis.read(chunks(bytes));
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return undefined;
  }
  return analysis.finish();
}

/** Everything is counted once, and nothing is there more often than it was read. */
function check(name: string, bytes: number, result: TrafficResult): void {
  const { totals, connections } = result;
  const networks = Object.values(totals.networks).reduce((sum, { packets }) => sum + packets, 0);
  const states = Object.values(connections.states).reduce((sum, times) => sum + times, 0);
  expect([name, networks, states]).toEqual([name, totals.packets, connections.total]);
  expect(totals.packets).toBeLessThanOrEqual(bytes / 12);
  expect(JSON.parse(JSON.stringify(result.anomalies))).toEqual(result.anomalies);
}

describe.skipIf(!existsSync(FOLDER))('captures published by others, damaged', () => {
  it('are analysed up to where they are cut, wherever that is', { timeout: 7_200_000 }, async () => {
    const all = captures();
    expect(all.length).toBeGreaterThan(160);
    let refused = 0;
    for (const [name, bytes] of all) {
      let before = 0;
      for (let length = 0; length <= Math.min(bytes.length, CUTS); length += STEP) {
        const result = await analyse(bytes.subarray(0, length));
        if (!result) {
          refused++;
          continue;
        }
        check(name, length, result);
        expect([name, length, result.totals.packets >= before]).toEqual([name, length, true]);
        before = result.totals.packets;
      }
    }
    expect(refused).toBeGreaterThan(0);
  });

  it('are analysed as far as they can be, or refused', { timeout: 7_200_000 }, async () => {
    const all = captures().map(([, bytes]) => bytes.subarray(0, LONGEST));
    const random = seeded(20_260_105);
    let read = 0;
    for (let round = 0; round < DAMAGED; round++) {
      const bytes = damaged(random, all);
      const result = await analyse(bytes);
      if (!result) continue;
      check(`round ${round}`, bytes.length, result);
      read++;
    }
    // Most keep their beginning, by which a capture is known.
    expect(read).toBeGreaterThan(DAMAGED / 2);
  });
});
