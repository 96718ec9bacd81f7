import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { type Action, useActionWith } from '../../api/action.ts';
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

/** A request that changes something; what is shown of outputs is asked for anew after it. */
export function useAction(): Action {
  const queries = useQueryClient();
  const reload = useCallback(
    () =>
      queries.invalidateQueries({
        predicate: ({ queryKey: [path] }) => String(path).startsWith(ROOT) && path !== TYPES,
      }),
    [queries],
  );
  return useActionWith(reload);
}
