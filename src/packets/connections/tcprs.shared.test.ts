import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CAPTURES, readCapture, rows } from './fixtures/shared-captures.ts';

const TCPRS = join(CAPTURES, 'tcprs');

function events(file: string): string[] {
  return existsSync(file) ? rows(file).map(({ ts, seq }) => `${ts}:${seq}`) : [];
}

function instantText(microseconds: number): string {
  const whole = Math.floor(microseconds / 1e6);
  return `${whole}.${String(Math.round(microseconds - whole * 1e6)).padStart(6, '0')}`;
}

/** What the table says of each segment: those that it counts as retransmission, and as reordering. */
async function verdicts(file: string): Promise<{ retransmissions: string[]; reorderings: string[] }> {
  const retransmissions: string[] = [];
  const reorderings: string[] = [];
  const before = new Map<string, [number, number]>();
  await readCapture(file, { observed: false }, (packet, d, { last }) => {
    if (!last || d.proto !== 6) return;
    const event = `${instantText(packet.time)}:${d.seq}`;
    for (const side of [last.orig, last.resp]) {
      const key = `${last.id} ${side.address} ${side.port}`;
      const [retransmitted, reordered] = before.get(key) ?? [0, 0];
      if (side.retransmitted > retransmitted) retransmissions.push(event);
      if (side.reordered > reordered) reorderings.push(event);
      before.set(key, [side.retransmitted, side.reordered]);
    }
  });
  return { retransmissions, reorderings };
}

/** How many of `a` are in `b`, each of `b` once. */
function common(a: readonly string[], b: readonly string[]): number {
  const left = [...b];
  let count = 0;
  for (const item of a) {
    const at = left.indexOf(item);
    if (at < 0) continue;
    left.splice(at, 1);
    count++;
  }
  return count;
}

describe.skipIf(!existsSync(TCPRS))('lossy traces of TCPRS', () => {
  it('have their retransmissions found, and nearly nothing else called one', { timeout: 120_000 }, async () => {
    let hits = 0;
    let told = 0;
    let truth = 0;
    for (const group of readdirSync(join(TCPRS, 'Traces/tcp'))) {
      for (const file of readdirSync(join(TCPRS, 'Traces/tcp', group))) {
        const baseline = join(TCPRS, 'Baseline', `tcprs.${group}.${file.replace(/\.trace$/, '')}`);
        const retransmissions = events(join(baseline, 'tcpretransmissions.log'));
        const reorderings = events(join(baseline, 'tcpreordering.log'));
        const found = await verdicts(join(TCPRS, 'Traces/tcp', group, file));
        hits += common(found.retransmissions, retransmissions);
        told += found.retransmissions.length;
        truth += retransmissions.length;
        expect(common(found.reorderings, reorderings)).toBe(reorderings.length);
      }
    }
    expect(truth).toBeGreaterThan(500);
    expect(hits / told).toBeGreaterThanOrEqual(0.995);
    expect(hits).toBe(truth);
  });
});
