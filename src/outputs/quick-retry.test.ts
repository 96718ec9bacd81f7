import { expect, it } from 'vitest';
import type { Exchange, Problem } from './http-sender.ts';
import { withQuickRetries } from './quick-retry.ts';

const RETRY = { attempts: 3, firstMs: 1 };
const patient = new AbortController().signal;

function exchange(problem?: Partial<Problem>): Exchange {
  const base = { outcome: 'retry', status: null, code: 'ECONNRESET', detail: '' } as const;
  return { bytes: 1, body: 1, answer: undefined, problem: problem && { ...base, ...problem } };
}

async function attempts(problem: Partial<Problem>, signal = patient): Promise<number> {
  let made = 0;
  const { repeated } = await withQuickRetries(
    async () => {
      made++;
      return exchange(problem);
    },
    RETRY,
    signal,
  );
  expect(repeated).toBe(made - 1);
  return made;
}

it('tries again what passes by itself, a few times', async () => {
  expect(await attempts({})).toBe(4);
  for (const status of [408, 425, 500, 502, 504]) expect(await attempts({ status })).toBe(4);
});

it('leaves patience to the forwarder, and the rest to people', async () => {
  expect(await attempts({ status: 429 })).toBe(1);
  expect(await attempts({ status: 503 })).toBe(1);
  expect(await attempts({ status: 500, retryAfter: 1 })).toBe(1);
  expect(await attempts({ outcome: 'blocked', code: 'CERT_HAS_EXPIRED' })).toBe(1);
  expect(await attempts({ outcome: 'split', status: 413 })).toBe(1);
  expect(await attempts({ code: 'UND_ERR_HEADERS_TIMEOUT' })).toBe(1);
  expect(await attempts({ code: 'ABORTED' })).toBe(1);
});

it('stops with the first success, and when its caller goes away', async () => {
  let made = 0;
  const attempt = async () => exchange(++made < 3 ? {} : undefined);
  expect(await withQuickRetries(attempt, RETRY, patient)).toEqual({ exchange: exchange(), repeated: 2 });
  expect(await attempts({}, AbortSignal.abort())).toBe(1);
  const stop = new AbortController();
  const slow = withQuickRetries(
    async () => {
      setImmediate(() => stop.abort());
      return exchange({});
    },
    { attempts: 5, firstMs: 1e9 },
    stop.signal,
  );
  expect((await slow).exchange.problem?.code).toBe('ECONNRESET');
});
