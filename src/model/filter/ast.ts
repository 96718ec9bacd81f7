import type { Column } from '../columns.ts';

/**
 * The checked form of a filter expression: every column is known, every value has the type its column wants. The
 * compilers (SQL for the store, a predicate over batch rows for rules) walk this and need not check again.
 */
export type FilterNode =
  | { readonly op: 'and' | 'or'; readonly nodes: readonly FilterNode[] }
  | { readonly op: 'not'; readonly node: FilterNode }
  | {
      readonly op: '=' | '!=' | '<' | '<=' | '>' | '>=';
      readonly field: FilterField;
      readonly value: FilterValue;
    }
  | { readonly op: 'in'; readonly field: FilterField; readonly values: readonly FilterValue[] }
  /** Substring, prefix, suffix (case-insensitive) and `~` (RE2 regular expression). */
  | {
      readonly op: 'contains' | 'startswith' | 'endswith' | 'matches';
      readonly field: FilterField;
      readonly value: string;
    }
  /** The field has a value: not empty, not zero, not unknown. */
  | { readonly op: 'exists'; readonly field: FilterField };

/**
 * A column, with the key inside `attrs` where it is `attrs.some.key`. The short names `ip`, `port`, `country`, `city`,
 * `asn`, `org` and `scope` mean source or destination: the parser expands them to an `or` of both columns (for `!=` to
 * an `and`), so that compilers never meet them.
 */
export interface FilterField {
  readonly column: Column;
  readonly attr?: string;
}

/**
 * Numbers for numeric columns, enum codes for `enum`, microseconds for `time`, text for strings, and networks for `ip`
 * (a single address is a network of 128 bits).
 */
export type FilterValue =
  | { readonly type: 'number'; readonly number: number }
  /** Decimal digits of a 64-bit number: `id`. */
  | { readonly type: 'id'; readonly text: string }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'network'; readonly bytes: Uint8Array; readonly prefix: number; readonly text: string };
