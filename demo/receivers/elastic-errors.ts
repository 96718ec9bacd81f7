import type { Reply } from './http-receiver.ts';

export interface ElasticError {
  readonly type: string;
  readonly reason: string;
}

/** What Elasticsearch says with a status when the whole request fails (www.elastic.co, "REST API", error bodies). */
const WHOLE: Readonly<Record<number, ElasticError>> = {
  400: { type: 'illegal_argument_exception', reason: 'Malformed action/metadata line [1], expected START_OBJECT' },
  401: { type: 'security_exception', reason: 'unable to authenticate for REST request [/_bulk]' },
  403: { type: 'security_exception', reason: 'action [indices:data/write/bulk] is unauthorized' },
  404: { type: 'index_not_found_exception', reason: 'no such index' },
  429: { type: 'es_rejected_execution_exception', reason: 'rejected execution of coordinating operation' },
  500: { type: 'exception', reason: 'Internal failure' },
  503: { type: 'cluster_block_exception', reason: 'blocked by: [SERVICE_UNAVAILABLE/1/state not recovered];' },
};

/** What it says of one document. */
const ITEM: Readonly<Record<number, ElasticError>> = {
  ...WHOLE,
  400: { type: 'document_parsing_exception', reason: '[1:42] failed to parse field [source.ip] of type [ip]' },
  403: { type: 'security_exception', reason: 'action [indices:data/write/bulk[s]] is unauthorized on indices' },
  404: { type: 'index_not_found_exception', reason: 'no such index [elsewhere]' },
  503: { type: 'unavailable_shards_exception', reason: '[0] primary shard is not active Timeout: [1m]' },
};

const STRANGE: ElasticError = { type: 'exception', reason: 'Unknown' };

export function itemError(status: number): ElasticError {
  return ITEM[status] ?? STRANGE;
}

/** The answer with a status alone, as a `code` fault wants it. */
export function wholeError(status: number): Reply {
  const { type, reason } = WHOLE[status] ?? STRANGE;
  return failure(status, type, reason);
}

export function failure(status: number, type: string, reason: string): Reply {
  const challenge = { 'www-authenticate': 'Basic realm="security", charset="UTF-8", ApiKey' };
  return {
    status,
    body: { error: { root_cause: [{ type, reason }], type, reason }, status },
    headers: { 'x-elastic-product': 'Elasticsearch', ...(status === 401 && challenge) },
  };
}
