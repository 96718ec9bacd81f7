import { z } from 'zod';
import { AppError } from '../../kit/errors.ts';
import type { AnyOutputKind } from '../../outputs/output.ts';
import { shownUrl } from '../../outputs/shown-url.ts';

type Config = Readonly<Record<string, unknown>>;

/** What stands for a secret in every answer; sent back, it means "as it is". */
export const MASK = '********';

/**
 * The configuration that `given` makes of `previous`: what is not given stays, `null` goes back to the default, a masked
 * secret, and an address that is sent back as it was shown, stay what they are.
 * @throws AppError INVALID_PARAMETER with a sentence a field.
 */
export function readConfig(kind: AnyOutputKind, given: Config, previous: Config = {}): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...previous };
  const kept = kind.secrets.filter((name) => previous[name] !== undefined && (given[name] ?? MASK) === MASK);
  for (const [name, value] of Object.entries(given)) {
    if (value === MASK && kind.secrets.includes(name)) continue;
    if (kind.links?.includes(name) && value === shownOf(previous[name])) continue;
    if (value === null || value === undefined) delete merged[name];
    else merged[name] = value;
  }
  const read = kind.schema.safeParse(merged);
  if (read.success && kept.some((name) => given[name] !== null) && hostsOf(merged) !== hostsOf(previous))
    throw new AppError(
      'INVALID_PARAMETER',
      `The address changes: give ${kept.join(' and ')} again, so that no secret goes where it was not meant to go.`,
    );
  if (read.success) return Object.fromEntries(Object.entries(read.data ?? {}));
  const problems = read.error.issues.map((issue) => `${issue.path.join('.') || kind.type}: ${issue.message}`);
  throw new AppError('INVALID_PARAMETER', problems.join('; '), { details: problems });
}

/** Where a configuration sends to: the hosts of its URLs, and a host that is named as such. */
function hostsOf(config: Config): string {
  const texts = Object.values(config)
    .flat()
    .filter((value) => typeof value === 'string');
  const urls = texts.filter((text) => /^https?:\/\//.test(text) && URL.canParse(text));
  return JSON.stringify([...urls.map((text) => new URL(text).host), config.host, config.address]);
}

/** As it may be shown. */
export function maskConfig(kind: AnyOutputKind, config: Config): Record<string, unknown> {
  const shown: Record<string, unknown> = { ...config };
  for (const name of kind.secrets) if (shown[name]) shown[name] = MASK;
  for (const name of kind.links ?? []) shown[name] = shownOf(shown[name]);
  return shown;
}

/** An address without the keys in it; what is none stays what it is. */
function shownOf(value: unknown): unknown {
  return typeof value === 'string' && URL.canParse(value) ? shownUrl(value) : value;
}

/** JSON Schema (draft 2020-12) of a type's configuration; secrets are `writeOnly`. */
export function configSchema(kind: AnyOutputKind): object {
  const schema = z.toJSONSchema(kind.schema, { io: 'input', unrepresentable: 'any' });
  const properties: Record<string, unknown> = { ...schema.properties };
  for (const name of kind.secrets) {
    const property = properties[name];
    if (typeof property === 'object') properties[name] = { ...property, writeOnly: true };
  }
  return { ...schema, properties };
}
