import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { ApiError } from './api/client.ts';
import { session } from './api/session.ts';
import { Shell } from './frame/shell.tsx';
import { useStore } from './kit/store.ts';
import { Toasts } from './widgets/toast.tsx';

/** What the server refuses it will refuse again; a lost connection or a fault of its own is tried twice more. */
export function worthRetrying(failures: number, error: Error): boolean {
  return failures < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 502);
}

const Login = lazy(() => import('./frame/login.tsx').then((module) => ({ default: module.Login })));

const queries = new QueryClient({
  defaultOptions: { queries: { retry: worthRetrying, refetchOnWindowFocus: false, gcTime: 120_000 } },
});

export function App() {
  const { key } = useStore(session);
  useEffect(() => {
    // Another key may see other things.
    if (key === null) queries.clear();
  }, [key]);
  return (
    <QueryClientProvider client={queries}>
      <Suspense fallback={null}>{key === null ? <Login /> : <Shell />}</Suspense>
      <Toasts />
    </QueryClientProvider>
  );
}
