import { Client } from './client.ts';
import { command, OUTPUT_ARGS, SERVER_ARGS } from './command.ts';
import { EXIT } from './exit.ts';
import { formatOf, printRows } from './output.ts';
import { OUTPUT_COLUMNS, type OutputItem, rowOf, troubleOf } from './output-card.ts';
import { count } from './table.ts';

const LONGEST = 200;

export const outputs = command({
  name: 'outputs',
  description: 'Where events are delivered to: how far each output is, and what keeps it.',
  examples: ['vedette outputs', 'vedette outputs -o csv --fields name,status.state,status.lag.events'],
  args: { ...OUTPUT_ARGS, ...SERVER_ARGS },
  async run({ args, io }) {
    const { items } = await Client.from(args, io).json<{ items: readonly OutputItem[] }>('GET', '/v1/outputs');
    if (formatOf(args) === 'table' && items.length === 0) {
      io.say('Nothing is delivered yet. vedette output set NAME --type TYPE ... makes an output: vedette output types');
      return EXIT.ok;
    }
    await printRows(items.map(rowOf), OUTPUT_COLUMNS, args, io);
    if (formatOf(args) !== 'table') return EXIT.ok;
    const now = Date.now();
    for (const item of items) {
      const trouble = troubleOf(item, now);
      if (trouble !== undefined) io.say(`${io.colors.yellow('warning')} ${shortened(trouble)}`);
    }
    io.say(`${count(items.length)} ${items.length === 1 ? 'output' : 'outputs'}; vedette output show NAME tells more`);
    return EXIT.ok;
  },
});

/** Some receivers answer at length; `output show` has all of it. */
function shortened(text: string): string {
  const characters = [...text];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join('')}…` : text;
}
