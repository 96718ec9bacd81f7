import { formatIp, parseIp } from '../../../model/address.ts';
import type { Row } from '../../fixtures/collecting-sink.ts';

/**
 * A flow under the names of our columns and attributes, as far as a golden tells it. `start` and `end` are milliseconds
 * since 1970; `bytes` and `packets` are those of the forward direction before any sampling rate, `reverse_bytes` and
 * `reverse_packets` those back.
 */
export type Fields = Readonly<Record<string, string | number>>;

export interface Difference {
  readonly field: string;
  readonly golden: string | number;
  readonly ours: string | number | undefined;
}

const address = new Uint8Array(16);

/** One of our rows under the same names, what is in `attrs` beside the columns. */
export function ourFields(row: Row): Fields {
  const {
    attrs,
    ts = 0,
    duration = 0,
    sampling = 1,
    src_bytes = 0,
    dst_bytes = 0,
    src_packets = 0,
    dst_packets = 0,
  } = row;
  const rate = Math.max(1, Number(sampling));
  const inner = attrs === undefined ? {} : (JSON.parse(String(attrs)) as Record<string, unknown>);
  const flat = Object.entries(inner).map(([name, value]) => [
    name,
    typeof value === 'number' ? value : typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return {
    ...Object.fromEntries(flat),
    ...row,
    // A sum of a whole number of microseconds and a fraction of seconds may be a hair below the next millisecond.
    start: Math.floor(Number(ts) / 1000 + 1e-4),
    end: Math.floor(Number(ts) / 1000 + Number(duration) * 1000 + 1e-4),
    bytes: Number(src_bytes) / rate,
    packets: Number(src_packets) / rate,
    reverse_bytes: Number(dst_bytes) / rate,
    reverse_packets: Number(dst_packets) / rate,
    corrected_packets: Number(src_packets),
    // sFlow: what the whole frames would have made.
    frame_bytes: Number(row.attrs === undefined ? 0 : (inner.frame_length ?? 0)) * rate,
  };
}

/** Brings a golden to our form: type and code of ICMP in place of the ports, addresses as they are usually written. */
export function goldenFields(told: Readonly<Record<string, string | number | undefined>>): Fields {
  const fields: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(told)) if (value !== undefined) fields[name] = plain(value);
  const { icmp_type, icmp_code, icmp_type_code, dst_port } = fields;
  delete fields.icmp_type;
  delete fields.icmp_code;
  delete fields.icmp_type_code;
  if (fields.proto !== 1 && fields.proto !== 58) return fields;
  delete fields.src_port;
  delete fields.dst_port;
  const both = Number(icmp_type_code ?? dst_port ?? Number.NaN);
  if (icmp_type !== undefined) return { ...fields, src_port: icmp_type, dst_port: icmp_code ?? 0 };
  return Number.isNaN(both) ? fields : { ...fields, src_port: both >> 8, dst_port: both & 255 };
}

function plain(value: string | number): string | number {
  if (typeof value === 'number' || !/^[0-9a-f]*[:.][0-9a-f:.]+$/i.test(value) || /^([0-9a-f]{2}:){5}/i.test(value))
    return value;
  return parseIp(value, address) === 0 ? value : formatIp(address);
}

const EMPTY: readonly unknown[] = [0, '0', '', '0.0.0.0', '00:00:00:00:00:00', undefined];

/** Where our flow is not what the golden says. What is zero or empty may be left out by either. */
export function differences(golden: Fields, ours: Fields): Difference[] {
  const found: Difference[] = [];
  for (const [field, value] of Object.entries(golden)) {
    const own = ours[field];
    if (String(own) === String(value) || (EMPTY.includes(own) && EMPTY.includes(value))) continue;
    found.push({ field, golden: value, ours: own });
  }
  return found;
}

/** For each golden the one of ours that is most like it; none of ours is taken twice. The rest is left over. */
export function pair(
  golden: readonly Fields[],
  ours: readonly Fields[],
): { differences: Difference[][]; left: number } {
  const free = [...ours];
  const found = golden.map((one) => {
    let best: Difference[] | undefined;
    let at = -1;
    for (const [i, own] of free.entries()) {
      const these = differences(one, own);
      if (best && these.length >= best.length) continue;
      best = these;
      at = i;
      if (these.length === 0) break;
    }
    if (!best) return [{ field: 'flow', golden: JSON.stringify(one), ours: undefined }];
    free.splice(at, 1);
    return best;
  });
  return { differences: found, left: free.length };
}
