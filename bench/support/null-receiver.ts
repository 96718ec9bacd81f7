import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

/**
 * A receiver that takes everything and keeps nothing: Splunk's event endpoint and Elasticsearch's bulk, with as little
 * work as their answers allow. Prints its port; `GET /sample` gives the first bodies it got, `GET /count` the events.
 *
 *     node --import tsx bench/support/null-receiver.ts
 */
const SAMPLES = 20;
const samples: string[] = [];
let events = 0;
let bytes = 0;

function lines(text: Buffer): number {
  let found = 0;
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) found++;
  return found;
}

const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    const sent = Buffer.concat(pieces);
    const path = request.url ?? '';
    const answer = (text: string): void => {
      response.setHeader('content-type', 'application/json').end(text);
    };
    if (path === '/count') return answer(JSON.stringify({ events, bytes }));
    if (path === '/sample') return answer(JSON.stringify(samples));
    if (request.method !== 'POST') return answer('{"version":{"number":"9.4.0"},"text":"HEC is healthy","code":17}');
    bytes += sent.length;
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    if (samples.length < SAMPLES && body.length > 0) samples.push(body.toString());
    if (path.includes('_bulk')) {
      const count = lines(body) / 2;
      events += count;
      return answer(`{"errors":false,"items":[${Array(count).fill('{"create":{"status":201}}').join(',')}]}`);
    }
    // Events back to back, a line each.
    events += Math.max(lines(body), body.length > 0 && body[body.length - 1] !== 10 ? lines(body) + 1 : 0);
    answer('{"text":"Success","code":0}');
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) process.stdout.write(`${address.port}\n`);
});
