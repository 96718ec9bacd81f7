import { type ElasticStream, streamOf } from '../outputs/elastic-config.ts';
import { ecsTemplate } from '../outputs/encode/ecs-template.ts';
import type { Client } from './client.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import type { OutputItem } from './output-card.ts';
import { pathOf } from './output-set.ts';
import { printable } from './table.ts';

export interface TemplateOptions {
  readonly stream?: string;
  readonly version?: string;
  readonly engine?: string;
  readonly retention?: string;
  readonly put?: string;
}

/** What the template is for, as the command line or the output says. */
interface Target {
  readonly stream: string;
  readonly ecs: 8 | 9;
  readonly engine: 'elasticsearch' | 'opensearch';
}

const DEFAULTS: ElasticStream = { index_prefix: 'telemetry-' };

/** Prints the index template of an output, or of a stream; with `put` it is handed to the cluster as well. */
export async function elasticTemplate(
  client: () => Client,
  name: string | undefined,
  options: TemplateOptions,
  io: Io,
): Promise<ExitCode> {
  const { stream, ecs, engine } = targetOf(
    options,
    name === undefined ? undefined : (await client().json<{ output: OutputItem }>('GET', pathOf(name))).output,
  );
  if (options.retention !== undefined && !/^\d{1,6}[dhms]$/.test(options.retention))
    throw new CliError(EXIT.usage, `${options.retention} is no time to keep documents.`, '--retention 90d');
  const template = ecsTemplate({ patterns: [stream], ecs, engine, retention: options.retention });
  if (options.put === undefined) await io.out(`${JSON.stringify(template, null, 2)}\n`);
  else await put(options.put, template, io);
  return EXIT.ok;
}

/** @throws CliError */
function targetOf({ stream, version, engine }: TemplateOptions, output: OutputItem | undefined): Target {
  if (output && output.type !== 'elastic-bulk' && output.type !== 'opensearch')
    throw new CliError(EXIT.usage, `${output.name} is of type ${output.type}; templates are for Elasticsearch.`);
  const config: OutputItem['config'] = output?.config ?? { ...DEFAULTS };
  const ecs = version ?? String(config.ecs_version ?? 8);
  if (ecs !== '8' && ecs !== '9') throw new CliError(EXIT.usage, `There is no version ${ecs}.`, '--version 8 or 9');
  const wanted = engine ?? (output?.type === 'opensearch' ? 'opensearch' : 'elasticsearch');
  if (wanted !== 'elasticsearch' && wanted !== 'opensearch')
    throw new CliError(EXIT.usage, `There is no engine ${wanted}.`, '--engine elasticsearch or opensearch');
  const { data_stream, index_prefix } = config;
  const configured = streamOf({
    ...(typeof data_stream === 'string' && { data_stream }),
    index_prefix: typeof index_prefix === 'string' ? index_prefix : DEFAULTS.index_prefix,
  });
  return { stream: stream ?? configured, ecs: ecs === '8' ? 8 : 9, engine: wanted };
}

/** Credentials come from the environment, never from arguments; redirects are not followed with them. */
async function put(url: string, template: object, io: Io): Promise<void> {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new CliError(EXIT.usage, `${url} is no address of a cluster.`, '--put https://elastic.example:9200');
  const { origin, pathname, username, password } = new URL(url);
  if (username !== '' || password !== '')
    throw new CliError(EXIT.usage, 'Credentials are no part of the address.', 'ELASTIC_USERNAME, ELASTIC_PASSWORD');
  const { ELASTIC_API_KEY: key, ELASTIC_USERNAME: user, ELASTIC_PASSWORD: pass = '' } = io.env;
  const basic = user && `Basic ${Buffer.from(`${user}:${pass}`).toString('base64')}`;
  const authorization = key ? `ApiKey ${key}` : basic;
  const at = `${origin}${pathname.replace(/\/+$/, '')}/_index_template/vedette`;
  let answer: Response;
  try {
    answer = await fetch(at, {
      method: 'PUT',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: JSON.stringify(template),
    });
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error };
    throw new CliError(EXIT.connection, `No answer from ${origin}: ${cause?.message ?? message}.`);
  }
  const text = await answer.text();
  if (!answer.ok)
    throw new CliError(EXIT.connection, `${origin} answered ${answer.status}: ${printable(text.slice(0, 500))}`);
  io.say(`The index template vedette is at ${origin}.`);
}
