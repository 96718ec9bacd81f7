import { COLUMNS, type Column } from '../../model/columns.ts';
import type { EventRow } from '../../model/event-row.ts';
import { protocolName } from '../../model/kinds.ts';
import { parseReasons } from '../../model/risk.ts';
import { AttrsReader } from './attrs-reader.ts';
import { columnText } from './column-text.ts';
import { members, plainValue } from './column-values.ts';
import { documentWriter } from './document-writer.ts';
import { type ColumnForm, cell, type Field, type Write } from './json-field.ts';
import { quote } from './json-text.ts';
import { documentEncoder, type RowEncoder } from './row-encoder.ts';
import { asNumber, asText } from './row-values.ts';

export interface VedetteParts {
  /** Risk reasons with their sentences, as the API shows them; without it they have code and points only. */
  readonly explain?: (row: EventRow) => readonly object[];
}

/** Plain keys that are there in any case; others are left out when empty or zero. */
const ALWAYS = new Set(
  'id ts received kind source src_ip dst_ip src_port dst_port proto bytes packets direction'.split(' '),
);

/** Columns that are shown in an object or under another name, see {@link groups}. */
const GROUPED = new Set(
  `src_country src_city src_lat src_lon dst_country dst_city dst_lat dst_lon src_asn src_org dst_asn dst_org
  threat_matches threat_count threat_indicator threat_category threat_confidence risk risk_reasons`.split(/\s+/),
);

/** Our own documents: the shapes and names of `GET /v1/events`, one event a line. */
export function vedetteEncoder(parts: VedetteParts = {}): RowEncoder {
  const attrs = new AttrsReader([]);
  const write = documentWriter([
    ...(COLUMNS as readonly Column[]).flatMap((column) =>
      GROUPED.has(column.name) ? [] : [{ path: column.name, value: shown(column, attrs) }],
    ),
    ...groups(parts.explain ?? ((row) => parseReasons(asText(row.risk_reasons)))),
  ]);
  return documentEncoder(attrs, write);
}

function shown(column: Column, attrs: AttrsReader): Field['value'] {
  const { name, type } = column;
  if (name === 'attrs') return () => attrs.text;
  if (name === 'tags') return orElse(members('tags').write, '[]');
  if (name === 'proto') return protocol;
  if (type === 'time') return cell('time', name, 'null');
  if (!ALWAYS.has(name)) return plainValue(column);
  if (type === 'ip') return cell('plain', name, 'null');
  if (type === 'id' || type === 'enum') return cell('plain', name, '""');
  return type === 'dict' ? cell('text', name, '""') : cell('anyNumber', name, 'null');
}

function groups(explain: (row: EventRow) => readonly object[]): Field[] {
  return [
    { path: 'src_geo', value: place('src') },
    { path: 'src_asn', value: network('src') },
    { path: 'dst_geo', value: place('dst') },
    { path: 'dst_asn', value: network('dst') },
    { path: 'ti_matches', value: matches },
    { path: 'risk_score', value: cell('anyNumber', 'risk', 'null') },
    { path: 'risk_reasons', value: (row) => (asText(row.risk_reasons) === '' ? '[]' : JSON.stringify(explain(row))) },
  ];
}

function orElse(write: Write, otherwise: string): Write {
  return (row) => write(row) || otherwise;
}

function protocol(row: EventRow): string {
  const proto = asNumber(row.proto);
  return Number.isNaN(proto) ? 'null' : quote(protocolName(proto));
}

function matches(row: EventRow): string {
  const stored = asText(row.threat_matches);
  if (stored === '') return '[]';
  try {
    const list: unknown = JSON.parse(stored);
    return Array.isArray(list) ? JSON.stringify(list) : '[]';
  } catch {
    // As the API does: a list that is damaged is not shown, its event is.
    return '[]';
  }
}

function place(side: 'src' | 'dst'): Write {
  const [country, city] = [orNull('text', `${side}_country`), orNull('text', `${side}_city`)];
  const [lat, lon] = [orNull('anyNumber', `${side}_lat`), orNull('anyNumber', `${side}_lon`)];
  return (row) => {
    const [inCountry, inCity, atLat] = [country(row), city(row), lat(row)];
    if (inCountry === 'null' && inCity === 'null' && atLat === 'null') return 'null';
    return `{"country":${inCountry},"city":${inCity},"lat":${atLat},"lon":${lon(row)}}`;
  };
}

function network(side: 'src' | 'dst'): Write {
  const [number, name] = [orNull('number', `${side}_asn`), orNull('text', `${side}_org`)];
  return (row) => {
    const [asn, org] = [number(row), name(row)];
    return asn === 'null' && org === 'null' ? 'null' : `{"asn":${asn},"org":${org}}`;
  };
}

function orNull(form: ColumnForm, name: string): Write {
  return columnText(cell(form, name, 'null'));
}
