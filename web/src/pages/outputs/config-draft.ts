import type { ConfigField } from './schema-fields.ts';

/** What a form holds of a configuration: only what a person touched; null is "back to the default". */
export type ConfigDraft = Readonly<Record<string, string | boolean | null>>;

type Config = Readonly<Record<string, unknown>>;

/** What stands in a field before anybody touches it. Secrets are never shown. */
export function shownText(field: ConfigField, config: Config): string {
  const value = config[field.name] ?? field.fallback;
  if (field.secret || value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(String).join('\n');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, each]) => `${name}: ${pairText(each)}`)
      .join('\n');
  return String(value);
}

/** A text that would be read as something else is quoted. */
function pairText(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return /^\s|\s$|^["[]/.test(value) ? JSON.stringify(value) : value;
}

/** Is there a secret? It is answered masked. */
export function isSet(field: ConfigField, config: Config): boolean {
  const value = config[field.name];
  return value !== undefined && value !== null && value !== '';
}

/** The part of a configuration that the draft changes, and what cannot be read, by field. */
export function readDraft(
  fields: readonly ConfigField[],
  draft: ConfigDraft,
  config: Config,
): { readonly config: Record<string, unknown>; readonly problems: Record<string, string> } {
  const changed: Record<string, unknown> = {};
  const problems: Record<string, string> = {};
  for (const field of fields) {
    const entry = draft[field.name];
    const missing = entry === undefined ? !isSet(field, config) : entry === '' || entry === null;
    if (field.required && missing) {
      problems[field.name] = 'is needed';
      continue;
    }
    if (entry === undefined) continue;
    const read = entry === null ? { value: null } : readEntry(field, entry);
    if ('problem' in read) problems[field.name] = read.problem;
    // What is as it was is not sent.
    else if (entry === null || String(entry) !== shownText(field, config)) changed[field.name] = read.value;
  }
  return { config: changed, problems };
}

type Read = { readonly value: unknown } | { readonly problem: string };

/** An emptied field goes back to its default, but for texts that have one: those may be empty. */
function readEntry(field: ConfigField, entry: string | boolean): Read {
  if (typeof entry === 'boolean') return { value: entry };
  if (field.kind === 'choice') return { value: field.choices.find((choice) => String(choice) === entry) ?? entry };
  if (entry.trim() === '')
    return { value: field.kind === 'text' && !field.secret && typeof field.fallback === 'string' ? '' : null };
  if (field.kind === 'number') return readNumber(entry);
  if (field.kind === 'lines') return { value: lines(entry) };
  if (field.kind === 'pairs') return readPairs(entry);
  // Secrets and certificates are copied with a line end behind them more often than they have one.
  return { value: entry.trim() };
}

const lines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function readNumber(entry: string): Read {
  const value = Number(entry);
  return Number.isFinite(value) ? { value } : { problem: 'is a number' };
}

function readPairs(entry: string): Read {
  const pairs: [string, unknown][] = [];
  for (const line of lines(entry)) {
    const at = line.indexOf(':');
    if (at < 1) return { problem: `is "name: value" a line; "${line}" is none` };
    const value = pairValue(line.slice(at + 1).trim());
    if (value === undefined) return { problem: `cannot be read at "${line}"` };
    pairs.push([line.slice(0, at).trim(), value]);
  }
  return { value: Object.fromEntries(pairs) };
}

/** A text, or a list or quoted text as JSON. */
function pairValue(text: string): unknown {
  if (!/^["[]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
