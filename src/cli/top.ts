import { Client } from './client.ts';
import { command, OUTPUT_ARGS, RANGE_ARGS, SERVER_ARGS } from './command.ts';
import { CliError, EXIT } from './exit.ts';
import { formatOf, printRows, type Row, type ShownColumn, safe } from './output.ts';
import { count, size } from './table.ts';

interface TopAnswer {
  readonly items: readonly (Row & { readonly value: unknown; readonly label?: string })[];
  readonly distinct: number;
  readonly other: { readonly events: number; readonly bytes: number };
  readonly took_ms: number;
}

const number = (value: unknown) => count(Number(value ?? 0));

export const top = command({
  name: 'top',
  description: 'The most frequent values of a field, with the rest summed up.',
  examples: [
    'vedette top src.ip',
    "vedette top dst.port --by bytes -n 20 'src.ip = 192.0.2.7'",
    'vedette top dst.country --from -7d -o csv',
  ],
  args: {
    field: { type: 'positional', required: true, description: 'Field, as in docs/fields.md' },
    filter: { type: 'positional', required: false, description: 'Only events that match this' },
    by: { type: 'string', default: 'events', valueHint: 'events|bytes|packets|risk', description: 'Sort by' },
    limit: { type: 'string', alias: 'n', default: '10', description: 'How many, at most 1000' },
    ...RANGE_ARGS,
    ...OUTPUT_ARGS,
    ...SERVER_ARGS,
  },
  async run({ args, io }) {
    if (!['events', 'bytes', 'packets', 'risk'].includes(args.by)) {
      throw new CliError(EXIT.usage, `--by takes events, bytes, packets or risk, not ${args.by}.`);
    }
    const { field, by, limit, from, to, filter } = args;
    const answer = await Client.from(args, io).json<TopAnswer>('GET', '/v1/query/top', {
      field,
      by,
      limit,
      from,
      to,
      filter,
    });
    const columns: ShownColumn[] = [
      { field: 'value', title: field, show: (value) => (value === null ? '(none)' : safe(value)) },
      { field: 'label', show: safe },
      { field: 'events', align: 'right', show: number },
      { field: 'bytes', align: 'right', show: (value) => size(Number(value ?? 0)) },
      { field: 'packets', align: 'right', show: number },
      { field: 'risk', align: 'right', show: number },
    ];
    if (formatOf(args) === 'json' && args.fields === undefined) {
      await io.out(`${JSON.stringify(answer, null, 2)}\n`);
      return EXIT.ok;
    }
    const labelled = answer.items.some((item) => item.label);
    await printRows(answer.items, labelled ? columns : columns.filter((column) => column.field !== 'label'), args, io);
    if (formatOf(args) === 'table') {
      const rest = answer.distinct - answer.items.length;
      const others = rest > 0 ? `; other ${count(answer.other.events)} events, ${size(answer.other.bytes)}` : '';
      io.say(`top ${answer.items.length} of ${count(answer.distinct)}${others} (${answer.took_ms} ms)`);
    }
    return EXIT.ok;
  },
});
