import type { FastifyReply, FastifyRequest } from 'fastify';

/** How long, and how much of, a refused body is still taken in and thrown away. */
const LINGER_MS = 2_000;
const LINGER_BYTES = 32 * 1024 * 1024;

/**
 * Answers a request whose body is still arriving, and will not be read. Closing at once would make the operating system
 * reset the connection, and the sender would see that instead of the answer: so the answer is written, the sender has a
 * moment to notice, and then the connection ends.
 */
export function answerEarly(request: FastifyRequest, reply: FastifyReply, body: string): void {
  const { raw } = reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(reply.statusCode, { connection: 'close', 'content-length': Buffer.byteLength(body) });
  raw.write(body);
  const finish = () => {
    clearTimeout(timer);
    raw.end();
  };
  const timer = setTimeout(finish, LINGER_MS);
  let discarded = 0;
  request.raw.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > LINGER_BYTES) finish();
  });
  request.raw.once('end', finish);
  request.raw.once('error', finish);
  raw.once('close', finish);
  request.raw.resume();
}
