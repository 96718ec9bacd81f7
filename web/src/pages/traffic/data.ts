import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { type Action, useActionWith } from '../../api/action.ts';
import { REFRESH_MS, useApi } from '../../api/queries.ts';
import type { Who } from '../../api/types.ts';
import type {
  Anomaly,
  AnomalyCounts,
  AnomalyList,
  BaselineList,
  CaptureFile,
  CaptureInterface,
  Job,
  Rule,
  TrafficStatus,
  TrafficWindow,
  WindowList,
  WindowSummary,
} from './types.ts';

const ROOT = '/v1/traffic';

/** Where the answers come from. */
export const PATHS = {
  status: `${ROOT}/status`,
  windows: `${ROOT}/windows`,
  summary: `${ROOT}/windows/summary`,
  jobs: `${ROOT}/jobs`,
  anomalies: `${ROOT}/anomalies`,
  counts: `${ROOT}/anomalies/by-type`,
  baselines: `${ROOT}/baselines`,
  generate: `${ROOT}/baselines/generate`,
  captures: `${ROOT}/captures`,
  interfaces: `${ROOT}/capture/interfaces`,
  start: `${ROOT}/capture/start`,
  stop: `${ROOT}/capture/stop`,
  packets: `${ROOT}/capture/packets`,
  rules: `${ROOT}/rules`,
  preview: `${ROOT}/rules/preview`,
} as const;

/** While something runs its progress is asked for this often. */
const BUSY_MS = 1000;
/** Windows on one picture. */
export const SHOWN_WINDOWS = 500;
/** What one answer holds at most. */
export const MOST_ANOMALIES = 1000;

export function useStatus() {
  const [busy, setBusy] = useState(false);
  const query = useApi<TrafficStatus>(PATHS.status, {}, { refresh: busy ? BUSY_MS : REFRESH_MS });
  const running = query.data?.job?.state === 'running';
  useEffect(() => setBusy(running), [running]);
  return query;
}

/** The newest windows of `total`, or those `back` pictures before them. */
export function useWindows(total: number, back: number) {
  const end = Math.max(1, total - back * SHOWN_WINDOWS);
  const offset = Math.max(0, end - SHOWN_WINDOWS);
  return useApi<WindowList>(PATHS.windows, { offset, limit: end - offset });
}

/** From the beginning of the first window to the end of the last; null when there are none. */
export function useTimeSpan(enabled: boolean): { window_start: number; window_end: number } | null {
  const { start, end } = useApi<WindowSummary>(PATHS.summary, {}, { enabled }).data?.time_span ?? {};
  return start == null || end == null ? null : { window_start: start, window_end: end };
}

export function useWindow(id: number) {
  return useApi<TrafficWindow>(`${PATHS.windows}/${id}`);
}

export function useWindowAnomalies(id: number) {
  return useApi<{ anomalies: Anomaly[] }>(`${PATHS.anomalies}/window/${id}`);
}

export interface AnomalyFilter {
  readonly type: string;
  readonly severity: string;
  readonly hidden: boolean;
}

export const EVERY_ANOMALY: AnomalyFilter = { type: '', severity: '', hidden: false };

/** The newest of `total` that fit; the API lists the oldest first. */
export function useAnomalies({ type, severity, hidden }: AnomalyFilter, total: number) {
  return useApi<AnomalyList>(PATHS.anomalies, {
    type,
    severity,
    hidden: hidden ? 'true' : undefined,
    offset: Math.max(0, total - MOST_ANOMALIES),
    limit: MOST_ANOMALIES,
  });
}

export function useAnomalyCounts() {
  return useApi<AnomalyCounts>(PATHS.counts);
}

export function useBaselines() {
  return useApi<BaselineList>(PATHS.baselines);
}

/** The run that made what is shown: a file is shown when it was read to its end, a live capture as it goes on. */
export function useShownRun(): Job | undefined {
  const runs = useApi<{ items: Job[] }>(PATHS.jobs).data?.items;
  return runs?.find(({ state, source }) => state === 'done' || (source === 'live' && state === 'running'));
}

export function useInterfaces() {
  return useApi<{ items: CaptureInterface[] }>(PATHS.interfaces, {}, { fresh: 60_000 });
}

export function useFiles() {
  return useApi<{ items: CaptureFile[] }>(PATHS.captures);
}

export function useRules() {
  return useApi<{ items: Rule[] }>(PATHS.rules);
}

/** What this key may do here: analyse captures; capture packets and hide anomalies. */
export interface May {
  readonly analyse: boolean;
  readonly control: boolean;
}

export function useMay(): May {
  const scopes = useApi<Who>('/v1/whoami', {}, { fresh: 60_000 }).data?.scopes ?? [];
  const control = scopes.includes('admin');
  return { analyse: control || scopes.includes('ingest'), control };
}

/** Everything of this page is asked for anew; what is rarely other and costs a program's start is not. */
function useReload(): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(
    () =>
      queries.invalidateQueries({
        predicate: ({ queryKey: [path] }) => String(path).startsWith(ROOT) && path !== PATHS.interfaces,
      }),
    [queries],
  );
}

/** Asks for windows, anomalies and the rest anew when the status says that there are others. */
export function useReloadOnChange(status: TrafficStatus | undefined): void {
  const reload = useReload();
  const { data, job } = status ?? {};
  const mark = data && `${data.metrics} ${data.anomalies} ${data.hidden} ${data.baselines} ${job?.id} ${job?.state}`;
  const known = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (known.current !== undefined && mark !== undefined && known.current !== mark) void reload();
    known.current = mark ?? known.current;
  }, [mark, reload]);
}

/** A request that changes something; what is shown of traffic is asked for anew after it. */
export function useAction(): Action {
  return useActionWith(useReload());
}
