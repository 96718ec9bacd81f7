import type { BatchColumns, EventBatch } from '../model/batch.ts';
import type { Dictionary } from '../model/dictionary.ts';
import { DIRECTIONS, KINDS, SCOPES } from '../model/kinds.ts';
import { formatReasons, type RiskReason } from '../model/risk.ts';
import { DictionaryClasses, INTEL_CODES, intelClass, PORT, PORT_CLASSES, STATE, stateClass } from './risk-classes.ts';
import { ReasonTable } from './risk-reason-table.ts';
import {
  applyOverrides,
  CLASSIC_BYTES,
  LONG_NAME_BYTES,
  LONG_SECONDS,
  presetPoints,
  type RiskCode,
  type RiskPoints,
  type RiskPreset,
  SEVERAL,
  UPLOAD_HUGE_BYTES,
  UPLOAD_LARGE_BYTES,
  UPLOAD_UNUSUAL_BYTES,
  VERY_LONG_SECONDS,
} from './risk-weights.ts';

/** Reasons that an event has or has not, by bit. Those of intelligence with points of their own come on top. */
const FLAG_CODES = [
  'base',
  'intel.match',
  'intel.contact',
  'intel.several',
  'port.risky',
  'port.remote',
  'port.windows',
  'port.database',
  'port.control',
  'port.unusual',
  'access.inbound',
  'cleartext.login',
  'upload.large',
  'upload.huge',
  'upload.unusual',
  'country.unusual',
  'bytes.large',
  'duration.long',
  'duration.day',
  'state.unanswered',
  'state.refused',
  'state.reset',
  'dns.nxdomain',
  'dns.long',
  'tls.self-signed',
  'tls.invalid',
  'notice',
  'notice.attack',
  'weird',
  'honeypot',
] as const satisfies readonly RiskCode[];

const FLAG = Object.fromEntries(FLAG_CODES.map((code, bit) => [code, 1 << bit])) as Record<
  (typeof FLAG_CODES)[number],
  number
>;
const CAP = 100;

export interface RiskOptions {
  /** `default` when not given. */
  readonly preset?: RiskPreset;
  /** Points by code instead of those of the preset; see {@link applyOverrides} for errors. */
  readonly overrides?: Readonly<Record<string, number>>;
  /** Two-letter codes of the countries that traffic usually goes to; with none, no country is unusual. */
  readonly usualCountries?: Iterable<string>;
}

/** Weights made ready for {@link score}: the points, and tables that fill while batches are scored. */
export class RiskWeights {
  readonly points: RiskPoints;
  /** Flags whose reason has points. */
  readonly enabled: number;
  /** Points of the classes of threats, in the order of {@link INTEL_CODES}. */
  readonly intel: Uint8Array;
  readonly categories = new DictionaryClasses(intelClass);
  readonly states = new DictionaryClasses(stateClass);
  /** 1 for a country that is not usual. */
  readonly countries: DictionaryClasses;
  readonly #usual: ReadonlySet<string>;
  readonly #tables = new WeakMap<Dictionary, ReasonTable>();

  /** @throws AppError INVALID_PARAMETER for overrides that cannot be. */
  constructor(options: RiskOptions = {}) {
    this.points = applyOverrides(presetPoints(options.preset ?? 'default'), options.overrides ?? {});
    this.enabled = FLAG_CODES.reduce((mask, code) => mask | (this.points[code] > 0 ? FLAG[code] : 0), 0);
    this.intel = Uint8Array.from(INTEL_CODES, (code) => this.points[code]);
    this.#usual = new Set(Array.from(options.usualCountries ?? [], (code) => code.toUpperCase()));
    this.countries = new DictionaryClasses((code) => (this.isUnusual(code) ? 1 : 0));
  }

  /** Is traffic to the country `code` unusual? An unknown country (empty) is not, nor any where none is set as usual. */
  isUnusual(code: string): boolean {
    return this.#usual.size > 0 && code !== '' && !this.#usual.has(code);
  }

