import type { Client } from './client.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { span } from './exporter-card.ts';
import type { Io } from './io.ts';
import { formatOf, type OutputOptions, printOne, printRows, type Row, safe } from './output.ts';
import { pathOf } from './output-set.ts';
import { count } from './table.ts';
import { wholeNumber } from './values.ts';

export interface LetterOptions extends OutputOptions {
  readonly code?: string;
  readonly all?: boolean;
  readonly limit?: string;
}

interface Replayed {
  readonly delivered: number;
  readonly refused: number;
  readonly missing: number;
  readonly left: number;
  readonly next: string | null;
}

interface Letter {
  readonly id: string;
  readonly event_id: string;
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
  readonly first_at: string;
  readonly last_at: string;
  readonly original: string;
}

const PAGE = 1000;

/** `dead NAME`, and behind it `show ID`, `replay [ID...]`, `purge [ID...]`. */
export async function deadLetters(
  client: Client,
  [name, action, ...ids]: readonly [name: string, ...rest: string[]],
  options: LetterOptions,
  io: Io,
): Promise<ExitCode> {
  const path = `${pathOf(name)}/dead-letters`;
  if (action === undefined) return list(client, path, options, io);
  if (action === 'show') return show(client, path, ids, options, io);
  if (action === 'replay') return replay(client, path, ids, options, io);
  if (action === 'purge') return purge(client, path, ids, options, io);
  throw new CliError(EXIT.usage, `dead letters cannot ${action}.`, 'show ID, replay or purge');
}

async function list(client: Client, path: string, options: LetterOptions, io: Io): Promise<ExitCode> {
  let left = wholeNumber('--limit', options.limit ?? '100');
  const rows: Row[] = [];
  let total = 0;
  for (let before: string | undefined; left > 0; ) {
    const query = { limit: Math.min(left, PAGE), code: options.code, before };
    const page = await client.json<{ items: Row[]; next: string | null; total: number }>('GET', path, query);
    rows.push(...page.items);
    left -= page.items.length;
    total = page.total;
    if (page.next === null) break;
    before = page.next;
  }
  const now = Date.now();
  const columns = [
    { field: 'last_at', title: 'last', show: (value: unknown) => `${span(now - Date.parse(String(value)))} ago` },
    { field: 'id', show: safe },
    { field: 'event_id', title: 'event', show: safe },
    { field: 'code', show: safe },
    { field: 'attempts', align: 'right' as const, show: safe },
    { field: 'reason', show: safe },
  ];
  await printRows(rows, columns, options, io);
  if (formatOf(options) === 'table') io.say(`${count(rows.length)} of ${count(total)} dead letters`);
  return EXIT.ok;
}

async function show(
  client: Client,
  path: string,
  ids: readonly string[],
  options: LetterOptions,
  io: Io,
): Promise<ExitCode> {
  if (ids.length !== 1) throw new CliError(EXIT.usage, 'Give the id of one dead letter.');
  const letter = await client.json<Letter>('GET', `${path}/${encodeURIComponent(ids[0])}`);
  const { bold } = io.colors;
  const text = [
    `${bold(safe(letter.code))}   event ${safe(letter.event_id)}   attempts ${count(letter.attempts)}`,
    `  ${safe(letter.reason)}`,
    `  first ${safe(letter.first_at)}, last ${safe(letter.last_at)}`,
    safe(letter.original),
    '',
  ].join('\n');
  await printOne({ ...letter }, options, io, () => text);
  return EXIT.ok;
}

/** Goes on, request by request, until all are done or the receiver takes no more. */
async function replay(
  client: Client,
  path: string,
  ids: readonly string[],
  options: LetterOptions,
  io: Io,
): Promise<ExitCode> {
  const sum = { delivered: 0, refused: 0, missing: 0, left: 0 };
  const add = async (body: object) => {
    const { next, ...done } = await client.json<Replayed>('POST', `${path}/replay`, {}, body);
    sum.delivered += done.delivered;
    sum.refused += done.refused;
    sum.missing += done.missing;
    sum.left += done.left;
    io.status(`${count(sum.delivered)} delivered, ${count(sum.refused)} refused again`);
    return next;
  };
  if (ids.length > 0)
    for (let at = 0; at < ids.length && sum.left === 0; at += PAGE) await add({ ids: ids.slice(at, at + PAGE) });
  else
    for (let before: string | undefined; ; ) {
      const next = await add({ code: options.code, before });
      if (next === null) break;
      before = next;
    }
  io.status('');
  await printOne({ ...sum }, options, io, () => {
    const stored = sum.missing > 0 ? `, ${count(sum.missing)} stored no more` : '';
    return `${count(sum.delivered)} delivered, ${count(sum.refused)} refused again${stored}\n`;
  });
  if (sum.left === 0) return sum.refused + sum.missing > 0 ? EXIT.partial : EXIT.ok;
  io.say('The receiver takes nothing at the moment; the rest was left as it is.');
  return EXIT.connection;
}

async function purge(
  client: Client,
  path: string,
  ids: readonly string[],
  options: LetterOptions,
  io: Io,
): Promise<ExitCode> {
  const ways = [ids.length > 0, options.code !== undefined, options.all === true].filter(Boolean).length;
  if (ways !== 1) throw new CliError(EXIT.usage, 'Say which dead letters to remove.', 'ids, --code CODE, or --all');
  const remove = async (query: Record<string, string | undefined>, body?: object) =>
    (await client.json<{ purged: number }>('DELETE', path, query, body)).purged;
  let purged = 0;
  if (ids.length === 0) purged = await remove({ code: options.code, all: options.all ? 'true' : undefined });
  else for (let at = 0; at < ids.length; at += PAGE) purged += await remove({}, { ids: ids.slice(at, at + PAGE) });
  await printOne({ purged }, options, io, () => `${count(purged)} removed\n`);
  return EXIT.ok;
}
