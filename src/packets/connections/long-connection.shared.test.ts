import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Connection, ReportReason } from '../connection.ts';
import { CAPTURES, readCapture } from './fixtures/shared-captures.ts';

const FILE = join(CAPTURES, 'corelight-long-connections/long_connection.pcap');

describe.skipIf(!existsSync(FILE))('a connection of 6,806 seconds', () => {
  it('is reported while it is open, no later than its authors do it', async () => {
    const ages: number[] = [];
    const ends: number[] = [];
    const onConnection = ({ start, end }: Connection, why: ReportReason) => {
      if (why === 'poll') ages.push((end - start) / 1e6);
      else ends.push((end - start) / 1e6);
    };
    await readCapture(FILE, { onConnection });
    expect(ends).toEqual([expect.closeTo(6805.775268, 6)]);
    expect(ages).toHaveLength(3);
    // Their notices come at 625.26, 1,825.35 and 3,623.41 s. Here `end` is the last packet before the poll.
    for (const [i, [poll, notice]] of [
      [600, 625.3],
      [1800, 1825.4],
      [3600, 3623.5],
    ].entries()) {
      expect(ages[i]).toBeGreaterThan(poll - 60);
      expect(ages[i]).toBeLessThanOrEqual(notice);
    }
  });
});