  /** The reasons for `flags` and the class and points of a threat (see {@link threatOf}), most points first. */
  reasons(flags: number, threat: number): RiskReason[] {
    const reasons: RiskReason[] = [];
    if (threat !== 0) reasons.push({ code: INTEL_CODES[threat >>> 8], points: threat & 255 });
    for (const code of FLAG_CODES) if (flags & FLAG[code]) reasons.push({ code, points: this.points[code] });
    return reasons.sort((a, b) => b.points - a.points);
  }

  /** The table of combinations met so far, for columns that use `dictionary`. */
  table(dictionary: Dictionary): ReasonTable {
    let table = this.#tables.get(dictionary);
    if (table === undefined) {
      table = new ReasonTable((flags, threat) => {
        const reasons = this.reasons(flags, threat);
        return { code: dictionary.intern(formatReasons(reasons)), score: capped(reasons) };
      });
      this.#tables.set(dictionary, table);
    }
    return table;
  }
}

/** The sum of the points, at most 100. */
export function capped(reasons: readonly RiskReason[]): number {
  return Math.min(
    CAP,
    reasons.reduce((sum, reason) => sum + reason.points, 0),
  );
}

/** What the helpers of {@link score} read, looked up once a call. */
interface Views {
  readonly columns: BatchColumns;
  readonly categories: Uint8Array;
  readonly states: Uint8Array;
  readonly countries: Uint8Array;
}

/**
 * Fills `risk` and `risk_reasons` of the rows [from, to) from the other columns. The listed points add up to the score
 * before the cap of 100. Nothing is allocated for a row whose combination of reasons was met before.
 */
export function score(batch: EventBatch, from: number, to: number, weights: RiskWeights): void {
  const { columns } = batch;
  const { risk, risk_reasons, threat_count, threat_confidence, threat_category, direction, kind } = columns;
  const views: Views = {
    columns,
    categories: weights.categories.of(threat_category.dictionary),
    states: weights.states.of(columns.state.dictionary),
    countries: weights.countries.of(columns.dst_country.dictionary),
  };
  const table = weights.table(risk_reasons.dictionary);
  const { enabled, intel } = weights;
  for (let row = from; row < to; row++) {
    let flags = FLAG.base | volumeFlags(columns, row);
    let threat = 0;
    if (threat_count[row] > 0) {
      flags |= threatFlags(columns, row);
      threat = threatOf(intel, views.categories[threat_category.codes[row]], threat_confidence[row]);
    }
    const way = direction[row];
    if (way === DIRECTIONS.inbound || way === DIRECTIONS.outbound) flags |= borderFlags(views, row, way);
    if (kind[row] > KINDS.flow || columns.state.codes[row] !== 0) flags |= kindFlags(views, row, kind[row]);
    flags &= enabled;
    if ((flags | threat) === 0) {
      risk[row] = 0;
      risk_reasons.codes[row] = 0;
    } else {
      const slot = table.slot(flags, threat);
      risk[row] = table.scores[slot];
      risk_reasons.codes[row] = table.codes[slot];
    }
  }
}

/** Class and points of a match in one number, 0 when it has no points. */
export function threatOf(intel: Uint8Array, category: number, confidence: number): number {
  const points = Math.round((intel[category] * confidence) / 100);
  return points === 0 ? 0 : (category << 8) | points;
}

/** The two reasons of the older tool that look at any event. */
function volumeFlags(columns: BatchColumns, row: number): number {
  const port = columns.dst_port[row];
  let flags = 0;
  if (port === 3389 || port === 445) flags = FLAG['port.risky'];
  if (columns.bytes[row] > CLASSIC_BYTES) flags |= FLAG['bytes.large'];
  return flags;
}

function threatFlags(columns: BatchColumns, row: number): number {
  let flags = FLAG['intel.match'];
  if (columns.direction[row] === DIRECTIONS.outbound && columns.dst_bytes[row] > 0) flags |= FLAG['intel.contact'];
  if (columns.threat_count[row] >= SEVERAL) flags |= FLAG['intel.several'];
  return flags;
}

