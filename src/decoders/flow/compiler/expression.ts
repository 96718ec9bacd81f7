import type { BatchColumns } from '../../../model/batch.ts';
import type { HelperName } from './helpers.ts';

/**
 * The small language between what a template means and how its records are read. A program is built once a template;
 * it is then either made into JavaScript ({@link ./generate.ts}) or walked ({@link ./interpret.ts}). Both do the same,
 * because every rule is written in this language and nowhere else. All values are numbers.
 */
export type Expression =
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'known'; readonly name: KnownName }
  | { readonly is: 'local'; readonly id: number }
  /** A field of 0 to 8 bytes as an unsigned number, at most 2^53 - 1. Must not be asked of longer fields. */
  | { readonly is: 'uint'; readonly field: number }
  /** The 32 bits of a field from `offset` on, unsigned. The field must have them. */
  | { readonly is: 'word'; readonly field: number; readonly offset: number }
  /** Where the first byte of a field lies in the datagram, and how many there are. */
  | { readonly is: 'start'; readonly field: number }
  | { readonly is: 'length'; readonly field: number }
  /** What a column already holds in this row. */
  | { readonly is: 'column'; readonly name: NumberColumnName }
  | { readonly is: 'binary'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  | { readonly is: 'choice'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly is: 'call'; readonly helper: HelperName; readonly args: readonly Expression[] };

/** As in JavaScript. Comparisons and `&&` are for tests only; `||` is also "the first that is not zero". */
export type Operator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '&'
  | '|'
  | '<<'
  | '>>>'
  | '<'
  | '>'
  | '<='
  | '>='
  | '==='
  | '!=='
  | '&&'
  | '||';

/**
 * What is known before the first record: `reference` is the export time, or the receive time where that is too far off;
 * `earliest` and `latest` bound the times that are believed. All three and `received` in microseconds, `boot` and
 * `uptime` in milliseconds. `rate` is the sampling rate as a whole number from 1; `recordRates` is 0 or 1.
 */
export type KnownName =
  | 'row'
  | 'received'
  | 'reference'
  | 'earliest'
  | 'latest'
  | 'boot'
  | 'uptime'
  | 'rate'
  | 'recordRates';

type Named<T> = { [N in keyof BatchColumns]: BatchColumns[N] extends T ? N : never }[keyof BatchColumns];
export type NumberColumnName = Named<Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array>;
export type AddressColumnName = 'src_ip' | 'dst_ip' | 'next_hop' | 'src_nat_ip' | 'dst_nat_ip';

export type Step =
  /** Gives a value a name; it is worked out here, once. Seen in the steps that follow in the same list. */
  | { readonly is: 'let'; readonly id: number; readonly value: Expression }
  | { readonly is: 'store'; readonly column: NumberColumnName; readonly value: Expression }
  /** Puts a field of 4 (`v4`) or 16 bytes (`v6`) into a column of addresses. */
  | { readonly is: 'v4' | 'v6'; readonly column: AddressColumnName; readonly field: number }
  | { readonly is: 'when'; readonly test: Expression; readonly yes: readonly Step[]; readonly no: readonly Step[] }
  | { readonly is: 'run'; readonly call: Expression };

export function number(value: number): Expression {
  return { is: 'number', value };
}

export function known(name: KnownName): Expression {
  return { is: 'known', name };
}

export function binary(left: Expression, operator: Operator, right: Expression | number): Expression {
  return { is: 'binary', operator, left, right: typeof right === 'number' ? number(right) : right };
}

export function choice(test: Expression, yes: Expression, no: Expression): Expression {
  return { is: 'choice', test, yes, no };
}

export function call(helper: HelperName, ...args: readonly Expression[]): Expression {
  return { is: 'call', helper, args };
}

/** The first of these that is not zero, else zero. */
export function firstNonZero(values: readonly Expression[]): Expression {
  return values.length === 0 ? number(0) : values.reduceRight((rest, value) => binary(value, '||', rest));
}
