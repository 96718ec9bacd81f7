import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, type RenderResult, render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, vi } from 'vitest';
import { session } from '../src/api/session.ts';
import { live } from '../src/state/live.ts';
import { pivotTarget } from '../src/widgets/pivot.ts';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: string | null;
}

type Reply = unknown | ((call: Call) => unknown);

/** Makes `fetch` answer from a table of paths, and notes every call. A `Response` is answered as it is. */
export function stubApi(routes: Record<string, Reply>): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal('fetch', async (input: string, init: RequestInit = {}) => {
    const url = new URL(input, 'http://vedette.example');
    const call: Call = {
      method: init.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: new Headers(init.headers),
      body: typeof init.body === 'string' ? init.body : null,
    };
    calls.push(call);
    if (!(url.pathname in routes)) return json(404, { error: 'Not found', detail: 'Nothing here.', code: 'NOT_FOUND' });
    const reply = routes[url.pathname];
    const answer = typeof reply === 'function' ? reply(call) : reply;
    return answer instanceof Response ? answer : json(200, answer);
  });
  return calls;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

/** Renders with a cache of its own, at an address, signed in. */
export function renderAt(address: string, node: ReactNode): RenderResult {
  window.history.replaceState(null, '', address);
  session.set({ key: 'test-key', notice: null });
  live.set(false);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(<QueryClientProvider client={client}>{node}</QueryClientProvider>);
}

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  pivotTarget.set(null);
  sessionStorage.clear();
  localStorage.clear();
});
