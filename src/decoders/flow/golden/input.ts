import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A capture of the index with what others found in it. */
export interface Input {
  /** Path in the folder of captures. */
  readonly input: string;
  /** The files that hold the payloads, in order; null for a capture that is not made of such. */
  readonly made_from: readonly string[] | null;
  /** Datagrams by protocol: `nf5`, `nf9`, `ipfix`, `sflow5`. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly goldens: Readonly<Record<string, string | readonly string[]>>;
}

export function readInputs(folder: string): Input[] {
  return JSON.parse(readFileSync(join(folder, 'INDEX.json'), 'utf8')) as Input[];
}
