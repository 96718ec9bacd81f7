import type { InterfaceCounters } from '../../../model/exporter.ts';
import type { Fields } from './flow-fields.ts';

/** What an agent gives for a counter that it does not keep. */
const UNKNOWN = [0xffffffff, 2 ** 64, Number.NaN];

/** Counters as a golden has them: packets as unicast, multicast and broadcast, all ones for what is not known. */
export interface ToldCounters {
  readonly index: number;
  readonly speed?: number;
  readonly up?: boolean;
  readonly in_octets: number;
  readonly in_packets: readonly number[];
  readonly in_discards: number;
  readonly in_errors: number;
  readonly out_octets: number;
  readonly out_packets: readonly number[];
  readonly out_discards: number;
  readonly out_errors: number;
}

/** Brings them to our form, as texts: `null` where nothing is known. */
export function interfaceFields(told: ToldCounters): Fields {
  const { speed, up, in_packets, out_packets, ...plain } = told;
  const fields: Record<string, string | number> = {
    ...Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, known(value)])),
    in_packets: sum(in_packets),
    out_packets: sum(out_packets),
  };
  if (speed !== undefined) fields.speed = speed === 0 ? 'null' : speed;
  if (up !== undefined) fields.up = String(up);
  return fields;
}

/** Our counters under the same names. */
export function ourInterface(index: number, { at: _, ...counters }: InterfaceCounters): Fields {
  return Object.fromEntries(
    Object.entries({ index, ...counters }).map(([name, value]) => [
      name,
      typeof value === 'number' ? value : String(value),
    ]),
  );
}

function known(value: number): string | number {
  return UNKNOWN.includes(value) ? 'null' : value;
}

function sum(values: readonly number[]): string | number {
  const kept = values.filter((value) => known(value) !== 'null');
  return kept.length === 0 ? 'null' : kept.reduce((total, value) => total + value, 0);
}
