import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCapture } from './capture-reader.ts';

/** Captures published by others, with what tshark finds in them; the test is skipped where they are not at hand. */
const FOLDER = join(process.env.VEDETTE_SHARED ?? resolve(import.meta.dirname, '../../../shared'), 'data/packets');
const ORACLE = join(FOLDER, 'ORACLE.tsv');

/** tshark shows blocks that hold no packet, such as custom ones, as packets of their own. */
const OTHER_BLOCKS = /test(017|018|102|202)\.pcapng$/;

/** Of versions that do not exist; tshark reads one of them all the same. */
const REFUSED = ['pcap-invalid-version-1.pcap', 'pcap-invalid-version-2.pcap'].concat([
  'pcapng-invalid-vers-1.pcapng',
  'pcapng-invalid-vers-2.pcapng',
]);

interface Row {
  readonly file: string;
  readonly packets: number;
  readonly refused: boolean;
}

function oracle(): Row[] {
  const [header, ...lines] = readFileSync(ORACLE, 'utf8').trimEnd().split('\n');
  const titles = header.split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    const cell = (title: string) => cells[titles.indexOf(title)];
    return { file: cell('file'), packets: Number(cell('packets')), refused: cell('tshark_rc') !== '0' };
  });
}

async function packetsIn(file: string): Promise<{ packets: number; problems: string[] }> {
  const problems: string[] = [];
  const reader = await openCapture(createReadStream(join(FOLDER, file)), (text) => problems.push(text));
  let packets = 0;
  while (await reader.more()) while (reader.next()) packets++;
  return { packets, problems };
}

describe.skipIf(!existsSync(ORACLE))('captures published by others', () => {
  it('have as many packets as tshark finds', { timeout: 120_000 }, async () => {
    const rows = oracle()
      .filter((row) => !row.refused && !OTHER_BLOCKS.test(row.file))
      .filter((row) => !REFUSED.some((name) => row.file.endsWith(name)));
    expect(rows.length).toBeGreaterThan(130);
    for (const { file, packets } of rows) {
      expect([file, (await packetsIn(file)).packets]).toEqual([file, packets]);
    }
  });

  it('are refused, or their problem is told, when they are broken', async () => {
    for (const file of REFUSED) {
      await expect(packetsIn(`libpcap/${file}`)).rejects.toThrow(
        /^It is a capture of version \d+\.\d+, which is not known/,
      );
    }
    expect((await packetsIn('libpcap/shb-option-too-long.pcapng')).problems.length).toBe(1);
  });
});
