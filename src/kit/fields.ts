import { z } from 'zod';

/** How much of a value may be shown: all of it, nothing of it, or a URL without its credentials and query. */
export type Secrecy = 'open' | 'secret' | 'url';

/** What kind of value a setting takes, in the words of docs/settings.md. */
export type FieldType = 'text' | 'path' | 'number' | 'bytes' | 'yes or no' | 'choice' | 'list' | 'map';

/** One setting: how it is checked, what it means, which names it has beside its own. */
export interface Field<T = unknown> {
  readonly type: FieldType;
  /** Takes the value as a YAML file or an environment variable gives it; the message is the end of a sentence. */
  readonly schema: z.ZodType<T>;
  readonly fallback: T;
  readonly doc: string;
  readonly secrecy: Secrecy;
  /** Environment names other than `VEDETTE_…`, strongest first. */
  readonly env: readonly string[];
  readonly choices?: readonly string[];
}

export interface FieldNotes {
  readonly env?: readonly string[];
  readonly secrecy?: Secrecy;
}

export type FieldTree = { readonly [name: string]: Field | FieldTree };

/** The settings that a tree of fields yields, read-only all the way down. */
export type ValuesOf<T> = T extends Field<infer V> ? V : { readonly [K in keyof T]: ValuesOf<T[K]> };

export function isField(node: Field | FieldTree): node is Field {
  return 'schema' in node && 'fallback' in node;
}

/** Every field of a tree with its dotted path, in the order of writing. */
export function fieldsOf(tree: FieldTree, prefix = ''): { path: string; field: Field }[] {
  return Object.entries(tree).flatMap(([name, node]) =>
    isField(node) ? [{ path: prefix + name, field: node }] : fieldsOf(node, `${prefix}${name}.`),
  );
}

function make<T>(type: FieldType, schema: z.ZodType<T>, fallback: T, doc: string, notes: FieldNotes): Field<T> {
  return { type, schema, fallback, doc, secrecy: notes.secrecy ?? 'open', env: notes.env ?? [] };
}

const string = (what: string) =>
  z.preprocess((value) => (typeof value === 'number' ? String(value) : value), z.string({ error: `must be ${what}` }));

export function text(fallback: string, doc: string, notes: FieldNotes = {}): Field<string> {
  return make('text', string('text'), fallback, doc, notes);
}

export function optionalText(doc: string, notes: FieldNotes = {}): Field<string | undefined> {
  return make<string | undefined>('text', string('text'), undefined, doc, notes);
}

/** A file or folder. Relative ones stand beside the settings file that names them, else in the working directory. */
export function path(fallback: string, doc: string, notes: FieldNotes = {}): Field<string> {
  return make('path', string('a path').pipe(z.string().min(1, 'must not be empty')), fallback, doc, notes);
}

export function optionalPath(doc: string, notes: FieldNotes = {}): Field<string | undefined> {
  return make<string | undefined>('path', string('a path'), undefined, doc, notes);
}

/** An absolute URL with one of `schemes`; whatever credentials it carries are never shown. */
export function optionalUrl(
  schemes: readonly string[],
  doc: string,
  notes: FieldNotes = {},
): Field<string | undefined> {
  const allowed = schemes.map((scheme) => `${scheme}://`).join(' or ');
  const fits = (value: string) => URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1));
  const schema = string('a URL').pipe(z.string().refine(fits, `must be a URL that begins with ${allowed}`));
  return make<string | undefined>('text', schema, undefined, doc, { secrecy: 'url', ...notes });
}

/** `host:port` or `[IPv6]:port`; port 0 lets the system choose. */
export function address(fallback: string, doc: string, notes: FieldNotes = {}): Field<string> {
  const schema = string('HOST:PORT').pipe(
    z.string().refine((value) => splitAddress(value) !== undefined, 'must be HOST:PORT, such as 127.0.0.1:8080'),
  );
  return make('text', schema, fallback, doc, notes);
}

