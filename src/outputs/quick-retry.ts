import { setTimeout as wait } from 'node:timers/promises';
import type { Exchange } from './http-sender.ts';

/** Longest wait of a quick retry, milliseconds: what takes longer is the forwarder's. */
const LONGEST = 1000;
const PASSING = new Set([408, 425, 500, 502, 504]);

/** What `max_retries` and `backoff_ms` of the older tool are today. */
export interface QuickRetry {
  /** Attempts more, before the output counts as retrying. */
  readonly attempts: number;
  /** Milliseconds of the first wait at most; twice as much each time, up to a second. */
  readonly firstMs: number;
}

/**
 * Makes a request again at once, with full jitter, when a connection broke or a server stumbled, so that a hiccup is over
 * before anybody is told. Whatever asks for patience (429, 503, `Retry-After`, a time-out) or for a person is not repeated here.
 * The forwarder goes on with what still fails, for ever.
 */
export async function withQuickRetries(
  attempt: () => Promise<Exchange>,
  retry: QuickRetry,
  signal: AbortSignal,
): Promise<{ readonly exchange: Exchange; readonly repeated: number }> {
  for (let repeated = 0; ; repeated++) {
    const exchange = await attempt();
    if (repeated >= retry.attempts || signal.aborted || !passing(exchange)) return { exchange, repeated };
    const most = Math.min(LONGEST, retry.firstMs * 2 ** Math.min(repeated, 16));
    try {
      await wait(Math.random() * most, undefined, { signal });
    } catch {
      // Aborted: what failed last is the answer.
      return { exchange, repeated };
    }
  }
}

function passing({ problem }: Exchange): boolean {
  if (problem?.outcome !== 'retry' || problem.retryAfter !== undefined) return false;
  if (problem.status !== null) return PASSING.has(problem.status);
  return !/TIMEOUT|ETIMEDOUT|ABORTED/.test(problem.code);
}
