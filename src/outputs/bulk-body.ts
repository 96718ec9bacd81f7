import { BodyMeter } from './body-meter.ts';

/** What is sent for one event: the line of the action, and that of the document. */
export interface BulkDocument {
  /** Place of the event in the rows that were given to `send`. */
  readonly index: number;
  readonly action: string;
  readonly text: string;
}

/**
 * The action `create`, the only one that data streams take, with an id of ours (www.elastic.co, "Bulk API"). The ids of
 * stored events are digits, that of a test `test-` and a UUID: nothing in them is to be escaped.
 * @param text the document in one line.
 */
export function bulkDocument(index: number, id: string, text: string): BulkDocument {
  return { index, action: `{"create":{"_id":"${id}"}}`, text };
}

/** NDJSON: each line ends with a line feed, the last one too. */
export function bulkBody(documents: readonly BulkDocument[]): string {
  let body = '';
  for (const { action, text } of documents) body += `${action}\n${text}\n`;
  return body;
}

/** As many documents a request as its bytes allow, one at least, in their order. */
export function* bulkRequests(documents: readonly BulkDocument[], bytes: number): Iterable<readonly BulkDocument[]> {
  const meter = new BodyMeter(bytes);
  let from = 0;
  for (const [at, { action, text }] of documents.entries()) {
    // Actions are ASCII; two line feeds.
    const extra = action.length + 2;
    if (meter.fits(text, extra)) continue;
    yield documents.slice(from, at);
    from = at;
    meter.reset();
    meter.fits(text, extra);
  }
  if (from < documents.length) yield documents.slice(from);
}
