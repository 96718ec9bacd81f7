import { readFileSync } from 'node:fs';

/** What `tshark -T json` prints: texts, trees of them, and arrays where a name comes more than once. */
export type Value = string | readonly Value[] | { readonly [name: string]: Value };
export type Tree = Readonly<Record<string, Value>>;

/** The packets of a file, each with its tree of the flow protocol. */
export function readTshark(file: string): { readonly cflow?: Value; readonly sflow?: Value }[] {
  return JSON.parse(readFileSync(file, 'utf8')) as { readonly cflow?: Value; readonly sflow?: Value }[];
}

export function isTree(value: Value | undefined): value is Tree {
  return typeof value === 'object' && !Array.isArray(value);
}

/** A text, or the first of several. */
export function first(value: Value | undefined): string | undefined {
  if (Array.isArray(value)) return first(value[0]);
  return typeof value === 'string' ? value : undefined;
}
