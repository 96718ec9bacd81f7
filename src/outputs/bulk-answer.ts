/** What the cluster says of one document. */
export interface BulkItem {
  readonly status: number;
  /** Type of the error, such as `document_parsing_exception`; empty without one. */
  readonly type: string;
  readonly reason: string;
  /** Whether it was refused by the stream and is in its failure store instead (Elasticsearch 8.19, 9.1). */
  readonly setAside: boolean;
}

/** An error's type and words; both empty where there is none. */
export interface BulkError {
  readonly type: string;
  readonly reason: string;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * What is asked for of an answer, and all that {@link bulkItems} reads: an answer to 1,000 documents has 30 kB then, not
 * 200. Answers to whole requests that fail are not filtered.
 */
export const BULK_FILTER =
  'filter_path=errors,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason';

/**
 * The items of an answer of `_bulk`, in the order of the documents; undefined when it cannot be read as one item a
 * document: then nothing is known of any of them. HTTP 200 alone says nothing (www.elastic.co, "Bulk API").
 */
export function bulkItems(text: string, sent: number): readonly BulkItem[] | undefined {
  const items = jsonObject(text)?.items;
  if (!Array.isArray(items) || items.length !== sent) return undefined;
  const read: BulkItem[] = [];
  for (const item of items) {
    // One key: the action, `create`.
    const [result] = isObject(item) ? Object.values(item) : [];
    if (!isObject(result) || typeof result.status !== 'number') return undefined;
    read.push({ status: result.status, ...errorOf(result), setAside: result.failure_store === 'used' });
  }
  return read;
}

/** Type and words of an error that the whole request got; the text itself where it is none of Elasticsearch's. */
export function requestError(text: string): BulkError {
  const answer = jsonObject(text);
  return answer?.error === undefined ? { type: '', reason: text } : errorOf(answer);
}

/** The object that a text is in JSON; undefined when it is none. */
export function jsonObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function errorOf({ error }: Json): BulkError {
  // As proxies and releases before 2.0 write it.
  if (!isObject(error)) return { type: '', reason: wordsOf(error) };
  const cause = isObject(error.caused_by) ? wordsOf(error.caused_by.reason) : '';
  return { type: wordsOf(error.type), reason: `${wordsOf(error.reason)}${cause === '' ? '' : ` (${cause})`}` };
}

function wordsOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
