import { Client } from './client.ts';
import { command, OUTPUT_ARGS, SERVER_ARGS } from './command.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { type ExporterDetail, exporterCard, span } from './exporter-card.ts';
import type { Io } from './io.ts';
import { formatOf, type OutputOptions, printOne, printRows, type Row, type ShownColumn, safe } from './output.ts';
import { count } from './table.ts';

interface ExportersAnswer {
  readonly items: readonly Row[];
  readonly total: number;
}

const CONDITIONS: readonly string[] = ['any', 'silent', 'losing', 'clock', 'no-template', 'limited', 'malformed'];

export const exporters = command({
  name: 'exporters',
  description: 'Devices that send flows: what they send, what is lost, what is wrong with them.',
  examples: [
    'vedette exporters',
    'vedette exporters --condition any',
    'vedette exporters 192.0.2.1',
    'vedette exporters -o csv --fields name,address,last_seen',
  ],
  args: {
    address: { type: 'positional', required: false, description: 'One exporter with templates and interfaces' },
    condition: { type: 'string', valueHint: 'CODE', description: `Only with this condition: ${CONDITIONS.join(', ')}` },
    ...OUTPUT_ARGS,
    ...SERVER_ARGS,
  },
  async run({ args, io }) {
    const client = Client.from(args, io);
    const { address, condition } = args;
    if (condition !== undefined && !CONDITIONS.includes(condition))
      throw new CliError(EXIT.usage, `There is no condition ${condition}.`, CONDITIONS.join(', '));
    if (address === undefined) return list(client, condition, args, io);
    const answer = await client.json<ExporterDetail>('GET', `/v1/exporters/${encodeURIComponent(address)}`);
    await printOne(answer as unknown as Row, args, io, () => exporterCard(answer, io, Date.now()));
    return EXIT.ok;
  },
});

const rate = (value: unknown) => count(Number(Number(value ?? 0).toPrecision(3)));
const words = (value: unknown) => (Array.isArray(value) ? value.map(safe).join(' ') : safe(value));
const codes = (value: unknown) =>
  Array.isArray(value) ? value.map((each: { code?: unknown }) => safe(each.code)).join(' ') : '';

function columnsAt(now: number): ShownColumn[] {
  return [
    { field: 'name', show: safe },
    { field: 'address', show: safe },
    { field: 'protocols', show: words },
    { field: 'flows_per_second', title: 'flows/s', align: 'right', show: rate },
    { field: 'loss_percent', title: 'loss', align: 'right', show: percent },
    { field: 'templates', align: 'right', show: safe },
    { field: 'sampling', show: (value) => words(value) || '-' },
    { field: 'clock_skew', title: 'clock', align: 'right', show: skew },
    { field: 'last_seen', title: 'last seen', show: (value) => `${span(now - Date.parse(String(value)))} ago` },
    { field: 'conditions', show: codes },
  ];
}

function percent(value: unknown): string {
  return typeof value === 'number' ? `${Number(value.toPrecision(2))} %` : '-';
}

function skew(value: unknown): string {
  return typeof value === 'number' ? `${value < 0 ? '-' : '+'}${span(Math.abs(value) * 1000)}` : '-';
}

async function list(client: Client, condition: string | undefined, options: OutputOptions, io: Io): Promise<ExitCode> {
  const { items, total } = await client.json<ExportersAnswer>('GET', '/v1/exporters', { condition });
  await printRows(items, columnsAt(Date.now()), options, io);
  if (formatOf(options) !== 'table') return EXIT.ok;
  if (total === 0) io.say('Nothing has sent flows yet. docs/25-collect-flows.md says how to point a router here.');
  else {
    const ill = items.filter((item) => Array.isArray(item.conditions) && item.conditions.length > 0).length;
    const said = ill > 0 ? `; ${count(ill)} with conditions, vedette exporters ADDRESS explains` : '';
    io.say(`${count(items.length)} of ${count(total)} exporters${said}`);
  }
  return EXIT.ok;
}
