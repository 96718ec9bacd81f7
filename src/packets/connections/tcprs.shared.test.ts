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

/** What of `a` is not in `b`, where each of `b` stands for one. */
function without(a: readonly string[], b: readonly string[]): string[] {
  const left = [...b];
  return a.filter((item) => {
    const at = left.indexOf(item);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/**
 * A FIN that was sent three times. For Zeek, from whose engine TCPRS judges, the connection was over before the second
 * one: its log has a second connection (`^fA`) that begins with it. tshark calls both of these retransmissions, too.
 */
const FIN_AGAIN = ['rto003.trace 1285864027.987572:2964175970', 'rto003.trace 1285864037.987594:2964175970'];

describe.skipIf(!existsSync(TCPRS))('lossy traces of TCPRS', () => {
  it('have their retransmissions found, and nothing else called one', { timeout: 120_000 }, async () => {
    let truth = 0;
    const missed: string[] = [];
    const more: string[] = [];
    for (const group of readdirSync(join(TCPRS, 'Traces/tcp'))) {
      for (const file of readdirSync(join(TCPRS, 'Traces/tcp', group))) {
        const baseline = join(TCPRS, 'Baseline', `tcprs.${group}.${file.replace(/\.trace$/, '')}`);
        const retransmissions = events(join(baseline, 'tcpretransmissions.log'));
        const reorderings = events(join(baseline, 'tcpreordering.log'));
        const found = await verdicts(join(TCPRS, 'Traces/tcp', group, file));
        truth += retransmissions.length;
        missed.push(...without(retransmissions, found.retransmissions).map((event) => `${file} ${event}`));
        more.push(...without(found.retransmissions, retransmissions).map((event) => `${file} ${event}`));
        expect([file, without(reorderings, found.reorderings)]).toEqual([file, []]);
        expect([file, without(found.reorderings, reorderings)]).toEqual([file, []]);
      }
    }
    expect(truth).toBe(531);
    expect(missed).toEqual([]);
    expect(more).toEqual(FIN_AGAIN);
  });
});
