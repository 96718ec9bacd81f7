import { createReadStream, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCapture } from '../../../packets/capture-reader.ts';
import { UdpDatagrams } from '../../../packets/udp-datagrams.ts';
import { type Decoded, decodeAll, type Payload } from './decode-input.ts';
import { type Difference, type Fields, ourFields, pair } from './flow-fields.ts';
import { type Input, readInputs } from './input.ts';
import { KNOWN_DIFFERENCES, type KnownDifference } from './known-differences.ts';
import { logstashTests } from './logstash.ts';
import { lostValues } from './lost-values.ts';
import { nfdumpFlows } from './nfdump.ts';
import { tcpdumpCounters, tcpdumpSamples } from './tcpdump.ts';
import { telegrafCounters, telegrafFlows, telegrafLines } from './telegraf.ts';
import { tsharkFlows } from './tshark.ts';
import { tsharkCounters, tsharkSamples } from './tshark-sflow.ts';

/** Captures made by others, for cross-checks only; the tests are skipped where they are not at hand. */
const SHARED = process.env.VEDETTE_SHARED ?? resolve(import.meta.dirname, '../../../../../shared');
const FLOW = join(SHARED, 'data/flow');

const inputs = existsSync(FLOW) ? readInputs(FLOW) : [];
type Golden = KnownDifference['golden'];
const met = new Set<KnownDifference>();

/** The flow datagrams of a capture, copied. */
async function payloadsOf(input: string): Promise<Payload[]> {
  const payloads: Payload[] = [];
  const problems: string[] = [];
  const udp = new UdpDatagrams();
  const reader = await openCapture(createReadStream(join(FLOW, input)), (problem) => problems.push(problem));
  while (await reader.more())
    while (reader.next())
      if (udp.find(reader.packet)) {
        const { bytes, start, end, source: peer } = udp.datagram;
        payloads.push({ bytes: bytes.slice(start, end), peer });
      }
  expect(problems).toEqual([]);
  return payloads;
}

/** What differs and is not known to, in words. */
function unexplained(golden: Golden, { input, kinds }: Input, difference: Difference, where: string): string[] {
  const { field, golden: theirs, ours } = difference;
  const known = KNOWN_DIFFERENCES.filter(
    (one) =>
      one.golden === golden &&
      one.fields.includes(field) &&
      input.includes(one.input ?? '') &&
      (one.kind === undefined || one.kind in kinds) &&
      (one.when?.(theirs, ours) ?? true),
  );
  for (const one of known) met.add(one);
  return known.length > 0 ? [] : [`${where}: ${field} is ${ours}, not ${theirs}`];
}

/** How the flows of a golden differ from ours; `total` is their number where the golden counts them. */
function compare(
  golden: Golden,
  input: Input,
  theirs: readonly Fields[],
  total: number | null,
  decoded: Decoded,
): string[] {
  const { flows, options } = decoded;
  // Logstash counts options records too.
  const count = flows.length + (golden === 'logstash' ? options.length : 0);
  return [
    ...(total === count || total === null
      ? []
      : unexplained(golden, input, { field: 'count', golden: total, ours: count }, 'all')),
    ...compareFields(golden, input, theirs, flows.map(ourFields)),
  ];
}

function compareFields(golden: Golden, input: Input, theirs: readonly Fields[], ours: readonly Fields[]): string[] {
  return pair(theirs, ours).differences.flatMap((found, i) =>
    found.flatMap((one) => unexplained(golden, input, one, `number ${i}`)),
  );
}

describe.skipIf(inputs.length === 0)('captures that others have decoded', () => {
  const tests = inputs.length > 0 ? logstashTests(join(FLOW, 'logstash-codec-netflow/expected.json')) : [];

  describe.each(inputs.map((input) => [input.input, input] as const))('%s', (_, input) => {
    const golden = (name: string) => {
      const [path] = [input.goldens[name] ?? []].flat();
      return path === undefined ? undefined : join(FLOW, path);
    };

    /** A test of an input that this one has decoded; there is no such test of the others. */
    const where = (name: string) => (golden(name) === undefined ? () => undefined : it);

    const sampled = 'sflow5' in input.kinds;

    it('comes out as tshark has it', async () => {
      const file = golden('tshark_4.0.17') ?? '';
      const flows = sampled ? tsharkSamples(file) : tsharkFlows(file);
      const decoded = decodeAll(await payloadsOf(input.input));
      expect(compare('tshark', input, flows, flows.length, decoded)).toEqual([]);
      const counters = sampled ? tsharkCounters(file) : [];
      // Of some kinds of samples it knows no counters.
      expect(counters.length).toBeLessThanOrEqual(decoded.counters.length);
      expect(compareFields('tshark', input, counters, decoded.counters)).toEqual([]);
    });

    it('comes out as nfdump has it', async () => {
      const flows = nfdumpFlows(golden('nfdump_1.7.1') ?? '', sampled && !('nf5' in input.kinds));
      const decoded = decodeAll(await payloadsOf(input.input));
      expect(compare('nfdump', input, flows, flows.length, decoded)).toEqual([]);
    });

    where('telegraf')('comes out as telegraf has it', async () => {
      const file = golden('telegraf') ?? '';
      const flows = telegrafFlows(file);
      const decoded = decodeAll(await payloadsOf(input.input));
      expect(compare('telegraf', input, flows, flows.length, decoded)).toEqual([]);
      const counters = telegrafCounters(file);
      expect(counters.length).toBe(decoded.counters.length);
      expect(compareFields('telegraf', input, counters, decoded.counters)).toEqual([]);
    });

    where('tcpdump')('comes out as tcpdump has it', async () => {
      const file = golden('tcpdump') ?? '';
      const decoded = decodeAll(await payloadsOf(input.input));
      expect(compare('tcpdump', input, tcpdumpSamples(file), null, decoded)).toEqual([]);
      const counters = tcpdumpCounters(file);
      expect(counters.length).toBe(decoded.counters.length);
      expect(compareFields('tcpdump', input, counters, decoded.counters)).toEqual([]);
    });

    where('logstash')('comes out as logstash has it', async () => {
      const { flows, total } = tests[Number(golden('logstash')?.split('#')[1])];
      const decoded = decodeAll(await payloadsOf(input.input));
      expect(compare('logstash', input, flows, total, decoded)).toEqual([]);
    });

    where('logstash')('comes out with all that logstash reads in it', async () => {
      const { records } = tests[Number(golden('logstash')?.split('#')[1])];
      const decoded = decodeAll(await payloadsOf(input.input));
      expect(records.map((record) => lostValues(record, decoded))).toEqual(records.map(() => []));
    });

    where('telegraf')('comes out with all options that telegraf reads in it', async () => {
      const records = telegrafLines(golden('telegraf') ?? '').filter(({ is }) => is === 'netflow_options');
      const decoded = decodeAll(await payloadsOf(input.input));
      expect(records.map((record) => lostValues(record, decoded))).toEqual(records.map(() => []));
    });

    it('comes out the same with its templates last', async () => {
      const payloads = await payloadsOf(input.input);
      const found = (decoded: Decoded) => decoded.flows.map((row) => JSON.stringify(row)).sort();
      expect(found(decodeAll([...payloads].reverse()))).toEqual(found(decodeAll(payloads)));
    });
  });

  it('differ from ours only where we know why', () => {
    expect(KNOWN_DIFFERENCES.filter((one) => !met.has(one))).toEqual([]);
  });
});
