import { failure } from './elastic-errors.ts';
import type { Reply } from './http-receiver.ts';

/** Members of an index template (www.elastic.co, "Create or update index template"). */
const MEMBERS: ReadonlySet<string> = new Set([
  'allow_auto_create',
  'composed_of',
  'data_stream',
  'deprecated',
  'ignore_missing_component_templates',
  'index_patterns',
  'priority',
  '_meta',
  'template',
  'version',
]);
const INNER: ReadonlySet<string> = new Set(['settings', 'mappings', 'aliases', 'lifecycle', 'data_stream_options']);

type Json = Readonly<Record<string, unknown>>;

interface Template {
  readonly body: Json;
  readonly patterns: readonly RegExp[];
}

/** Index templates as they are put, checked roughly, and found by the names of streams. */
export class ElasticTemplates {
  readonly #templates = new Map<string, Template>();

  put(name: string, body: Json | undefined): Reply {
    if (body === undefined) return failure(400, 'x_content_parse_exception', '[1:1] [index_template] is no object');
    const wrong = strange(body, MEMBERS) ?? strange(body.template, INNER);
    if (wrong !== undefined)
      return failure(400, 'x_content_parse_exception', `[1:2] [index_template] unknown field [${wrong}]`);
    const { index_patterns: given } = body;
    const patterns = Array.isArray(given) ? given.filter((one): one is string => typeof one === 'string') : [];
    if (patterns.length === 0)
      return failure(400, 'illegal_argument_exception', 'Required [index_patterns]: none is given');
    this.#templates.set(name, { body, patterns: patterns.map(patternOf) });
    return { status: 200, body: { acknowledged: true } };
  }

  get(name: string): Reply {
    const found = this.#templates.get(name);
    if (found === undefined)
      return failure(404, 'resource_not_found_exception', `index template matching [${name}] not found`);
    return { status: 200, body: { index_templates: [{ name, index_template: found.body }] } };
  }

  /** Whether a stream of this name would come into being by itself. */
  hasStream(name: string): boolean {
    for (const { body, patterns } of this.#templates.values())
      if (body.data_stream !== undefined && patterns.some((pattern) => pattern.test(name))) return true;
    return false;
  }
}

function strange(value: unknown, known: ReadonlySet<string>): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.keys(value).find((name) => !known.has(name));
}

function patternOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
