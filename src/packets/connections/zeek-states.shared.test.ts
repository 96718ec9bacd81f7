import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { connectionOf } from './fixtures/histories.ts';
import { SHARED } from './fixtures/shared-captures.ts';

const LOG = join(SHARED, 'zeek-logs/conn-3days.ndjson.gz');

/** Zeek takes the sender of a SYN/ACK for the originator where its port is none of a server; data behind a reset is none. */
const STATES = [
  'Hr: RSTO is REJ, 46 times',
  'ShRArD: RSTR is REJ, 3 times',
  'ShRDr: RSTR is REJ, 14 times',
  'ShRDrR: RSTR is REJ, 1 times',
  'SrFRr: REJ is RSTR, 1 times',
];
/** The former, and a FIN with another number, which stands once here. */
const LETTERS = ['ShAdFf is ShAdFfF', '^hR is Hr'];

describe.skipIf(!existsSync(LOG))('three days of connections seen by Zeek', () => {
  it('have the state and the letters that follow from their history', { timeout: 120_000 }, () => {
    const counts = new Map<string, number>();
    for (const line of gunzipSync(readFileSync(LOG)).toString().trim().split('\n')) {
      const record = JSON.parse(line) as Record<string, string>;
      const history = record.history ?? '';
      // Others need what the letters do not say: which segments came again, or were missed, or were broken.
      if (record.proto !== 'tcp' || !/^\^?[SHADFR]+$/i.test(history)) continue;
      const key = `${history} ${record.conn_state}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    let same = 0;
    let all = 0;
    const states: string[] = [];
    const letters: string[] = [];
    for (const [key, count] of counts) {
      const [history, state] = key.split(' ');
      const ours = connectionOf(history);
      all += count;
      if (ours.state === state) same += count;
      else states.push(`${history}: ${ours.state} is ${state}, ${count} times`);
      if (ours.history !== history) letters.push(`${ours.history} is ${history}`);
    }
    expect(states.sort()).toEqual(STATES);
    expect(letters.sort()).toEqual(LETTERS);
    expect([all, all - same]).toEqual([84_725, 65]);
  });
});
