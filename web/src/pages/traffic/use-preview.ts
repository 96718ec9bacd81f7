import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type ApiError, call } from '../../api/client.ts';
import { PATHS } from './data.ts';
import type { RuleOrder } from './rule-draft.ts';
import type { RulePreview } from './types.ts';

/** After the last key stroke. */
const WAIT_MS = 300;

/** What a rule with these conditions would hide, asked for when typing pauses. */
export function usePreview(conditions: RuleOrder, enabled: boolean): UseQueryResult<RulePreview, ApiError> {
  const wanted = JSON.stringify(conditions);
  const [asked, setAsked] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(wanted), WAIT_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
  return useQuery<RulePreview, ApiError>({
    queryKey: [PATHS.preview, asked],
    queryFn: ({ signal }) => call<RulePreview>(PATHS.preview, { method: 'POST', body: asked, signal }),
    enabled: enabled && asked !== '{}',
    placeholderData: keepPreviousData,
    retry: false,
  });
}
