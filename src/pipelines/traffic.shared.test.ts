import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrafficResult } from '../model/traffic.ts';
import { TrafficAnalysis } from './traffic.ts';

/** Captures published by others, with what tshark finds in them; the test is skipped where they are not at hand. */
const FOLDER = join(process.env.VEDETTE_SHARED ?? resolve(import.meta.dirname, '../../../shared'), 'data/packets');
const ORACLE = join(FOLDER, 'ORACLE.tsv');

/** tshark shows blocks that hold no packet, such as custom ones, as packets of their own. */
const OTHER_BLOCKS = /test(017|018|102|202)\.pcapng$/;
/** Of versions that do not exist; tshark reads one of them all the same. */
const REFUSED = /invalid-vers(ion)?-\d\.pcap/;

interface Row {
  readonly file: string;
  readonly packets: number;
}

function oracle(): Row[] {
  const [header, ...lines] = readFileSync(ORACLE, 'utf8').trimEnd().split('\n');
  const titles = header.split('\t');
  const rows = lines.map((line) => {
    const cells = line.split('\t');
    return Object.fromEntries(titles.map((title, i) => [title, cells[i]]));
  });
  return rows
    .filter(({ file, tshark_rc }) => tshark_rc === '0' && !OTHER_BLOCKS.test(file) && !REFUSED.test(file))
    .map(({ file, packets }) => ({ file, packets: Number(packets) }));
}

async function analyse(file: string): Promise<TrafficResult> {
  const analysis = new TrafficAnalysis();
  await analysis.read(createReadStream(join(FOLDER, file)));
  return analysis.finish();
}

describe.skipIf(!existsSync(ORACLE))('the analysis of captures published by others', () => {
  it('counts the packets that tshark counts, and every connection ends', { timeout: 120_000 }, async () => {
    const rows = oracle();
    expect(rows.length).toBeGreaterThan(130);
    for (const { file, packets } of rows) {
      const { totals, connections, windows, window_count } = await analyse(file);
      expect([file, totals.packets]).toEqual([file, packets]);
      const ended = Object.values(connections.states).reduce((sum, times) => sum + times, 0);
      expect([file, ended]).toEqual([file, connections.total]);
      expect([file, windows.length]).toEqual([file, Math.min(window_count, 10_000)]);
    }
  });

  it('finds the scans within four contacts, and nothing at all in backscatter', async () => {
    for (const name of ['445_scan.pcap', 'multiport_scan.pcap', 'port_scan.pcap', 'scan_with_zero_windows.pcap']) {
      const { anomalies } = await analyse(`ncsa-simple-scan/${name}`);
      expect([name, anomalies.map(({ type }) => type)]).toEqual([name, ['port_scan']]);
      expect(anomalies[0].why).toContain('taken for a scanner after 4 of them');
    }
    expect((await analyse('ncsa-simple-scan/backscatter.trace')).anomalies).toEqual([]);
  });

  it('tells of a long connection while it is open', async () => {
    const { anomalies } = await analyse('corelight-long-connections/long_connection.pcap');
    const ages = anomalies.filter(({ type }) => type === 'long_lived_conn').map((anomaly) => anomaly.window_end);
    const start = 1_623_332_876;
    // A window after 10 and 30 minutes and an hour.
    expect(ages.map((age) => Math.floor((age - start) / 60))).toEqual([10, 30, 60]);
    const told = anomalies.filter(({ type }) => type === 'long_lived_conn').map((anomaly) => anomaly.current_value);
    expect(told).toEqual([625.26253, 1825.354928, 3623.410083].map((age) => expect.closeTo(age, 3)));
  });
});
