import { useEffect, useState } from 'react';
import type { ApiError } from '../api/client.ts';
import { useApi } from '../api/queries.ts';
import type { EventPage } from '../api/types.ts';

const PAUSE_MS = 500;

/** What the server says is wrong with a filter that is being typed, after a pause; `skip` is known to it already. */
export function useFilterCheck(text: string, skip = ''): ApiError | null {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const draft = settled.trim();
  const checked = useApi<EventPage>(
    '/v1/events',
    // A range of a moment: the filter is read, nothing is searched.
    { filter: draft, from: '-1s', to: 'now', limit: 1, fields: 'id' },
    { enabled: draft !== '' && draft !== skip && settled === text, fresh: 60_000 },
  );
  const known = draft !== '' && draft !== skip && settled === text && !checked.isPlaceholderData;
  return known && isFilterError(checked.error) ? checked.error : null;
}

export function isFilterError(error: ApiError | null): boolean {
  return error !== null && error.code === 'INVALID_FILTER';
}
