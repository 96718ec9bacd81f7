import { useCallback, useState } from 'react';
import { ApiError, call, type Request } from './client.ts';

export interface Action {
  readonly busy: boolean;
  /** Why the last one was refused. */
  readonly error: ApiError | null;
  /** Sends; what is shown is asked for anew after it. Resolves with undefined when it was refused. */
  run<T>(path: string, request: Request): Promise<T | undefined>;
}

/** A request that changes something. @param reload asks anew for what it may have changed. */
export function useActionWith(reload: () => Promise<unknown>): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const run = useCallback(
    async <T>(path: string, request: Request): Promise<T | undefined> => {
      setBusy(true);
      setError(null);
      try {
        return await call<T>(path, request);
      } catch (problem) {
        if (!(problem instanceof ApiError)) throw problem;
        setError(problem);
        return undefined;
      } finally {
        setBusy(false);
        await reload();
      }
    },
    [reload],
  );
  return { busy, error, run };
}
