import { AppError } from '../kit/errors.ts';
import { COLUMNS, type Column, columnAt, columnNamed } from '../model/columns.ts';
import { nearest } from '../model/filter/nearest.ts';
import { enumWord } from '../model/filter/print.ts';
import { formatTime } from '../model/filter/time.ts';
import { protocolName } from '../model/kinds.ts';
import type { EventRow } from '../stores/telemetry/store.ts';
import type { ApiDeps } from './deps.ts';
import type { Event } from './schemas/event.ts';

type Explain = ApiDeps['explainRisk'];
type Value = string | number | null;

/** Keys of an answer that are made of several columns, or are named differently. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  src_geo: ['src_country', 'src_city', 'src_lat', 'src_lon'],
  dst_geo: ['dst_country', 'dst_city', 'dst_lat', 'dst_lon'],
  src_asn: ['src_asn', 'src_org'],
  dst_asn: ['dst_asn', 'dst_org'],
  ti_matches: ['threat_matches'],
  risk_score: ['risk'],
  risk_reasons: ['risk_reasons', 'risk'],
};

/** Columns that only appear in an answer as part of a group. */
const GROUPED = new Set([
  ...Object.values(GROUPS).flat(),
  'threat_count',
  'threat_indicator',
  'threat_category',
  'threat_confidence',
]);

/** Plain keys that are always there when everything is asked for; the others are left out when empty or zero. */
const ALWAYS = new Set(
  'id ts received kind source src_ip dst_ip src_port dst_port proto bytes packets tags direction'.split(' '),
);

/**
 * The columns that `fields=a,b` asks for: paths, stored names, aliases, or keys of the answer such as `src_geo`.
 * @returns undefined when nothing is asked for: everything. @throws AppError INVALID_PARAMETER
 */
export function readFields(fields: string | undefined): Column[] | undefined {
  if (fields === undefined || fields.trim() === '') return undefined;
  const columns = new Set<Column>();
  for (const name of fields.split(',').map((part) => part.trim())) {
    const group = Object.hasOwn(GROUPS, name) ? GROUPS[name] : undefined;
    const column = columnAt(name) ?? columnAt(name.toLowerCase());
    if (group) for (const part of group) columns.add(columnNamed(part));
    else if (column) columns.add(column);
    else throw unknownField(name, Object.keys(GROUPS));
  }
  return [...columns];
}

/** @throws AppError INVALID_PARAMETER */
export function readField(name: string): Column {
  const column = columnAt(name) ?? columnAt(name.toLowerCase());
  if (!column) throw unknownField(name, []);
  return column;
}

function unknownField(name: string, more: readonly string[]): AppError {
  const near = nearest(name, [...COLUMNS.map((column) => column.path), ...more]);
  const guess = near === undefined ? '' : ` Did you mean "${near}"?`;
  return new AppError('INVALID_PARAMETER', `There is no field "${name}".${guess}`);
}

/** A stored value as answers show it: words for codes, ISO times, null for what is absent. */
export function renderValue(column: Column, value: Value): Value {
  if (value === null) return null;
  if (column.type === 'time') return typeof value === 'number' ? formatTime(value) : value;
  if (column.name === 'proto') return protocolName(Number(value));
  if (column.type === 'enum') return typeof value === 'number' ? (enumWord(column, value) ?? String(value)) : value;
  if (column.type === 'ip') return renderIp(String(value));
  return value;
}

/** The engine writes IPv4 as a mapped address, and "none" as all zero. */
function renderIp(text: string): string | null {
  if (text === '' || text === '::') return null;
  return text.startsWith('::ffff:') && text.includes('.') ? text.slice(7) : text;
}

/** A stored row as an event of the API. With `all`, the keys of the contract are there in any case. */
export function renderEvent(row: EventRow, explain: Explain, all: boolean): Event {
  const event: Record<string, unknown> = {};
  for (const column of COLUMNS as readonly Column[]) {
    const { name, type } = column;
    if (GROUPED.has(name) || !(name in row)) continue;
    if (name === 'tags')
      event.tags = String(row.tags ?? '')
        .split(',')
        .filter(Boolean);
    else if (type === 'json') {
      const document = parseJson(row[name], {});
      if (!all || Object.keys(document).length > 0) event[name] = document;
    } else {
      const value = renderValue(column, row[name]);
      if (!all || ALWAYS.has(name) || isPresent(value)) event[name] = value;
    }
  }
  return { ...event, ...renderGroups(row, explain) } as Event;
}

function isPresent(value: Value): boolean {
  return value !== null && value !== '' && value !== 0 && value !== 'none' && value !== 'unknown';
}

function renderGroups(row: EventRow, explain: Explain): Record<string, unknown> {
  const groups: Record<string, unknown> = {};
  for (const side of ['src', 'dst']) {
    if (`${side}_country` in row || `${side}_lat` in row || `${side}_city` in row)
      groups[`${side}_geo`] = geoOf(row, side);
    if (`${side}_asn` in row || `${side}_org` in row) groups[`${side}_asn`] = asnOf(row, side);
  }
  if ('threat_matches' in row) groups.ti_matches = parseJson(row.threat_matches, []);
  if ('risk' in row) groups.risk_score = row.risk;
  if ('risk_reasons' in row) groups.risk_reasons = explain(row);
  return groups;
}

function geoOf(row: EventRow, side: string): unknown {
  const [country, city] = [row[`${side}_country`] || null, row[`${side}_city`] || null];
  const [lat, lon] = [row[`${side}_lat`] ?? null, row[`${side}_lon`] ?? null];
  return country === null && city === null && lat === null ? null : { country, city, lat, lon };
}

function asnOf(row: EventRow, side: string): unknown {
  const [asn, org] = [row[`${side}_asn`] || null, row[`${side}_org`] || null];
  return asn === null && org === null ? null : { asn, org };
}

/** JSON that we wrote ourselves; should it ever be damaged, the event is still shown. */
function parseJson<T extends object>(text: Value, otherwise: T): T {
  if (typeof text !== 'string' || text === '') return otherwise;
  try {
    return JSON.parse(text) as T;
  } catch {
    return otherwise;
  }
}
