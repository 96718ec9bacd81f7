import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { json, stubApi } from '../../test-support/render.tsx';
import { ApiError, address, asCurl, call } from './client.ts';
import { session, signIn, signOut } from './session.ts';

const KEY = 'vk_test_0123456789';

beforeEach(() => signIn(KEY, false));
afterEach(() => signOut());

async function failureOf(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => undefined,
    (problem: unknown) => problem,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe('call', () => {
  it('sends the key in a header and never in the address', async () => {
    const calls = stubApi({ '/v1/events': { items: [] } });
    await call('/v1/events', { params: { from: '-1h', filter: undefined, limit: 5, fields: '' } });
    expect(calls[0].headers.get('authorization')).toBe(`Bearer ${KEY}`);
    expect([...calls[0].query]).toEqual([
      ['from', '-1h'],
      ['limit', '5'],
    ]);
  });

  it('gives code, detail, request id and the place of a filter error', async () => {
    stubApi({
      '/v1/events': json(400, {
        error: 'Bad filter',
        detail: 'There is no field "dst.prt".',
        code: 'INVALID_FILTER',
        request_id: 'req-1',
        position: 4,
        length: 7,
        suggestion: 'dst.port',
      }),
    });
    const error = await failureOf(call('/v1/events'));
    expect(error).toMatchObject({
      status: 400,
      code: 'INVALID_FILTER',
      title: 'Bad filter',
      message: 'There is no field "dst.prt".',
      requestId: 'req-1',
      position: 4,
      length: 7,
      suggestion: 'dst.port',
    });
  });

  it('reads lists of details, headers, and answers that are no JSON', async () => {
    stubApi({
      '/list': json(400, { detail: ['a is wrong.', { index: 3 }] }, { 'x-request-id': 'req-2' }),
      '/busy': json(429, { detail: 'Wait.', code: 'RATE_LIMITED' }, { 'retry-after': '7' }),
      '/proxy': new Response('<html>Bad gateway</html>', { status: 502 }),
    });
    expect(await failureOf(call('/list'))).toMatchObject({ message: 'a is wrong. {"index":3}', requestId: 'req-2' });
    expect(await failureOf(call('/busy'))).toMatchObject({ retryAfter: 7 });
    expect(await failureOf(call('/proxy'))).toMatchObject({ status: 502, code: 'HTTP_502' });
  });

  it('ends the session when its key is refused, and says why', async () => {
    stubApi({ '/v1/events': json(401, { error: 'No valid key', detail: 'Unknown.', code: 'UNAUTHENTICATED' }) });
    await failureOf(call('/v1/events'));
    expect(session.get().key).toBeNull();
    expect(session.get().notice).toMatch(/Sign in again/);
    expect(sessionStorage.getItem('vedette.key')).toBeNull();
  });

  it('keeps the session when a key that is only being tried is refused', async () => {
    stubApi({ '/v1/whoami': json(401, {}) });
    await failureOf(call('/v1/whoami', { key: 'another' }));
    expect(session.get().key).toBe(KEY);
  });

  it('keeps the session when the refused request was sent with an older key', async () => {
    stubApi({
      '/v1/events': () => {
        signIn('newer', false);
        return json(401, {});
      },
    });
    await failureOf(call('/v1/events'));
    expect(session.get().key).toBe('newer');
  });

  it('says that there was no answer', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    expect(await failureOf(call('/v1/events'))).toMatchObject({ status: 0, code: 'UNREACHABLE' });
  });

  it('passes on that it was cancelled', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new DOMException('stopped', 'AbortError')));
    const stop = new AbortController();
    stop.abort();
    await expect(call('/v1/events', { signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('sessions', () => {
  it('keeps the key for the tab, or for the browser when asked to', () => {
    expect([sessionStorage.getItem('vedette.key'), localStorage.getItem('vedette.key')]).toEqual([KEY, null]);
    signIn(KEY, true);
    expect([sessionStorage.getItem('vedette.key'), localStorage.getItem('vedette.key')]).toEqual([null, KEY]);
    signOut();
    expect([sessionStorage.getItem('vedette.key'), localStorage.getItem('vedette.key')]).toEqual([null, null]);
  });
});

describe('asCurl', () => {
  it('quotes for the shell and keeps the key out', () => {
    const text = asCurl('/v1/ingest', { method: 'POST', body: { note: "it's" }, params: { a: 'b c' } });
    expect(text).toContain(`/v1/ingest?a=b+c'`);
    expect(text).toContain('$VEDETTE_KEY');
    expect(text).toContain(`{"note":"it'\\''s"}`);
    expect(text).not.toContain(KEY);
  });

  it('builds addresses', () => {
    expect(address('/v1/events')).toBe('/v1/events');
    expect(address('/v1/events', { filter: 'a = "b&c"' })).toBe('/v1/events?filter=a+%3D+%22b%26c%22');
  });
});
