import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Receiver } from './fixtures/receiver.ts';

/** Datagrams of some thirty makers, and how many records others found in them; skipped where they are not at hand. */
const FOLDER = join(
  process.env.VEDETTE_SHARED ?? resolve(import.meta.dirname, '../../../../shared'),
  'data/flow/logstash-codec-netflow',
);

interface Golden {
  readonly test: string;
  readonly files_in_order: readonly string[];
  readonly asserts: readonly { readonly events_total?: number }[];
}

/** Where others find less, and why. */
const MORE: Readonly<Record<string, number>> = {
  // Three messages in one file, of which they read the first.
  'ipfix.dat': 13,
  // The data twice, first before its template: they read it once.
  'ipfix_test_netscaler_data.dat ipfix_test_netscaler_tpl.dat ipfix_test_netscaler_tpl.dat ipfix_test_netscaler_data.dat': 6,
};

/** Names of files and the number of records in them, of NetFlow v9 and IPFIX. */
function goldens(): [files: string, records: number][] {
  const file = join(FOLDER, 'expected.json');
  if (!existsSync(file)) return [];
  const tests = JSON.parse(readFileSync(file, 'utf8')) as Golden[];
  return tests.flatMap(({ files_in_order: names, asserts }) => {
    const files = names.join(' ');
    const total = MORE[files] ?? asserts.find(({ events_total: events }) => events !== undefined)?.events_total;
    const ours = names.every((name) => [9, 10].includes(readFileSync(join(FOLDER, name))[1]));
    return ours && total !== undefined && total > 0 ? [[files, total] as [string, number]] : [];
  });
}

describe.skipIf(!existsSync(FOLDER))('datagrams of many makers', () => {
  it.each(goldens())('%s: %d records', (files, records) => {
    const receiver = new Receiver();
    for (const name of files.split(' ')) receiver.send(new Uint8Array(readFileSync(join(FOLDER, name))));
    const { malformed, without_template } = receiver.counters;
    const read = receiver.exporter.report().templates.reduce((sum, template) => sum + template.records, 0);
    expect({ records: read, malformed, without_template }).toEqual({
      records,
      malformed: 0,
      without_template: 0,
    });
  });
});
