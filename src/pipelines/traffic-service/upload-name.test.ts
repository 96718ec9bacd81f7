import { expect, it } from 'vitest';
import { uploadName } from './upload-name.ts';

it.each([
  ['office.pcap', 'pcap', 'office.pcap'],
  ['office.pcapng', 'pcapng', 'office.pcapng'],
  ['Office Lan.PCAPNG.gz', 'pcap.gz', 'Office-Lan.pcapng.gz'],
  ['office.pcap.gz', 'pcap', 'office.pcap'],
  ['office', 'pcap.zst', 'office.pcap.zst'],
  ['ring.pcap3', 'pcap', 'ring.pcap3'],
  ['dump.2026-11-20.bin', 'pcap', 'dump.2026-11-20.bin.pcap'],
  ['/etc/cron.d/../../x.pcap', 'pcap', 'x.pcap'],
  ['C:\\captures\\büro.pcap', 'pcap', 'buro.pcap'],
  ['..pcap', 'pcap', undefined],
  ['../..', 'pcap', undefined],
  ['東京.pcap', 'pcap', undefined],
  ['<script>"\u0000\n.pcap', 'pcap', 'script.pcap'],
  ['-rf.pcap', 'pcap', 'rf.pcap'],
  [`${'x'.repeat(300)}.pcap`, 'pcap', `${'x'.repeat(80)}.pcap`],
  ['', 'pcap', undefined],
])('an upload called %j with the content of %s is kept as %s', (given, ending, kept) => {
  const name = uploadName(given, ending);
  expect(name && `${name.stem}.${name.ending}`).toBe(kept);
});
