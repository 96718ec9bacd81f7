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
  const kind = KINDS[String(row.kind)];
  const src = text(row.src_ip);
  const dst = text(row.dst_ip);
  const start = number(row.ts);
  if (kind === undefined || src === '' || dst === '' || start <= 0) return undefined;
  const seconds = kind === 'conn' || kind === 'flow' ? number(row.duration) : 0;
  const end = start + Math.max(0, Math.round(seconds * 1e6));
  const attrs = kind === 'conn' || kind === 'question' ? attributes(row.attrs) : NOTHING;
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
    ...counters(row, kind),
    flags: kind === 'conn' ? flagsOfHistory(text(attrs.history)) : number(row.tcp_flags),
    state: stateOf(kind, text(row.state)),
    service: serviceOf(kind, text(row.app)),
    domain: text(row.domain).toLowerCase().replace(/\.$/, ''),
    uid: text(row.uid),
    point: `${text(row.exporter) || text(row.source)} ${text(row.flow_direction)}`,
    sampled: number(row.sampling) > 1,
    questionType: text(attrs.qtype_name),
    key: '',
    counted: start,
    told: false,
  };
  const turned = kind === 'flow' && (record.proto === ICMP || record.proto === ICMP6) ? echoOf(record) : record;
  turned.key = keyOf(turned);
  return turned;
}

function counters(row: EventRow, kind: RecordKind) {
  if (kind === 'name' || kind === 'question') return { srcBytes: 0, dstBytes: 0, srcPackets: 0, dstPackets: 0 };
  const sides = {
    srcBytes: number(row.src_bytes),
    dstBytes: number(row.dst_bytes),
    srcPackets: number(row.src_packets),
    dstPackets: number(row.dst_packets),
  };
  // Some senders know the sum only.
  if (sides.srcBytes + sides.dstBytes === 0) sides.srcBytes = number(row.bytes);
  if (sides.srcPackets + sides.dstPackets === 0) sides.srcPackets = number(row.packets);
  return sides;
}

function stateOf(kind: RecordKind, state: string): string {
  if (kind === 'question') return CODES[Number(state || Number.NaN)] ?? state.toUpperCase();
  return kind === 'conn' && isConnState(state) ? state : '';
}

function serviceOf(kind: RecordKind, app: string): string {
  return kind === 'question' ? 'dns' : app.toLowerCase();
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

const NOTHING: Readonly<Record<string, unknown>> = {};

function attributes(json: EventRow[string] | undefined): Readonly<Record<string, unknown>> {
  if (typeof json !== 'string' || json === '') return NOTHING;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : NOTHING;
  } catch {
    // Attributes of one event that do not read as JSON: what it counts is none the worse.
    return NOTHING;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** What is not a finite number is not known. */
function number(value: EventRow[string] | undefined): number {
  const result = Number(value ?? 0);
  return Number.isFinite(result) ? result : 0;
}
