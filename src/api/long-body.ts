import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '../kit/errors.ts';

/** A large body may take an hour, as long as something comes every half minute. */
const IDLE_MS = 30_000;
const WHOLE_MS = 3_600_000;

const patient = new WeakSet<object>();

/** Whether a large body arrives on this connection: the server's own limit for a request does not hold for it. */
export function hasLongBody(socket: Socket): boolean {
  return patient.has(socket);
}

/**
 * The pieces of a body that may be large. Leaving early leaves the request as it is, so that it can still be answered.
 * @throws AppError BAD_REQUEST when it stops to come, or was cut off
 */
export async function* longBody(
  request: IncomingMessage,
  { idleMs = IDLE_MS, wholeMs = WHOLE_MS }: { idleMs?: number; wholeMs?: number } = {},
): AsyncGenerator<Uint8Array> {
  const pieces = (request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const end = Date.now() + wholeMs;
  patient.add(request.socket);
  try {
    for (;;) {
      const piece = await inTime(pieces.next(), Math.min(idleMs, end - Date.now()));
      if (piece.done) break;
      yield piece.value;
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('BAD_REQUEST', 'The body was cut off before its end.', { cause: error });
  } finally {
    patient.delete(request.socket);
  }
}

async function inTime<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new AppError('BAD_REQUEST', 'The body stopped to arrive.');
    timer = setTimeout(() => reject(error), Math.max(0, milliseconds));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
