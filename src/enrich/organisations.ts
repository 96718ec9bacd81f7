import { ASN_WIDTH } from './location-records.ts';
import type { LocationTable } from './table-image.ts';

/** Names of autonomous systems by their number, listed when the first one is asked for, and anew for another table. */
export class Organisations {
  #table: LocationTable | undefined;
  readonly #codes = new Map<number, number>();

  /** Undefined when the table does not know the number, or knows it without a name. */
  find(table: LocationTable, asn: number): string | undefined {
    if (this.#table !== table) this.#list(table);
    const code = this.#codes.get(asn);
    return code === undefined ? undefined : table.dictionaries[0].strings[code];
  }

  #list(table: LocationTable): void {
    this.#table = table;
    this.#codes.clear();
    const { records } = table;
    for (let at = 0; at + 1 < records.length; at += ASN_WIDTH) {
      const [asn, code] = [records[at], records[at + 1]];
      // A number may be written with several names: the first one that is a name stays.
      if (asn > 0 && table.dictionaries[0].strings[code] && !this.#codes.has(asn)) this.#codes.set(asn, code);
    }
  }
}
