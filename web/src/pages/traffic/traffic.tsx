import { useState } from 'react';
import { plural } from '../../format/number.ts';
import { PageLink } from '../../frame/links.tsx';
import { useUrlState } from '../../state/url-state.ts';
import { ErrorNotice, Notice, Skeleton } from '../../widgets/states.tsx';
import { AnomalyDrawer } from './anomaly-drawer.tsx';
import { anomalyKey } from './anomaly-key.ts';
import { AnomalyPanel } from './anomaly-list.tsx';
import { CaptureFilePanel } from './capture-file.tsx';
import { useMay, useReloadOnChange, useStatus, useTimeSpan } from './data.ts';
import { eventsOf } from './event-links.ts';
import { LiveCapturePanel } from './live-capture.tsx';
import { RulesPanel } from './rules-panel.tsx';
import { StoredEventsPanel } from './stored-events.tsx';
import type { Anomaly, TrafficStatus } from './types.ts';
import { WindowDrawer } from './window-drawer.tsx';
import { WindowsPanel } from './windows-panel.tsx';
import './traffic.css';

/** The traffic analysis: a capture or an interface, its windows, what was unusual in them, and what of that is allowed. */
export default function TrafficPage() {
  const query = useStatus();
  const { data: status, error } = query;
  useReloadOnChange(status);
  const span = useTimeSpan((status?.data.metrics ?? 0) > 0);
  return (
    <>
      <header className="page-head">
        <h1 className="page-title">Traffic</h1>
        <p className="muted" aria-live="polite">
          {status && summaryOf(status)}
        </p>
        {span && (
          <PageLink to="/events" patch={eventsOf(span)} className="link">
            Events of that time
          </PageLink>
        )}
      </header>
      {error && <ErrorNotice error={error} retry={query.refetch} what="The traffic analysis" />}
      {status ? <Analysis status={status} /> : !error && <Skeleton rows={4} height={120} />}
    </>
  );
}

function summaryOf({ system, data }: TrafficStatus): string {
  if (system.mode === 'idle') return '';
  const input = system.mode === 'live' ? `live on ${system.interface}` : (system.pcap_file ?? system.events);
  return `${input}: ${plural(data.metrics, 'window')}, ${plural(data.anomalies, 'anomaly', 'anomalies')}`;
}

function Analysis({ status }: { status: TrafficStatus }) {
  const { state, update } = useUrlState();
  const may = useMay();
  const [clicked, setClicked] = useState<Anomaly | null>(null);
  const open = (row: string) => update({ row }, { replace: state.row !== '' });
  const close = () => update({ row: '' }, { replace: true });
  const openWindow = (id: number) => open(`w${id}`);
  const openAnomaly = (anomaly: Anomaly) => {
    setClicked(anomaly);
    open(anomalyKey(anomaly));
  };
  const window = windowOf(state.row);
  return (
    <>
      <div className="stack">
        <div className="traffic-inputs">
          <StoredEventsPanel status={status} mayAnalyse={may.analyse} />
          <CaptureFilePanel status={status} mayAnalyse={may.analyse} />
          <LiveCapturePanel status={status} mayControl={may.control} />
        </div>
        {status.data.metrics > 0 ? (
          <>
            <WindowsPanel status={status} mayAnalyse={may.analyse} open={window} onOpen={openWindow} />
            <AnomalyPanel status={status} open={state.row} onOpen={openAnomaly} />
          </>
        ) : (
          <NothingYet status={status} />
        )}
        <RulesPanel mayControl={may.control} />
      </div>
      {window !== null && (
        <WindowDrawer
          key={state.row}
          id={window}
          status={status}
          onAnomaly={openAnomaly}
          onStep={openWindow}
          onClose={close}
        />
      )}
      {window === null && state.row !== '' && (
        <AnomalyDrawer
          key={state.row}
          id={state.row}
          known={clicked}
          status={status}
          mayControl={may.control}
          onWindow={openWindow}
          onClose={close}
        />
      )}
    </>
  );
}

/** The number of the window that the address names, null when it names something else. */
function windowOf(row: string): number | null {
  return /^w\d{1,9}$/.test(row) ? Number(row.slice(1)) : null;
}

function NothingYet({ status }: { status: TrafficStatus }) {
  if (status.job?.state === 'running')
    return (
      <Notice title="The first windows are on their way">
        <p>
          Windows are {status.system.window_size} s long; those of a file are shown when all of it was read, those of a
          live capture as they end.
        </p>
      </Notice>
    );
  return (
    <Notice title="No traffic is analysed yet">
      <p>
        Flows and logs are analysed as they come in. Or choose a capture, or start a live one. Traffic is cut into
        windows of {status.system.window_size} s: bandwidth, round trips, connections and loss are measured in each, and
        what is unusual in them is found and explained.
      </p>
    </Notice>
  );
}
