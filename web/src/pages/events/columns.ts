import type { FieldInfo, VedetteEvent } from '../../api/types.ts';

/** What the table shows until a person chooses: enough to know who talked to whom, how much, and how bad. */
export const USUAL = [
  'ts',
  'risk',
  'kind',
  'src.ip',
  'dst.ip',
  'dst.port',
  'proto',
  'app',
  'bytes',
  'packets',
  'dst.country',
  'domain',
];

export function readColumns(cols: string): string[] {
  const chosen = cols.split(',').filter((path) => /^[\w.@-]{1,60}$/.test(path));
  return chosen.length > 0 ? [...new Set(chosen)] : USUAL;
}

/** Empty when it is the usual set, so that links stay short. */
export function writeColumns(columns: readonly string[]): string {
  return columns.join(',') === USUAL.join(',') ? '' : columns.join(',');
}

/** Always asked for: what the row and its drawer stand on. */
const NEEDED = ['id', 'ts', 'src.ip', 'dst.ip', 'risk', 'risk.reasons', 'threat.matches'];

export function fieldsToAsk(columns: readonly string[]): string {
  return [...new Set([...NEEDED, ...columns])].join(',');
}

/** The value of an event under a path of the filter language; null when it has none. */
export function cellOf(event: VedetteEvent, path: string): string | number | null {
  const found = lookUp(event, path);
  if (found === null || found === undefined || found === '') return null;
  if (typeof found === 'number' || typeof found === 'string') return found;
  if (Array.isArray(found))
    return found.length === 0
      ? null
      : found.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join(', ');
  return JSON.stringify(found);
}

function lookUp(event: VedetteEvent, path: string): unknown {
  if (path === 'risk') return event.risk_score;
  if (path === 'threat.matches') return event.ti_matches?.map((match) => match.indicator);
  if (path === 'threat.count') return event.ti_matches?.length;
  if (path === 'threat.indicator') return event.ti_matches?.[0]?.indicator;
  if (path === 'threat.category') return event.ti_matches?.[0]?.category;
  if (path === 'threat.confidence') return event.ti_matches?.[0]?.confidence;
  if (path === 'risk.reasons') return event.risk_reasons?.map((reason) => reason.code);
  const geo = /^(src|dst)\.(country|city|lat|lon|asn|org)$/.exec(path);
  if (geo) {
    const part = geo[2] === 'asn' || geo[2] === 'org' ? 'asn' : 'geo';
    const holder = event[`${geo[1]}_${part}`] as Record<string, unknown> | null | undefined;
    return holder?.[geo[2]];
  }
  if (path.startsWith('attrs.')) {
    let at: unknown = event.attrs;
    for (const step of path.slice(6).split('.'))
      at = at !== null && typeof at === 'object' ? (at as Record<string, unknown>)[step] : undefined;
    return at;
  }
  return event[path.replaceAll('.', '_')];
}

const WIDTHS: Readonly<Record<string, number>> = {
  ts: 176,
  received: 176,
  risk: 92,
  kind: 72,
  'src.ip': 140,
  'dst.ip': 140,
  domain: 200,
  app: 72,
  proto: 60,
  id: 150,
  uid: 150,
  attrs: 260,
};

/** Pixels. All widths are fixed, so that columns do not jump while rows come and go. */
export function widthOf(path: string, field: FieldInfo | undefined): number {
  const known = WIDTHS[path];
  if (known) return known;
  if (isNumber(field)) return Math.max(84, path.length * 8 + 16);
  return field?.type === 'enum' ? 100 : Math.max(96, path.length * 8 + 16);
}

/** Whether a column is aligned as numbers; names stand for the protocol, and the risk begins with its shape. */
export function isNumber(field: FieldInfo | undefined): boolean {
  return /^(u8|u16|u32|u64|f32|f64)$/.test(field?.type ?? '') && field?.path !== 'proto' && field?.path !== 'risk';
}
