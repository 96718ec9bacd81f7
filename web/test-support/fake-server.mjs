// A stand-in for the server, for screenshots only: it serves web/dist and made-up answers of /v1. The key chooses the
// scenario: full, empty (no data at all), outside (old data only), error (the store is down).
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as answers from './fake-answers.mjs';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const CSP =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'";

/** Starts on a free port of the loopback; answers its address and how to stop it. */
export async function startFake() {
  let fed = false;
  const server = createServer((request, response) => {
    if (request.url === '/v1/ingest') fed = true;
    void handle(request, response, fed);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

async function handle(request, response, fed) {
  const url = new URL(request.url, 'http://fake');
  if (!url.pathname.startsWith('/v1/')) return serveFile(url.pathname, response);
  let body = '';
  for await (const piece of request) body += piece;
  const key = (request.headers.authorization ?? '').replace('Bearer ', '');
  // An empty store is empty until something is sent to it.
  const scenario = key === 'empty' && fed ? 'full' : key;
  const [status, answer] = answerOf(url, request.method, body, scenario);
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req-7f3a91' });
  response.end(JSON.stringify(answer));
}

const failure = (status, code, error, detail, more = {}) => [
  status,
  { error, detail, code, timestamp: new Date().toISOString(), request_id: 'req-7f3a91', ...more },
];

function answerOf(url, method, body, scenario) {
  if (url.pathname === '/v1/version') return [200, answers.version()];
  if (!['full', 'empty', 'outside', 'error'].includes(scenario))
    return failure(401, 'UNAUTHENTICATED', 'No valid key', 'No API key was given, or it is not known.');
  const filter = url.searchParams.get('filter') ?? '';
  const wrong = /\b(src\.prt|dst\.prt)\b/.exec(filter);
  if (wrong)
    return failure(400, 'INVALID_FILTER', 'Bad filter', `There is no field "${wrong[0]}".`, {
      position: wrong.index,
      length: wrong[0].length,
      suggestion: wrong[0].replace('prt', 'port'),
    });
  if (scenario === 'error' && /query|events|dead|traffic/.test(url.pathname))
    return failure(
      503,
      'UNAVAILABLE',
      'Not available',
      'The telemetry store does not answer; what arrives is kept in the spool meanwhile.',
    );
  const find = Object.entries(answers.routes).find(([path]) => new RegExp(`^${path}$`).test(url.pathname));
  if (!find) return failure(404, 'NOT_FOUND', 'Not found', 'There is nothing under this path.');
  const answer = find[1]({ query: url.searchParams, method, body, scenario, path: url.pathname, failure });
  // A route may refuse.
  if (Array.isArray(answer)) return answer;
  return [method === 'POST' && url.pathname === '/v1/ingest' ? 202 : 200, answer];
}

function serveFile(path, response) {
  let file = join(dist, normalize(path));
  if (!file.startsWith(dist) || !extname(file) || !existsSync(file)) file = join(dist, 'index.html');
  if (!existsSync(file)) {
    response.writeHead(500).end('build the dashboard first: npx vite build');
    return;
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': CSP,
  });
  if (extname(file) === '.html') response.end(readFileSync(file));
  else createReadStream(file).pipe(response);
}
