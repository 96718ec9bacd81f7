import { useMemo } from 'react';
import { useApi, useFields } from '../api/queries.ts';
import type { Top } from '../api/types.ts';
import { literal } from './clauses.ts';
import { type Completion, complete, fieldNamed, placeAt } from './complete.ts';

/** Completions at the cursor; values are the most frequent ones of the field in the last day. */
export function useCompletions(text: string, cursor: number, open: boolean): Completion[] {
  const fields = useFields().data?.fields;
  const place = useMemo(() => placeAt(text, cursor), [text, cursor]);
  const wanted = place.expecting.what === 'value' ? place.expecting.field : null;
  const field = wanted && fields ? fieldNamed(fields, wanted) : undefined;
  const ask = open && field !== undefined && field.values === undefined && !['time', 'id', 'json'].includes(field.type);
  // Short names such as `ip` stand for two columns; the source one is asked.
  const column =
    field?.path.includes('.') || fields?.some((one) => one.path === field?.path) ? field?.path : `src.${field?.path}`;
  const top = useApi<Top>(
    '/v1/query/top',
    { field: column, by: 'events', limit: 10, from: '-1d', to: 'now' },
    { enabled: ask, fresh: 60_000 },
  );
  return useMemo(() => {
    if (!open) return [];
    const usable = ask && !top.isPlaceholderData ? (top.data?.items ?? []) : [];
    const values = usable.flatMap((item) =>
      item.value === null || item.value === '' ? [] : [literal(item.value, field?.type)],
    );
    return complete(place, fields ?? [], values);
  }, [open, ask, top.data, top.isPlaceholderData, place, fields, field]);
}
