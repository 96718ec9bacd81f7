import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useStore } from '../kit/store.ts';
import { live } from '../state/live.ts';
import { endsNow } from '../state/time-range.ts';
import { type UrlState, useUrlState } from '../state/url-state.ts';
import { type ApiError, call, type Params } from './client.ts';
import type { Fields, Overview } from './types.ts';

export const REFRESH_MS = 5000;

export interface ApiOptions {
  /** Asked again this often; false is never. */
  refresh?: number | false;
  enabled?: boolean;
  /** Milliseconds for which an answer is taken as new. */
  fresh?: number;
}

/** GET with cache by path and parameters; a request that nobody waits for is cancelled; old data stay until new ones come. */
export function useApi<T>(path: string, params: Params = {}, options: ApiOptions = {}): UseQueryResult<T, ApiError> {
  return useQuery<T, ApiError>({
    queryKey: [path, params],
    queryFn: ({ signal }) => call<T>(path, { params, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: options.refresh ?? false,
    enabled: options.enabled ?? true,
    staleTime: options.fresh ?? 0,
  });
}

/** The parameters of the context bar, as the API takes them. */
export function contextParams(state: Pick<UrlState, 'from' | 'to' | 'q'>): Params {
  return { from: state.from, to: state.to, filter: state.q || undefined };
}

/** Live: the range ends now and nobody pressed pause. */
export function useLive(): { possible: boolean; on: boolean; interval: number | false } {
  const { state } = useUrlState();
  const wanted = useStore(live);
  const possible = endsNow(state);
  const on = possible && wanted;
  return { possible, on, interval: on ? REFRESH_MS : false };
}

/** A query over the range and filter of the context bar, refreshed while live. */
export function useContextQuery<T>(path: string, params: Params = {}, enabled = true): UseQueryResult<T, ApiError> {
  const { state } = useUrlState();
  const { interval } = useLive();
  return useApi<T>(path, { ...contextParams(state), ...params }, { refresh: interval, enabled });
}

export function useOverview(): UseQueryResult<Overview, ApiError> {
  return useContextQuery<Overview>('/v1/query/overview');
}

/** Columns and operators; they change with the version of the server only. */
export function useFields(): UseQueryResult<Fields, ApiError> {
  return useApi<Fields>('/v1/fields', {}, { fresh: Number.POSITIVE_INFINITY });
}
