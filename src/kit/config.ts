import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { type Field, type FieldTree, fieldsOf, isField } from './fields.ts';
import { nearest } from './nearest.ts';
import { SETTINGS, type Settings, UNUSED_SECTIONS } from './settings.ts';

export type Origin = 'default' | 'file' | 'env' | 'flag';

export interface ConfigSources {
  /** Values by path (`listen`, `risk.preset`), as the command line gave them. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** `--config`: a file that must exist. */
  readonly configFile?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

export interface Problem {
  /** Path of the setting, or the name of the file or variable. */
  readonly at: string;
  readonly message: string;
}

export interface LoadedConfig {
  readonly settings: Settings;
  /** The settings file that was read, absolute; undefined when there is none. */
  readonly file: string | undefined;
  /** Things that are probably not meant, as sentences. */
  readonly warnings: readonly string[];
  origin(path: string): Origin;
}

/** The settings cannot be used. Every problem is listed, not only the first; no message repeats a secret. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => `${problem.at} ${problem.message}`).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Names that begin with VEDETTE_ and are no settings. */
const OTHER_NAMES = ['CONFIG', 'SERVER', 'KEY', 'REQUIRE_ALL', 'SHARED', 'GIT_SHA', 'IMAGE_TAG', 'VERSION'];
const FILE_NAMES = ['vedette.yaml', 'vedette.yml', 'vedette.json'];
const FIELDS = fieldsOf(SETTINGS as FieldTree);
const PATHS = new Map(FIELDS.map(({ path, field }) => [path, field]));
type Tree = Record<string, unknown>;

/** `telemetry.retentionDays` → `VEDETTE_TELEMETRY_RETENTION_DAYS`. */
export function envName(path: string): string {
  return `VEDETTE_${path
    .replace(/([A-Z])/g, '_$1')
    .replaceAll('.', '_')
    .toUpperCase()}`;
}

/**
 * Reads the settings: defaults, then the file, then the environment, then the flags; the later wins. The file is
 * `--config`, else VEDETTE_CONFIG, else `vedette.yaml` (`.yml`, `.json`) in the working or the data folder. An empty
 * variable counts as not set, because compose files pass those on.
 * @throws ConfigError with every problem found.
 */
export function loadConfig(sources: ConfigSources = {}): LoadedConfig {
  const env = sources.env ?? process.env;
  const cwd = sources.cwd ?? process.cwd();
  const problems: Problem[] = [];
  const flags = new Map(Object.entries(sources.flags ?? {}).filter(([, value]) => value !== undefined));
  for (const name of flags.keys()) if (!PATHS.has(name)) problems.push(unknown(name, PATHS.keys(), 'setting'));
  const file = findFile(sources, env, cwd, flags, problems);
  const fromFile = file === undefined ? new Map<string, unknown>() : readSettings(file, problems);
  const settings: Tree = {};
  const origins = new Map<string, Origin>();
  for (const { path, field } of FIELDS) {
    const found = pick(path, field, flags, env, fromFile);
    const base = found.origin === 'file' && file !== undefined ? dirname(file) : cwd;
    const value = checked(field, found, base, problems);
    put(settings, path, value);
    origins.set(path, found.origin);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    settings: settings as unknown as Settings,
    file,
    warnings: [...strangers(env), ...unused(origins)],
    origin: (path) => origins.get(path) ?? 'default',
  };
}

/** The settings as they may be shown: secrets are `***`, URLs lose their credentials and query. */
export function maskSettings(settings: Settings): Tree {
  const masked: Tree = {};
  for (const { path, field } of FIELDS) put(masked, path, maskValue(field, get(settings, path)));
  return masked;
}

export interface ShownSetting {
  readonly name: string;
  /** Masked. */
  readonly value: unknown;
  readonly source: Origin;
  readonly doc: string;
}

/** One row a setting, masked, for `vedette config print` and GET /v1/system. */
export function describeSettings(config: Pick<LoadedConfig, 'settings' | 'origin'>): ShownSetting[] {
  return FIELDS.map(({ path, field }) => ({
    name: path,
    value: maskValue(field, get(config.settings, path)) ?? null,
    source: config.origin(path),
    doc: field.doc,
  }));
}

function maskValue(field: Field, value: unknown): unknown {
  if (value === undefined || field.secrecy === 'open') return value;
  if (field.secrecy === 'secret') return Array.isArray(value) && value.length === 0 ? value : '***';
  const url = new URL(String(value));
  const credentials = url.username || url.password ? '***@' : '';
  return `${url.protocol}//${credentials}${url.host}${url.pathname}${url.search ? '?***' : ''}`;
}

interface Found {
  readonly value: unknown;
  readonly origin: Origin;
  /** How a problem with it is introduced: the path, and the variable it came from. */
  readonly at: string;
}

function pick(
  path: string,
  field: Field,
  flags: ReadonlyMap<string, unknown>,
  env: NonNullable<ConfigSources['env']>,
  fromFile: ReadonlyMap<string, unknown>,
): Found {
  if (flags.has(path)) return { value: flags.get(path), origin: 'flag', at: path };
  const set = [envName(path), ...field.env].filter((name) => (env[name] ?? '') !== '');
  if (set.length > 0) {
    // Several older names of one list (API_KEY, API_KEYS) add up; of anything else the first one counts.
    const value = field.type === 'list' ? set.map((name) => env[name]).join(',') : env[set[0]];
    return { value, origin: 'env', at: `${path} (${field.type === 'list' ? set.join(', ') : set[0]})` };
  }
  const value = fromFile.get(path);
  if (value !== undefined && value !== null) return { value, origin: 'file', at: path };
  return { value: field.fallback, origin: 'default', at: path };
}

function checked(field: Field, found: Found, base: string, problems: Problem[]): unknown {
  if (found.value === undefined) return undefined;
  const result = field.schema.safeParse(found.value);
  if (!result.success) {
    for (const message of new Set(result.error.issues.map((issue) => issue.message))) {
      problems.push({ at: found.at, message: message + got(field, found.value) });
    }
    return undefined;
  }
  return field.type === 'path' ? resolve(base, result.data as string) : result.data;
}

function got(field: Field, value: unknown): string {
  if (field.secrecy !== 'open' || field.type === 'list' || typeof value === 'object') return '.';
  return `, not ${JSON.stringify(value)}.`;
}

function findFile(
  sources: ConfigSources,
  env: NonNullable<ConfigSources['env']>,
  cwd: string,
  flags: ReadonlyMap<string, unknown>,
  problems: Problem[],
): string | undefined {
  const named = sources.configFile ?? (env.VEDETTE_CONFIG || undefined);
  if (named !== undefined) {
    const file = resolve(cwd, named);
    if (existsSync(file)) return file;
    problems.push({ at: named, message: 'is the settings file that was asked for, and does not exist.' });
    return undefined;
  }
  const dataDir = String(flags.get('dataDir') ?? (env[envName('dataDir')] || SETTINGS.dataDir.fallback));
  const folders = [cwd, resolve(cwd, dataDir)];
  return folders.flatMap((folder) => FILE_NAMES.map((name) => join(folder, name))).find((file) => existsSync(file));
}

/** The leaves of the file by path; unknown names and sections that are no sections become problems. */
function readSettings(file: string, problems: Problem[]): Map<string, unknown> {
  const values = new Map<string, unknown>();
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    problems.push({ at: file, message: `cannot be read: ${(error as Error).message}.` });
    return values;
  }
  const document = parseDocument(content, { prettyErrors: false });
  if (document.errors.length > 0) {
    const [start] = document.errors[0].pos;
    const line = content.slice(0, start).split('\n').length;
    problems.push({ at: `${file}:${line}`, message: `is neither YAML nor JSON: ${document.errors[0].message}.` });
    return values;
  }
  const tree: unknown = document.toJS({ maxAliasCount: 20 });
  if (tree !== null && tree !== undefined) collect(SETTINGS as FieldTree, tree, '', values, problems);
  return values;
}

