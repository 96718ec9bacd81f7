import type { VedetteEvent } from '../api/types.ts';
import type { ValueKind } from './pivot.ts';

export interface EventField {
  /** Path of the filter language. */
  readonly path: string;
  readonly value: string | number | boolean;
}

/** Keys that have a place of their own in the drawer. */
const ELSEWHERE = new Set(['ti_matches', 'risk_reasons', 'risk_score']);
const PREFIXED = /^(src|dst|tcp|threat|input|output)_(.+)$/;
const ORDER = [
  'id',
  'ts',
  'received',
  'kind',
  'source',
  'exporter',
  'src.ip',
  'src.port',
  'dst.ip',
  'dst.port',
  'proto',
  'app',
];

/** All that an event has, flat, with the paths that filters use. Empty values are left out. */
export function fieldsOfEvent(event: VedetteEvent): EventField[] {
  const found: EventField[] = [];
  for (const [key, value] of Object.entries(event)) {
    if (ELSEWHERE.has(key)) continue;
    if (key === 'attrs') flatten('attrs', value, found);
    else if (/^(src|dst)_(geo|asn)$/.test(key)) {
      for (const [name, inner] of Object.entries((value as Record<string, unknown>) ?? {}))
        add(`${key.slice(0, 3)}.${name}`, inner, found);
    } else if (Array.isArray(value)) add(key, value.join(', '), found);
    else add(key.replace(PREFIXED, '$1.$2'), value, found);
  }
  const rank = (path: string) => {
    const at = ORDER.indexOf(path);
    return at < 0 ? ORDER.length : at;
  };
  return found.sort((a, b) => rank(a.path) - rank(b.path));
}

function add(path: string, value: unknown, into: EventField[]): void {
  if (value === null || value === undefined || value === '') return;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') into.push({ path, value });
  else into.push({ path, value: JSON.stringify(value) });
}

function flatten(path: string, value: unknown, into: EventField[]): void {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    for (const [name, inner] of Object.entries(value)) flatten(`${path}.${name}`, inner, into);
  } else add(path, value, into);
}

export function kindOfField(path: string): ValueKind {
  if (/(^|\.)ip$/.test(path)) return 'ip';
  if (/(^|\.)port$/.test(path)) return 'port';
  if (/\.country$/.test(path)) return 'country';
  if (/\.asn$/.test(path)) return 'asn';
  if (path === 'domain') return 'domain';
  if (path === 'kind' || path === 'direction' || /\.scope$/.test(path)) return 'enum';
  return 'text';
}
