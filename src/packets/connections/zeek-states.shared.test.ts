import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { connectionOf } from './fixtures/histories.ts';
import { SHARED } from './fixtures/shared-captures.ts';

const LOG = join(SHARED, 'zeek-logs/conn-3days.ndjson.gz');

describe.skipIf(!existsSync(LOG))('three days of connections seen by Zeek', () => {
  it('have the state that follows from their history', { timeout: 120_000 }, () => {
    const counts = new Map<string, number>();
    for (const line of gunzipSync(readFileSync(LOG)).toString().trim().split('\n')) {
      const record = JSON.parse(line) as Record<string, string>;
      const history = record.history ?? '';
      // Others need what the letters do not say: which segments came again, or were missed, or were broken.
      if (record.proto !== 'tcp' || !/^\^?[SHADFR]+$/i.test(history)) continue;
      const key = `${history} ${record.conn_state}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    // The rest are resets about which the letters do not say whether they came with an acknowledgement.
    let same = 0;
    let all = 0;
    for (const [key, count] of counts) {
      const [history, state] = key.split(' ');
      all += count;
      if (connectionOf(history).state === state) same += count;
    }
    expect(all).toBeGreaterThan(80_000);
    expect(same / all).toBeGreaterThan(0.998);
  });
});