/** `[::1]:8080` → host `::1`, port 8080; undefined when it is no such thing. */
export function splitAddress(value: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(value);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

const numeric = (value: unknown) =>
  typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;

/** A whole number from `min` to `max`. */
export function whole(fallback: number, min: number, max: number, doc: string, notes: FieldNotes = {}): Field<number> {
  const says = `must be a whole number from ${min} to ${max}`;
  const schema = z.preprocess(numeric, z.number(says).int(says).min(min, says).max(max, says));
  return make('number', schema, fallback, doc, notes);
}

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 };
const BINARY: Readonly<Record<string, number>> = { kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 };

/** `64 MiB` → 67108864, `5MB` → 5000000, `1000` → 1000; undefined when it is no amount of bytes. */
export function parseBytes(value: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(value.trim());
  const unit = match?.[2].toLowerCase() ?? 'none';
  const factor = UNITS[unit] ?? BINARY[unit];
  return match && factor !== undefined ? Math.round(Number(match[1]) * factor) : undefined;
}

function amount(min: number): z.ZodType<number> {
  const says = `must be an amount such as 64 MiB or 5 MB, at least ${min} bytes`;
  const read = (value: unknown) => (typeof value === 'string' ? (parseBytes(value) ?? value) : value);
  return z.preprocess(read, z.number(says).int(says).min(min, says));
}

export function bytes(fallback: number, min: number, doc: string, notes: FieldNotes = {}): Field<number> {
  return make('bytes', amount(min), fallback, doc, notes);
}

export function optionalBytes(min: number, doc: string, notes: FieldNotes = {}): Field<number | undefined> {
  return make<number | undefined>('bytes', amount(min), undefined, doc, notes);
}

const WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

export function yesNo(fallback: boolean, doc: string, notes: FieldNotes = {}): Field<boolean> {
  const read = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? (WORDS[String(value).toLowerCase()] ?? value) : value;
  return make('yes or no', z.preprocess(read, z.boolean('must be yes or no')), fallback, doc, notes);
}

export function choice<const C extends readonly string[]>(
  choices: C,
  fallback: C[number],
  doc: string,
  notes: FieldNotes = {},
): Field<C[number]> {
  // YAML reads a bare `on` or `off` as a word or as a truth value, depending on its version.
  const read = (value: unknown) =>
    typeof value === 'boolean' ? (value ? 'on' : 'off') : typeof value === 'string' ? value.toLowerCase() : value;
  const schema = z.preprocess(read, z.enum(choices, { error: `must be one of ${choices.join(', ')}` }));
  return { ...make<C[number]>('choice', schema as z.ZodType<C[number]>, fallback, doc, notes), choices };
}

/** A list; one string is split at commas. `check` answers what an item must be, or undefined when it is right. */
export function list(
  doc: string,
  notes: FieldNotes = {},
  check: (item: string) => string | undefined = () => undefined,
  fallback: readonly string[] = [],
): Field<readonly string[]> {
  const read = (value: unknown) => (typeof value === 'string' ? split(value) : value);
  const items = z.array(z.string('must be a list of text'), 'must be a list').superRefine((all, context) => {
    for (const item of all) {
      const says = check(item);
      if (says)
        context.addIssue({ code: 'custom', message: notes.secrecy === 'secret' ? says : `${says}, not ${item}` });
    }
  });
  return make<readonly string[]>('list', z.preprocess(read, items), fallback, doc, notes);
}

/** Names with a number each; from the environment as `name=number,name=number`. */
export function numbers(doc: string, notes: FieldNotes = {}): Field<Readonly<Record<string, number>>> {
  const read = (value: unknown) => {
    if (typeof value !== 'string') return value;
    return Object.fromEntries(
      split(value).map((pair) => [pair.split('=')[0].trim(), numeric(pair.split('=')[1] ?? '')]),
    );
  };
  const says = 'must be a map of names to numbers, such as port.remote=5';
  return make('map', z.preprocess(read, z.record(z.string(), z.number(says), says)), {}, doc, notes);
}

function split(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
