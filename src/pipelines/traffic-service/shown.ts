import type { TrafficStatus } from '../../model/traffic-view.ts';
import type { TrafficResults } from './results.ts';

/** What the status says of the results that are shown; of none as long as there are none. */
export function shownStatus(
  results: TrafficResults | undefined,
  windowSeconds: number,
): Omit<TrafficStatus, 'interface' | 'events' | 'baselines' | 'job'> {
  return {
    mode: results?.source ?? 'idle',
    file: results?.source === 'pcap' ? results.input : null,
    selection: results?.source === 'events' ? results.input : null,
    windowSeconds: results?.windowSeconds ?? windowSeconds,
    windows: results?.windows.length ?? 0,
    anomalies: results?.visible.length ?? 0,
    hidden: results?.hidden.length ?? 0,
    dropped: results?.dropped ?? 0,
  };
}
