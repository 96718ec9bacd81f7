import { Client } from './client.ts';
import { command, OUTPUT_ARGS, SERVER_ARGS } from './command.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import { type OutputOptions, printOne, safe } from './output.ts';
import { type OutputItem, outputCard, rowOf } from './output-card.ts';
import { deadLetters } from './output-letters.ts';
import { pathOf, setOutput, showTypes } from './output-set.ts';
import { count } from './table.ts';

const ACTIONS = 'show, set, remove, test, pause, resume, replay, dead, types or elastic-template';

export const output = command({
  name: 'output',
  description: 'Make, change, test and steer one output. Changing needs a key with the scope admin.',
  examples: [
    'vedette output types splunk-hec',
    'vedette output set splunk --type splunk-hec hec_url=https://splunk.example:8088 token=@token.txt',
    'vedette output test splunk',
    'vedette output show splunk',
    'vedette output replay splunk --to -1h',
    'vedette output dead splunk',
    'vedette output dead splunk replay --code HEC_6',
    'vedette output elastic-template elastic --put https://elastic.example:9200',
  ],
  args: {
    action: { type: 'positional', required: true, description: ACTIONS },
    name: { type: 'positional', required: false, description: 'Name of the output' },
    rest: { type: 'positional', required: false, description: 'key=value... of set; show, replay or purge of dead' },
    type: { type: 'string', valueHint: 'TYPE', description: 'set: type of a new output' },
    filter: { type: 'string', valueHint: 'FILTER', description: 'set: only events that match' },
    start: { type: 'string', valueHint: 'TIME', description: 'set: where a new output begins: now, oldest, -6h, ISO' },
    to: {
      type: 'string',
      valueHint: 'TIME|ID',
      description: 'replay: from there on: ISO, -1h, oldest, id of an event',
    },
    skip: { type: 'boolean', description: 'replay: also forward, which leaves events out' },
    'dry-run': { type: 'boolean', description: 'replay: only tell how many events it would be' },
    code: { type: 'string', valueHint: 'CODE', description: 'dead: only those with this code' },
    limit: { type: 'string', alias: 'n', valueHint: 'N', description: 'dead: at most so many (default: 100)' },
    all: { type: 'boolean', description: 'dead purge: all of them' },
    stream: { type: 'string', valueHint: 'NAME', description: 'elastic-template: data stream it is for' },
    version: { type: 'string', valueHint: '8|9', description: 'elastic-template: version of ECS' },
    engine: { type: 'string', valueHint: 'ENGINE', description: 'elastic-template: elasticsearch or opensearch' },
    retention: { type: 'string', valueHint: '90d', description: 'elastic-template: how long documents are kept' },
    put: { type: 'string', valueHint: 'URL', description: 'elastic-template: hand it to this cluster' },
    ...OUTPUT_ARGS,
    ...SERVER_ARGS,
  },
  async run({ args, io }) {
    const [action, name, ...rest] = args._;
    if (action === 'elastic-template') {
      // Loaded here: the other actions do without the fields of the schema.
      const { elasticTemplate } = await import('./output-template.ts');
      return elasticTemplate(() => Client.from(args, io), name, args, io);
    }
    const client = Client.from(args, io);
    if (action === 'types') return showTypes(client, name, args, io);
    if (name === undefined || name === '')
      throw new CliError(EXIT.usage, 'Name the output.', 'vedette outputs lists them');
    if (action === 'set') return setOutput(client, name, rest, args, io);
    if (action === 'dead') return deadLetters(client, [name, ...rest], args, io);
    if (action === 'replay') return replay(client, name, { ...args, to: args.to ?? rest[0], dry: args['dry-run'] }, io);
    if (rest.length > 0) throw new CliError(EXIT.usage, `${action} takes a name only, not ${rest.join(' ')}.`);
    if (action === 'test') return test(client, name, args, io);
    if (action === 'remove') return remove(client, name, io);
    if (action === 'show') return show(client, 'GET', pathOf(name), args, io);
    if (action === 'pause' || action === 'resume') return show(client, 'POST', `${pathOf(name)}/${action}`, args, io);
    throw new CliError(EXIT.usage, `outputs cannot ${action}.`, ACTIONS);
  },
});

async function show(client: Client, method: string, path: string, options: OutputOptions, io: Io): Promise<ExitCode> {
  const answer = await client.json<{ output: OutputItem }>(method, path);
  await printOne(rowOf(answer.output), options, io, () => outputCard(answer.output, io, Date.now()));
  return EXIT.ok;
}

async function remove(client: Client, name: string, io: Io): Promise<ExitCode> {
  await client.json('DELETE', pathOf(name));
  io.say(`The output ${name} is removed, with its bookmark and its dead letters.`);
  return EXIT.ok;
}

interface TestResult {
  readonly status: string;
  readonly http_status: number | null;
  readonly duration_ms: number;
  readonly bytes: number;
  readonly request_id: string;
  readonly error?: string;
}

async function test(client: Client, name: string, options: OutputOptions, io: Io): Promise<ExitCode> {
  const result = await client.json<TestResult>('POST', `${pathOf(name)}/test`);
  const { green, red } = io.colors;
  const http = result.http_status === null ? '' : `HTTP ${result.http_status}, `;
  await printOne({ ...result }, options, io, () => {
    const figures = `${http}${result.duration_ms} ms, ${count(result.bytes)} bytes, event ${safe(result.request_id)}`;
    return result.status === 'ok'
      ? `${green('ok')} ${figures}\n`
      : `${red('failed')} ${safe(result.error)}\n  ${figures}\n`;
  });
  return result.status === 'ok' ? EXIT.ok : EXIT.connection;
}

interface ReplayOptions extends OutputOptions {
  readonly to?: string;
  readonly skip?: boolean;
  readonly dry?: boolean;
}

interface Replayed {
  readonly bookmark: string;
  readonly bookmark_time: string | null;
  readonly events: number;
}

async function replay(client: Client, name: string, options: ReplayOptions, io: Io): Promise<ExitCode> {
  const { to, skip = false, dry = false } = options;
  if (to === undefined) throw new CliError(EXIT.usage, 'Say from where on.', '--to -1h, an ISO time, oldest, or an id');
  const body = { to, skip, dry_run: dry };
  const answer = await client.json<Replayed>('POST', `${pathOf(name)}/replay`, {}, body);
  const { bookmark, bookmark_time, events } = answer;
  await printOne({ bookmark, bookmark_time, events }, options, io, () => {
    const from = bookmark_time === null ? 'the oldest on' : `${safe(bookmark_time)} on`;
    return `${count(events)} stored events from ${from} ${dry ? 'would be' : 'are'} delivered to ${safe(name)}\n`;
  });
  return EXIT.ok;
}
