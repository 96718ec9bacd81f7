/**
 * Paths of the older tools, and the paths whose handlers answer them. Only the path is exchanged, before routing:
 * methods, parameters and answers are those of the canonical path.
 */
export const ALIASES: Readonly<Record<string, string>> = {
  '/health': '/v1/health',
  '/healthz': '/v1/health',
  '/api/health': '/v1/health',
  '/version': '/v1/version',
  '/api/version': '/v1/version',
  '/metrics': '/v1/metrics',
  '/ingest': '/v1/ingest',
  '/ingest/zeek': '/v1/ingest/zeek',
  '/ingest/netflow': '/v1/ingest/netflow',
  '/ingest/bulk': '/v1/ingest/bulk',
  '/schema': '/v1/schema',
  '/download/json': '/v1/download/json',
  '/v1/openapi.json': '/openapi.json',
};

/** The canonical form of a request's URL; its query stays as it is. */
export function canonicalUrl(url: string): string {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const plain = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  return Object.hasOwn(ALIASES, plain) ? ALIASES[plain] + (mark < 0 ? '' : url.slice(mark)) : url;
}
