import { type TemplateField, VARIABLE } from '../template.ts';

/** Where a field lies: so many bytes behind an anchor. Anchor 0 is the start of the record, n the end of its nth variable field. */
export interface Place {
  readonly anchor: number;
  /** For a variable field: where its length byte is. */
  readonly offset: number;
  /** Bytes, or {@link VARIABLE}. */
  readonly length: number;
}

/** How the records of a template lie in a data set. */
export interface Layout {
  readonly places: readonly Place[];
  /** The fields whose length each record says, in order. */
  readonly variable: readonly number[];
  /** Bytes of fixed fields behind the last anchor. */
  readonly tail: number;
  /** Bytes of a record; the least where it varies, where a variable field is one byte. */
  readonly minLength: number;
}

/** Lays out the fields of a template one behind the other (RFC 3954 section 5.3, RFC 7011 section 7). */
export function layoutOf(fields: readonly TemplateField[]): Layout {
  const places: Place[] = [];
  const variable: number[] = [];
  let offset = 0;
  let minLength = 0;
  for (const [index, { length }] of fields.entries()) {
    places.push({ anchor: variable.length, offset, length });
    if (length === VARIABLE) {
      variable.push(index);
      offset = 0;
      minLength += 1;
    } else {
      offset += length;
      minLength += length;
    }
  }
  return { places, variable, tail: offset, minLength };
}
