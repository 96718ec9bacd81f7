/**
 * Paths of the older tools, and the paths whose handlers answer them. Only the path is exchanged, before routing:
 * methods, parameters and answers are those of the canonical path. A star stands for the rest of the path.
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
  '/api/status': '/v1/traffic/status',
  '/api/control/status': '/v1/traffic/status',
  '/api/control/config': '/v1/traffic/config',
  '/api/control/ping': '/v1/traffic/ping',
  '/api/control/logs': '/v1/traffic/logs',
  '/api/control/capture/*': '/v1/traffic/capture/*',
  '/api/metrics': '/v1/traffic/windows',
  '/api/metrics/*': '/v1/traffic/windows/*',
  '/api/anomalies': '/v1/traffic/anomalies',
  '/api/anomalies/*': '/v1/traffic/anomalies/*',
  '/api/baselines': '/v1/traffic/baselines',
  '/api/baselines/*': '/v1/traffic/baselines/*',
};

/** Of the paths that end with a star, what stands before it. */
const FOLDERS = Object.entries(ALIASES)
  .filter(([alias]) => alias.endsWith('*'))
  .map(([alias, path]) => [alias.slice(0, -1), path.slice(0, -1)] as const);

/** The canonical form of a request's URL; its query stays as it is. */
export function canonicalUrl(url: string): string {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const plain = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const query = mark < 0 ? '' : url.slice(mark);
  if (Object.hasOwn(ALIASES, plain)) return ALIASES[plain] + query;
  const folder = FOLDERS.find(([alias]) => plain.startsWith(alias));
  return folder ? folder[1] + plain.slice(folder[0].length) + query : url;
}
