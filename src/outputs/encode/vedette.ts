import { COLUMNS, type Column } from '../../model/columns.ts';
import type { EventRow } from '../../model/event-row.ts';
import { protocolName } from '../../model/kinds.ts';
import { parseReasons } from '../../model/risk.ts';
import { AttrsReader } from './attrs-reader.ts';
import { members, plainValue } from './column-values.ts';
import { documentWriter } from './document-writer.ts';
import { columnWriter } from './interpret-document.ts';
import { isoTimes } from './iso-times.ts';
import { anyNumber, type Field, number, text, type Write } from './json-field.ts';
import { quote } from './json-text.ts';
import type { RowEncoder } from './row-encoder.ts';
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
  return {
    encode(row) {
      attrs.read(asText(row.attrs));
      return write(row);
    },
  };
}

function shown(column: Column, attrs: AttrsReader): Field['value'] {
  const { name, type } = column;
  if (name === 'attrs') return () => attrs.text;
  if (name === 'tags') return orElse(members('tags'), '[]');
  if (name === 'proto') return protocol;
  if (type === 'time') return time(name);
  if (!ALWAYS.has(name)) return plainValue(column);
  if (type === 'ip') return orElse(columnWriter(text(name)), 'null');
  if (type === 'id' || type === 'dict' || type === 'enum') return always(name);
  return orElse(columnWriter(anyNumber(name)), 'null');
}

function groups(explain: (row: EventRow) => readonly object[]): Field[] {
  return [
    { path: 'src_geo', value: place('src') },
    { path: 'src_asn', value: network('src') },
    { path: 'dst_geo', value: place('dst') },
    { path: 'dst_asn', value: network('dst') },
    { path: 'ti_matches', value: matches },
    { path: 'risk_score', value: orElse(columnWriter(anyNumber('risk')), 'null') },
    { path: 'risk_reasons', value: (row) => (asText(row.risk_reasons) === '' ? '[]' : JSON.stringify(explain(row))) },
  ];
}

function time(name: string): Write {
  const iso = isoTimes();
  return (row) => {
    const at = iso(asNumber(row[name]));
    return at === '' ? 'null' : `"${at}"`;
  };
}

function orElse(write: Write, otherwise: string): Write {
  return (row) => write(row) || otherwise;
}

function always(name: string): Write {
  return (row) => {
    const value = row[name];
    return typeof value === 'string' ? quote(value) : 'null';
  };
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

function place(side: string): Write {
  const [country, city] = [
    orElse(columnWriter(text(`${side}_country`)), 'null'),
    orElse(columnWriter(text(`${side}_city`)), 'null'),
  ];
  const [lat, lon] = [
    orElse(columnWriter(anyNumber(`${side}_lat`)), 'null'),
    orElse(columnWriter(anyNumber(`${side}_lon`)), 'null'),
  ];
  return (row) => {
    const [inCountry, inCity, atLat] = [country(row), city(row), lat(row)];
    if (inCountry === 'null' && inCity === 'null' && atLat === 'null') return 'null';
    return `{"country":${inCountry},"city":${inCity},"lat":${atLat},"lon":${lon(row)}}`;
  };
}

function network(side: string): Write {
  const asn = orElse(columnWriter(number(`${side}_asn`)), 'null');
  const org = orElse(columnWriter(text(`${side}_org`)), 'null');
  return (row) => {
    const [number_, name] = [asn(row), org(row)];
    return number_ === 'null' && name === 'null' ? 'null' : `{"asn":${number_},"org":${name}}`;
  };
}
