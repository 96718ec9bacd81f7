import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { ApiError, call, type Request } from '../../api/client.ts';
import { REFRESH_MS, useApi } from '../../api/queries.ts';
import type { Who } from '../../api/types.ts';
import type { OutputList, OutputTypes } from './types.ts';

const ROOT = '/v1/outputs';
const TYPES = `${ROOT}/types`;

/** Where an output is, or something of it: `/v1/outputs/splunk/replay`. */
export function outputPath(name: string, ...rest: readonly string[]): string {
  return [ROOT, ...[name, ...rest].map(encodeURIComponent)].join('/');
}

export function useOutputs() {
  return useApi<OutputList>(ROOT, {}, { refresh: REFRESH_MS });
}

/** What can be configured of each type: it changes with the version of the server only. */
export function useOutputTypes() {
  return useApi<OutputTypes>(TYPES, {}, { fresh: Number.POSITIVE_INFINITY });
}

/** May this key change outputs? */
export function useMayChange(): boolean {
  return useApi<Who>('/v1/whoami', {}, { fresh: 60_000 }).data?.scopes.includes('admin') ?? false;
}

export interface Action {
  readonly busy: boolean;
  /** Why the last one was refused. */
  readonly error: ApiError | null;
  /** Sends; what is shown of outputs is asked for anew after it. Resolves with undefined when it was refused. */
  run<T>(path: string, request: Request): Promise<T | undefined>;
}

/** A request that changes something. */
export function useAction(): Action {
  const queries = useQueryClient();
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
        await queries.invalidateQueries({
          predicate: ({ queryKey: [path] }) => String(path).startsWith(ROOT) && path !== TYPES,
        });
      }
    },
    [queries],
  );
  return { busy, error, run };
}