function collect(fields: FieldTree, tree: unknown, prefix: string, values: Map<string, unknown>, problems: Problem[]) {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) {
    problems.push({ at: prefix.slice(0, -1) || 'The settings file', message: 'must be a section with names in it.' });
    return;
  }
  for (const [name, value] of Object.entries(tree)) {
    const node = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (node === undefined) problems.push(unknown(prefix + name, PATHS.keys(), 'setting', Object.keys(fields), name));
    else if (isField(node)) values.set(prefix + name, value);
    else if (value !== null) collect(node, value, `${prefix}${name}.`, values, problems);
  }
}

function unknown(at: string, all: Iterable<string>, what: string, here: string[] = [], name = at): Problem {
  const prefix = at.slice(0, at.length - name.length);
  const beside = nearest(name, here);
  const elsewhere = beside === undefined ? (nearest(at, all) ?? byLastPart(at)) : prefix + beside;
  return { at, message: `is no ${what}.${elsewhere ? ` Did you mean ${elsewhere}?` : ''}` };
}

/** `retentionDays` on its own → `telemetry.retentionDays`. */
function byLastPart(at: string): string | undefined {
  const last = at.slice(at.lastIndexOf('.') + 1);
  return [...PATHS.keys()].find((path) => path.endsWith(`.${last}`));
}

function strangers(env: NonNullable<ConfigSources['env']>): string[] {
  const known = new Set([...PATHS.keys()].map(envName).concat(OTHER_NAMES.map((name) => `VEDETTE_${name}`)));
  const warnings: string[] = [];
  for (const name of Object.keys(env)) {
    if (!name.startsWith('VEDETTE_') || known.has(name) || /^VEDETTE_(TEST|BENCH)_/.test(name)) continue;
    const meant = nearest(name, known);
    warnings.push(`${name} is set and is no setting${meant ? `; did you mean ${meant}?` : '.'}`);
  }
  return warnings;
}

function unused(origins: ReadonlyMap<string, Origin>): string[] {
  const set = [...origins].filter(
    ([path, origin]) => origin !== 'default' && UNUSED_SECTIONS.includes(path.split('.')[0]),
  );
  return set.map(([path, origin]) => `${path} is set (${origin}), and nothing in this version acts on it.`);
}

function put(tree: Tree, path: string, value: unknown): void {
  const parts = path.split('.');
  const last = parts.pop()!;
  let node = tree;
  for (const part of parts) {
    node[part] ??= {};
    node = node[part] as Tree;
  }
  node[last] = value;
}

function get(settings: Settings, path: string): unknown {
  return path.split('.').reduce<unknown>((node, part) => (node as Tree)[part], settings);
}