/** Reasons of traffic that crosses the border of the home networks. */
function borderFlags(views: Views, row: number, way: number): number {
  const { columns } = views;
  const proto = columns.proto[row];
  const isPorted = proto === 6 || proto === 17 || proto === 0;
  let flags = isPorted ? portFlags(columns, row, way) : 0;
  const seconds = columns.duration[row];
  if (seconds >= LONG_SECONDS) flags |= seconds >= VERY_LONG_SECONDS ? FLAG['duration.day'] : FLAG['duration.long'];
  if (way !== DIRECTIONS.outbound) return flags;
  const upload = uploadOf(columns.src_bytes[row], columns.dst_bytes[row], columns.bytes[row]);
  if (upload >= UPLOAD_LARGE_BYTES) flags |= upload >= UPLOAD_HUGE_BYTES ? FLAG['upload.huge'] : FLAG['upload.large'];
  if (views.countries[columns.dst_country.codes[row]] === 1) {
    flags |= FLAG['country.unusual'];
    if (upload >= UPLOAD_UNUSUAL_BYTES) flags |= FLAG['upload.unusual'];
  }
  return flags;
}

/** What the initiator sent; a sensor that does not tell the ways apart sees one way at a time. */
export function uploadOf(srcBytes: number, dstBytes: number, bytes: number): number {
  return srcBytes === 0 && dstBytes === 0 ? bytes : srcBytes;
}

function portFlags(columns: BatchColumns, row: number, way: number): number {
  const inbound = way === DIRECTIONS.inbound;
  switch (PORT_CLASSES[columns.dst_port[row]]) {
    case PORT.remote:
      return FLAG['port.remote'] | (inbound ? accessFlags(columns, row) : 0);
    case PORT.telnet:
      return FLAG['port.remote'] | (inbound ? accessFlags(columns, row) : FLAG['cleartext.login']);
    case PORT.login:
      return inbound ? 0 : FLAG['cleartext.login'];
    case PORT.windows:
      return FLAG['port.windows'] | (inbound ? accessFlags(columns, row) : 0);
    case PORT.database:
      return FLAG['port.database'];
    case PORT.control:
      return FLAG['port.control'];
    case PORT.none:
      return inbound ? 0 : unusualFlags(columns, row);
    default:
      return 0;
  }
}

/** Documentation addresses stand for global ones; real traffic has none. */
function accessFlags(columns: BatchColumns, row: number): number {
  const scope = columns.src_scope[row];
  return scope === SCOPES.global || scope === SCOPES.documentation ? FLAG['access.inbound'] : 0;
}

/** Only TCP, and not the answer of a service inside that a one-way sensor reports as a flow of its own. */
function unusualFlags(columns: BatchColumns, row: number): number {
  const from = columns.src_port[row];
  const isAnswer = from < 1024 || PORT_CLASSES[from] !== PORT.none;
  return columns.proto[row] === 6 && columns.dst_port[row] > 0 && !isAnswer ? FLAG['port.unusual'] : 0;
}

/** Reasons that only one kind of event has. */
function kindFlags(views: Views, row: number, kind: number): number {
  const state = views.states[views.columns.state.codes[row]];
  switch (kind) {
    case KINDS.flow:
    case KINDS.conn:
      if (state === STATE.unanswered) return FLAG['state.unanswered'];
      if (state === STATE.refused) return FLAG['state.refused'];
      return state === STATE.reset ? FLAG['state.reset'] : 0;
    case KINDS.dns:
      return (state === STATE.nxdomain ? FLAG['dns.nxdomain'] : 0) | longNameFlags(views.columns, row);
    case KINDS.tls:
      if (state === STATE.selfSigned) return FLAG['tls.self-signed'];
      return state === STATE.invalid ? FLAG['tls.invalid'] : 0;
    case KINDS.notice:
      return state === STATE.attack ? FLAG['notice.attack'] : FLAG.notice;
    case KINDS.weird:
      return FLAG.weird;
    case KINDS.honeypot:
      return FLAG.honeypot;
    default:
      return 0;
  }
}

function longNameFlags({ domain }: BatchColumns, row: number): number {
  if (row >= domain.rows) return 0;
  return domain.offsets[row + 1] - domain.offsets[row] > LONG_NAME_BYTES ? FLAG['dns.long'] : 0;
}
