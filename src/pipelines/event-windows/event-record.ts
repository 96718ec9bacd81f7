import { type Column, columnNamed } from '../../model/columns.ts';
import type { EventRow } from '../../model/event-row.ts';
import type { FilterNode } from '../../model/filter/ast.ts';
import { parseFilter } from '../../model/filter/parser.ts';
import type { Course } from './spread.ts';
import { flagsOfHistory, isConnState } from './tcp-states.ts';

/** Columns that {@link recordOf} reads. */
export const EVENT_COLUMNS: readonly Column[] = [
  'id',
  'ts',
  'received',
  'kind',
  'source',
  'exporter',
  'src_ip',
  'dst_ip',
  'src_port',
  'dst_port',
  'proto',
  'bytes',
  'packets',
  'src_bytes',
  'dst_bytes',
  'src_packets',
  'dst_packets',
  'duration',
  'tcp_flags',
  'app',
  'state',
  'domain',
  'uid',
  'sampling',
  'flow_direction',
  'attrs',
].map(columnNamed);

/**
 * Events that are traffic. Those that the analysis of captures stored itself were analysed packet by packet, which tells
 * more: they are left out.
 */
const TRAFFIC_EVENTS =
  'kind in (flow, conn, dns, tls, http) and not source startswith "capture:" and not source startswith "live:"';

/** The events that are traffic, of those that meet `filter`. */
export function trafficFilter(filter?: FilterNode): FilterNode {
  const wanted = [parseFilter(TRAFFIC_EVENTS), filter];
  return { op: 'and', nodes: wanted.filter((node) => node !== undefined) };
}

/**
 * | kind | what it tells |
 * |---|---|
 * | `conn` | a connection, both directions, who began it |
 * | `flow` | one direction; or both, where the exporter puts them together |
 * | `name` | TLS, HTTP: the name that was asked for in a connection that another record counts |
 * | `question` | DNS: a question and what became of it, likewise |
 */
export type RecordKind = 'conn' | 'flow' | 'name' | 'question';

const KINDS: Readonly<Record<string, RecordKind>> = {
  conn: 'conn',
  flow: 'flow',
  tls: 'name',
  http: 'name',
  dns: 'question',
};

/** What is needed of an event to put it into windows. Times are microseconds since 1970. */
export interface EventRecord extends Course {
  readonly id: string;
  readonly kind: RecordKind;
  readonly received: number;
  /** When it began; `from` and `to` are where it counts, which may be later. */
  readonly start: number;
  from: number;
  to: number;
  readonly src: string;
  readonly dst: string;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly proto: number;
  srcBytes: number;
  dstBytes: number;
  srcPackets: number;
  dstPackets: number;
  /** As the record has them: of the originator in `conn`, of the direction or of both in `flow`. 0 when not known. */
  readonly flags: number;
  readonly state: string;
  readonly service: string;
  readonly domain: string;
  readonly uid: string;
  /** Where it was observed. The same packet is counted once at each such place. */
  readonly point: string;
  /** Sampled packets show neither how a connection began nor that nobody answered. */
  readonly sampled: boolean;
  readonly questionType: string;
  /** The connection, whichever direction it is seen in. */
  readonly key: string;
  /** Until when it was counted; `from` before anything was. */
  counted: number;
  /** It was part of a window before. */
  told: boolean;
}

/** Response codes that some sensors give as numbers. */
const CODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];
const ICMP = 1;
const ICMP6 = 58;

