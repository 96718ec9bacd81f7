import type { Client } from './client.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import { type OutputOptions, printOne, printRows, type Row, safe } from './output.ts';
import { type OutputItem, outputCard, rowOf } from './output-card.ts';
import { type ConfigSchema, configOf, typesOf } from './output-values.ts';

type Types = Readonly<Record<string, ConfigSchema>>;

export interface SetOptions extends OutputOptions {
  readonly type?: string;
  readonly filter?: string;
  readonly start?: string;
}

export const pathOf = (name: string) => `/v1/outputs/${encodeURIComponent(name)}`;

async function fetchTypes(client: Client): Promise<Types> {
  return (await client.json<{ types: Types }>('GET', '/v1/outputs/types')).types;
}

/** Makes an output, or changes what is given. */
export async function setOutput(
  client: Client,
  name: string,
  words: readonly string[],
  options: SetOptions,
  io: Io,
): Promise<ExitCode> {
  const [types, { items }] = await Promise.all([
    fetchTypes(client),
    client.json<{ items: readonly OutputItem[] }>('GET', '/v1/outputs'),
  ]);
  const known = items.find((item) => item.name === name);
  const type = options.type ?? known?.type;
  if (type === undefined)
    throw new CliError(
      EXIT.usage,
      `There is no output ${name} yet: give its type.`,
      `--type ${Object.keys(types).join('|')}`,
    );
  if (!Object.hasOwn(types, type))
    throw new CliError(EXIT.usage, `There is no type ${type}.`, `--type ${Object.keys(types).join('|')}`);
  const warn = (sentence: string) => io.say(`${io.colors.yellow('warning')} ${sentence}`);
  const config = await configOf(words, types[type], known?.config ?? {}, io, warn);
  const body = { type, config, filter: options.filter, start: options.start };
  const { output } = await client.json<{ output: OutputItem }>('PUT', pathOf(name), {}, body);
  await printOne(rowOf(output), options, io, () => outputCard(output, io, Date.now()));
  io.say(`${known ? 'Changed' : 'Made'}. vedette output test ${name} sends an event there now.`);
  return EXIT.ok;
}

/** The types there are, or what can be set of one. */
export async function showTypes(
  client: Client,
  type: string | undefined,
  options: OutputOptions,
  io: Io,
): Promise<ExitCode> {
  const types = await fetchTypes(client);
  if (type === undefined) {
    const rows = Object.entries(types).map(([name, { required }]) => ({ type: name, needs: required ?? [] }));
    const list = (value: unknown) => (Array.isArray(value) ? value.map(safe).join(' ') : '');
    await printRows(rows, [{ field: 'type' }, { field: 'needs', show: list }], options, io);
    return EXIT.ok;
  }
  if (!Object.hasOwn(types, type))
    throw new CliError(EXIT.usage, `There is no type ${type}.`, Object.keys(types).join(', '));
  const { properties = {}, required = [] } = types[type];
  const rows = Object.entries(properties).map(
    ([key, field]): Row => ({
      key,
      takes: field.enum?.map(String).join('|') ?? typesOf(field).join('|'),
      default: field.default ?? null,
      needed: required.includes(key) && field.default === undefined,
      secret: field.writeOnly === true,
      description: field.description ?? '',
    }),
  );
  const yes = (value: unknown) => (value === true ? 'yes' : '');
  const columns = [
    { field: 'key' },
    { field: 'takes' },
    { field: 'default', show: safe },
    { field: 'needed', show: yes },
    { field: 'secret', show: yes },
    { field: 'description', show: safe },
  ];
  await printRows(rows, columns, options, io);
  return EXIT.ok;
}
