import { Client } from './client.ts';
import { command, OUTPUT_ARGS, RANGE_ARGS, SERVER_ARGS } from './command.ts';
import { CliError, EXIT } from './exit.ts';
import { formatOf, printRows, type Row, type ShownColumn, safe } from './output.ts';
import { count, size } from './table.ts';

interface EventsAnswer {
  readonly items: readonly Row[];
  readonly next_cursor: string | null;
}

/** Events in one request of the API. */
const PAGE = 1000;
const MOST = 100_000;

const COLUMNS: readonly ShownColumn[] = [
  {
    field: 'ts',
    title: 'time',
    show: (value) =>
      safe(value)
        .replace('T', ' ')
        .replace(/\.\d+Z$|Z$/, ''),
  },
  { field: 'kind' },
  { field: 'src_ip' },
  { field: 'src_port', align: 'right' },
  { field: 'dst_ip' },
  { field: 'dst_port', align: 'right' },
  { field: 'proto' },
  { field: 'bytes', align: 'right', show: (value) => size(Number(value ?? 0)) },
  { field: 'dst_geo.country', title: 'to' },
  { field: 'domain', show: safe },
  { field: 'risk_score', title: 'risk', align: 'right' },
];

export const query = command({
  name: 'query',
  description: 'Newest events that match a filter.',
  examples: [
    'vedette query',
    "vedette query 'dst.port = 22 and risk >= 50' --from -24h",
    "vedette query 'kind = dns' -n 5000 -o ndjson --fields ts,src.ip,domain",
  ],
  args: {
    filter: { type: 'positional', required: false, description: 'Filter, see docs/fields.md' },
    limit: { type: 'string', alias: 'n', default: '20', description: `How many, at most ${MOST}` },
    ...RANGE_ARGS,
    ...OUTPUT_ARGS,
    ...SERVER_ARGS,
  },
  async run({ args, io }) {
    const limit = Number(args.limit);
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
      throw new CliError(EXIT.usage, `-n takes a number from 1 to ${MOST}; for more there is vedette export.`);
    }
    formatOf(args);
    const client = Client.from(args, io);
    const rows: Row[] = [];
    let cursor: string | undefined;
    do {
      const page = Math.min(PAGE, limit - rows.length);
      const { from, to, filter } = args;
      const answer = await client.json<EventsAnswer>('GET', '/v1/events', { from, to, filter, limit: page, cursor });
      rows.push(...answer.items);
      cursor = answer.next_cursor ?? undefined;
    } while (cursor !== undefined && rows.length < limit);
    await printRows(rows, COLUMNS, args, io);
    if (formatOf(args) === 'table') {
      const none = `No event${args.filter ? ' matches' : ''} ${args.from ? `since ${args.from}` : 'in the last hour'}; widen it with --from.`;
      io.say(rows.length === 0 ? none : `${count(rows.length)} events${cursor ? ', there are more' : ''}`);
    }
    return EXIT.ok;
  },
});