/** An event as a record; undefined when it is no traffic, or has no addresses. */
export function recordOf(row: EventRow): EventRecord | undefined {
  const kind = KINDS[text(row.kind)];
  const src = text(row.src_ip);
  const dst = text(row.dst_ip);
  const start = number(row.ts);
  if (kind === undefined || src === '' || dst === '' || start <= 0) return undefined;
  const counts = kind === 'conn' || kind === 'flow';
  const end = counts ? start + Math.max(0, Math.round(number(row.duration) * 1e6)) : start;
  const record = {
    id: text(row.id),
    kind,
    received: number(row.received),
    start,
    from: start,
    to: end,
    src,
    dst,
    srcPort: number(row.src_port),
    dstPort: number(row.dst_port),
    proto: number(row.proto),
    srcBytes: counts ? number(row.src_bytes) : 0,
    dstBytes: counts ? number(row.dst_bytes) : 0,
    srcPackets: counts ? number(row.src_packets) : 0,
    dstPackets: counts ? number(row.dst_packets) : 0,
    flags: kind === 'conn' ? flagsOfHistory(attribute(row.attrs, 'history')) : number(row.tcp_flags),
    state: stateOf(kind, text(row.state)),
    service: kind === 'question' ? 'dns' : text(row.app).toLowerCase(),
    domain: domainOf(text(row.domain)),
    uid: text(row.uid),
    point: `${text(row.exporter) || text(row.source)} ${text(row.flow_direction)}`,
    sampled: number(row.sampling) > 1,
    questionType: kind === 'question' ? attribute(row.attrs, 'qtype_name') : '',
    key: '',
    counted: start,
    told: false,
  };
  // Some senders know the sum only.
  if (counts && record.srcBytes + record.dstBytes === 0) record.srcBytes = number(row.bytes);
  if (counts && record.srcPackets + record.dstPackets === 0) record.srcPackets = number(row.packets);
  const turned = kind === 'flow' && (record.proto === ICMP || record.proto === ICMP6) ? echoOf(record) : record;
  turned.key = keyOf(turned);
  return turned;
}

function stateOf(kind: RecordKind, state: string): string {
  if (kind === 'question') return CODES[Number(state || Number.NaN)] ?? state.toUpperCase();
  return kind === 'conn' && isConnState(state) ? state : '';
}

/** In lower case, without the dot at the end. */
function domainOf(name: string): string {
  if (name === '') return '';
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}

/**
 * An echo and its answer as one connection, as Zeek has it: the types of both are the ports (RFC 792, RFC 4443). The
 * answer is turned round.
 */
function echoOf<T extends Turnable>(record: T): T {
  const [request, reply] = record.proto === ICMP ? [8, 0] : [128, 129];
  if (record.srcPort === request) return { ...record, dstPort: reply };
  if (record.srcPort !== reply) return record;
  const { src, dst, srcBytes, dstBytes, srcPackets, dstPackets } = record;
  return {
    ...record,
    src: dst,
    dst: src,
    srcPort: request,
    dstPort: reply,
    srcBytes: dstBytes,
    dstBytes: srcBytes,
    srcPackets: dstPackets,
    dstPackets: srcPackets,
  };
}

type Turnable = Pick<
  EventRecord,
  'src' | 'dst' | 'srcPort' | 'dstPort' | 'proto' | 'srcBytes' | 'dstBytes' | 'srcPackets' | 'dstPackets'
>;

/** The same for both directions of a connection. */
function keyOf({ src, dst, srcPort, dstPort, proto }: Turnable): string {
  return src < dst || (src === dst && srcPort <= dstPort)
    ? `${src} ${srcPort} ${dst} ${dstPort} ${proto}`
    : `${dst} ${dstPort} ${src} ${srcPort} ${proto}`;
}

/** One text of the attributes; empty where there is none. Most events have no such key, and are not read any further. */
function attribute(json: EventRow[string] | undefined, key: string): string {
  if (typeof json !== 'string' || !json.includes(`"${key}"`)) return '';
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? text((value as Record<string, unknown>)[key]) : '';
  } catch {
    // Attributes of one event that do not read as JSON: what it counts is none the worse.
    return '';
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** What is not a finite number is not known. */
function number(value: EventRow[string] | undefined): number {
  const result = typeof value === 'number' ? value : Number(value ?? 0);
  return Number.isFinite(result) ? result : 0;
}
