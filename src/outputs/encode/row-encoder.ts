import type { EventRow } from '../../model/event-row.ts';
import type { AttrsReader } from './attrs-reader.ts';
import { asText } from './row-values.ts';
import { TextSink } from './text-sink.ts';

/** Makes a receiver's document of a stored event. Made once for an output, used for every event of it. */
export interface RowEncoder {
  /** Names of the columns it reads; all when absent. Fewer are read faster from the store. */
  readonly columns?: readonly string[];
  /**
   * One event as one line of text without line end: JSON, CEF or LEEF. Columns that the row lacks count as not known.
   * Does not throw for any content of a row, and never gives a line feed.
   */
  encode(row: EventRow): string;
  /** Appends the same to what is in the sink. */
  write(row: EventRow, sink: TextSink): void;
}

/** An encoder of what can append documents. */
export function writingEncoder(write: RowEncoder['write'], columns?: readonly string[]): RowEncoder {
  const scratch = new TextSink();
  const encode = (row: EventRow) => {
    scratch.length = 0;
    write(row, scratch);
    return scratch.toString();
  };
  return { write, encode, ...(columns && { columns }) };
}

/** An encoder of documents, for which `attrs` is read before each of them. */
export function documentEncoder(attrs: AttrsReader, write: RowEncoder['write']): RowEncoder {
  return writingEncoder((row, sink) => {
    attrs.read(asText(row.attrs));
    write(row, sink);
  });
}

/** An encoder of what can make lines. */
export function textEncoder(encode: RowEncoder['encode'], columns?: readonly string[]): RowEncoder {
  return { encode, write: (row, sink) => sink.text(encode(row)), ...(columns && { columns }) };
}

/** What an encoder is told about us. */
export interface EncoderParts {
  /** Vedette's own version, such as `1.4.0`: part of `observer`, of `metadata.product`, and of the CEF and LEEF headers. */
  readonly version: string;
}
