import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { nearest } from '../kit/nearest.ts';
import { CliError, EXIT } from './exit.ts';
import type { Io } from './io.ts';

/** A JSON Schema, as far as it is looked at. */
export interface FieldSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly FieldSchema[];
  readonly default?: unknown;
  readonly description?: string;
  readonly writeOnly?: boolean;
}

/** What can be configured of a type of output. */
export interface ConfigSchema {
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
}

/** Where values of secrets come from when not from the command line. */
type Source = Pick<Io, 'env' | 'cwd' | 'stdin'>;

/**
 * `key=value` words as a configuration. Values are read as the schema wants them; lists are separated by commas, objects
 * are JSON or given part by part (`extra_fields.site=hq`), nothing means the default. `@FILE`, `-` (stdin) and `env:NAME`
 * bring a value from there, so that a secret is no argument.
 * @param current what is configured already, secrets masked: what parts of an object are added to.
 * @param warn told of secrets that are arguments all the same.
 * @throws CliError
 */
export async function configOf(
  words: readonly string[],
  schema: ConfigSchema,
  current: Readonly<Record<string, unknown>>,
  source: Source,
  warn: (sentence: string) => void,
): Promise<Record<string, unknown>> {
  if (words.filter((word) => word.endsWith('=-')).length > 1)
    throw new CliError(EXIT.usage, 'Only one value can come from stdin.', 'key=@FILE or key=env:NAME for the others');
  const config: Record<string, unknown> = {};
  const fields = schema.properties ?? {};
  for (const word of words) {
    const [, path, given] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
    if (path === undefined) throw new CliError(EXIT.usage, `${word} is not of the form key=value.`);
    const [key, part] = splitOnce(path);
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (!field) {
      const meant = nearest(key, Object.keys(fields));
      throw new CliError(
        EXIT.usage,
        `There is no ${key} to set.${meant ? ` Did you mean ${meant}?` : ''}`,
        Object.keys(fields).join(', '),
      );
    }
    const text = await bring(given, source);
    if (field.writeOnly && text === given && text !== '')
      warn(`${key} was an argument, which others can read: ${key}=@FILE, ${key}=- or ${key}=env:NAME keep it secret`);
    if (part === undefined) config[key] = readValue(key, text, field);
    else config[key] = { ...objectAt(key, Object.hasOwn(config, key) ? config : current), [part]: text };
  }
  return config;
}

function splitOnce(path: string): [key: string, part: string | undefined] {
  const dot = path.indexOf('.');
  return dot < 0 ? [path, undefined] : [path.slice(0, dot), path.slice(dot + 1)];
}

function objectAt(key: string, config: Readonly<Record<string, unknown>>): object {
  const there = config[key] ?? {};
  if (typeof there === 'object') return there;
  // Masked: nobody can tell here what is in it.
  throw new CliError(EXIT.usage, `${key} is secret and there already: give all of it.`, `${key}={"...":"..."}`);
}

async function bring(given: string, { env, cwd, stdin }: Source): Promise<string> {
  if (given === '-') {
    const chunks: Uint8Array[] = [];
    for await (const chunk of stdin) chunks.push(chunk);
    return withoutEnd(Buffer.concat(chunks).toString('utf8'));
  }
  if (given.startsWith('env:')) {
    const text = env[given.slice(4)];
    if (text === undefined || text === '') throw new CliError(EXIT.usage, `${given.slice(4)} is not set.`);
    return text;
  }
  if (!given.startsWith('@')) return given;
  const file = given.slice(1);
  try {
    return withoutEnd(readFileSync(resolve(cwd, file), 'utf8'));
  } catch (error) {
    throw new CliError(EXIT.input, `${file} cannot be read: ${(error as Error).message}.`);
  }
}

const withoutEnd = (text: string) => text.replace(/\r?\n$/, '');

/** Names of the JSON types that a field may have. */
export function typesOf({ type, anyOf, enum: words, const: word }: FieldSchema): readonly string[] {
  const values = [...(words ?? []), ...(word === undefined ? [] : [word])].map((value) => typeof value);
  const own = type === undefined ? values : [type];
  return [...new Set([...own, ...(anyOf ?? []).flatMap(typesOf)])];
}

/** @throws CliError */
function readValue(key: string, text: string, field: FieldSchema): unknown {
  if (text === '') return null;
  const types = typesOf(field);
  const json = jsonOf(text);
  if (typeof json === 'boolean' && types.includes('boolean')) return json;
  if (typeof json === 'number' && (types.includes('number') || types.includes('integer'))) return json;
  if (Array.isArray(json) && types.includes('array')) return json;
  if (typeof json === 'object' && json !== null && types.includes('object')) return json;
  if (types.includes('string') || types.length === 0) return text;
  if (types.includes('array')) return text.split(',').map((each) => each.trim());
  throw new CliError(EXIT.usage, `${key} takes ${types.map(named).join(' or ')}, not ${text}.`);
}

function named(type: string): string {
  if (type === 'boolean') return 'true or false';
  if (type === 'object') return 'a JSON object';
  return 'a number';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A text that is no JSON is a text.
    return undefined;
  }
}
