/** What the cluster says of one document. */
export interface BulkItem {
  readonly status: number;
  /** Type and reason of the error, `mapper_parsing_exception: ...`; empty without one. */
  readonly type: string;
  readonly reason: string;
}

interface RawError {
  readonly type?: unknown;
  readonly reason?: unknown;
  readonly caused_by?: RawError;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The items of an answer of `_bulk`, in the order of the documents; undefined when it cannot be read as one item a
 * document: then nothing is known of any of them. HTTP 200 alone says nothing (www.elastic.co, "Bulk API").
 */
export function bulkItems(text: string, sent: number): readonly BulkItem[] | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { items } = (isObject(answer) ? answer : {}) as { items?: unknown };
  if (!Array.isArray(items) || items.length !== sent) return undefined;
  const read: BulkItem[] = [];
  for (const item of items) {
    // One key: the action, `create`.
    const [result] = isObject(item) ? Object.values(item) : [];
    if (!isObject(result) || typeof result.status !== 'number') return undefined;
    read.push({ status: result.status, ...errorOf(result) });
  }
  return read;
}

/** Type and words of an error that the whole request got. */
export function requestError(text: string): { readonly type: string; readonly reason: string } {
  try {
    const answer: unknown = JSON.parse(text);
    return isObject(answer) ? errorOf(answer) : { type: '', reason: text };
  } catch {
    return { type: '', reason: text };
  }
}

function errorOf(result: Json): { readonly type: string; readonly reason: string } {
  const { error } = result;
  if (typeof error === 'string') return { type: '', reason: error };
  if (!isObject(error)) return { type: '', reason: '' };
  const { type, reason, caused_by } = error as RawError;
  const cause = caused_by?.reason === undefined ? '' : ` (${String(caused_by.reason)})`;
  return { type: String(type ?? ''), reason: `${String(reason ?? '')}${cause}` };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
