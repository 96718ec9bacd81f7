import { Drawer } from '../../widgets/drawer.tsx';
import { ErrorNotice, Skeleton } from '../../widgets/states.tsx';
import { AnomalyDetails } from './anomaly-details.tsx';
import { anomalyKey } from './anomaly-key.ts';
import { EVERY_ANOMALY, useAnomalies, useWindows } from './data.ts';
import { typeName } from './names.ts';
import { indexAt } from './series.ts';
import { Talkers } from './talkers.tsx';
import type { Anomaly, TrafficStatus } from './types.ts';

interface AnomalyDrawerProps {
  /** See `anomalyKey`. */
  id: string;
  /** The one that was clicked; without it, as after a reload, it is looked for. */
  known: Anomaly | null;
  status: TrafficStatus;
  mayControl: boolean;
  onWindow: (window: number) => void;
  onClose: () => void;
}

/** Everything about one anomaly, and who talked most in its window. */
export function AnomalyDrawer({ id, known, status, mayControl, onWindow, onClose }: AnomalyDrawerProps) {
  const query = useAnomalies(EVERY_ANOMALY, status.data.anomalies);
  const windows = useWindows(status.data.metrics, 0).data?.metrics ?? [];
  const same = (anomaly: Anomaly) => anomalyKey(anomaly) === id;
  const found = known && same(known) ? known : query.data?.anomalies.find(same);
  const window = found && windows[indexAt(windows, found.window_end)];
  return (
    <Drawer title={found ? typeName(found.type) : 'Anomaly'} onClose={onClose}>
      {found ? (
        <AnomalyDetails anomaly={found} mayControl={mayControl}>
          {window && (
            <button type="button" className="button small" onClick={() => onWindow(window.window_id)}>
              Its window
            </button>
          )}
        </AnomalyDetails>
      ) : query.error ? (
        <ErrorNotice error={query.error} retry={query.refetch} what="The anomaly" />
      ) : query.data ? (
        <p className="muted">It is not among the anomalies any more: the analysis is another, or a rule hides it.</p>
      ) : (
        <Skeleton rows={12} />
      )}
      {window && <Talkers window={window} />}
    </Drawer>
  );
}
