import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { longBody } from './long-body.ts';

function body(): PassThrough & IncomingMessage {
  return Object.assign(new PassThrough(), { socket: {} }) as unknown as PassThrough & IncomingMessage;
}

async function collect(request: IncomingMessage, limits?: { idleMs?: number; wholeMs?: number }): Promise<string> {
  let text = '';
  for await (const piece of longBody(request, limits)) text += Buffer.from(piece).toString();
  return text;
}

it('gives what comes', async () => {
  const request = body();
  request.write('one ');
  setTimeout(() => request.end('two'), 20);
  expect(await collect(request)).toBe('one two');
});

it.each([{ idleMs: 30 }, { wholeMs: 30 }])('does not wait for ever: %j', async (limits) => {
  const request = body();
  request.write('one');
  await expect(collect(request, limits)).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: 'The body stopped to arrive.',
  });
  expect(request.destroyed).toBe(false);
});

it('ends a body that trickles', async () => {
  const request = body();
  const trickle = setInterval(() => request.write('.'), 5);
  await expect(collect(request, { idleMs: 1000, wholeMs: 100 })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  clearInterval(trickle);
});

it('says that a body was cut off', async () => {
  const request = body();
  request.write('one');
  setTimeout(() => request.destroy(new Error('aborted')), 20);
  await expect(collect(request)).rejects.toMatchObject({ message: 'The body was cut off before its end.' });
});
