/** ClickHouse type of a parameter. */
export type ParamType = 'String' | 'Int64' | 'UInt64' | 'Float64';

/** SQL with `{name:Type}` where values belong. What people send is only ever in `params`. */
export interface Statement {
  readonly sql: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** Collects the parameters of one statement while its SQL is put together. */
export class Params {
  readonly values: Record<string, string | number> = {};
  #count = 0;

  /** Takes `value` and returns what stands for it in the SQL. */
  add(type: ParamType, value: string | number): string {
    const name = `p${this.#count++}`;
    this.values[name] = value;
    return `{${name}:${type}}`;
  }

  text(value: string): string {
    return this.add('String', value);
  }

  /** A number as Int64 where it is whole and exact, else as Float64. */
  number(value: number): string {
    return Number.isSafeInteger(value) ? this.add('Int64', value) : this.add('Float64', value);
  }

  /** Microseconds since 1970 as a point in time that the primary key can be searched with. */
  time(micros: number): string {
    return `fromUnixTimestamp64Micro(${this.add('Int64', clampTime(micros))}, 'UTC')`;
  }
}

/** What DateTime64(6) can hold without overflow in comparisons: 1900 to 2299. */
const EARLIEST = -2_208_988_800_000_000;
const LATEST = Number.MAX_SAFE_INTEGER;

/** A whole number of microseconds within the range of the column. */
export function clampTime(micros: number): number {
  return Math.min(LATEST, Math.max(EARLIEST, Math.floor(micros)));
}
