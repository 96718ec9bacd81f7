import { bytes, plural, share } from '../../format/number.ts';
import { dateTime, duration } from '../../format/time.ts';
import { PageLink } from '../../frame/links.tsx';
import { useStore } from '../../kit/store.ts';
import { zone } from '../../state/preferences.ts';
import { Drawer } from '../../widgets/drawer.tsx';
import { ErrorNotice, Skeleton } from '../../widgets/states.tsx';
import { anomalyKey } from './anomaly-key.ts';
import { useBaselines, useWindow, useWindowAnomalies, useWindows } from './data.ts';
import { eventsOf } from './event-links.ts';
import { metricValue, typeName } from './names.ts';
import { Section } from './section.tsx';
import { METRICS } from './series.ts';
import { SeverityBadge } from './severity.tsx';
import { Talkers } from './talkers.tsx';
import type { Anomaly, BaselineList, TrafficStatus, TrafficWindow } from './types.ts';

interface WindowDrawerProps {
  id: number;
  status: TrafficStatus;
  onAnomaly: (anomaly: Anomaly) => void;
  onStep: (id: number) => void;
  onClose: () => void;
}

/** Everything about one window. */
export function WindowDrawer({ id, status, onAnomaly, onStep, onClose }: WindowDrawerProps) {
  const query = useWindow(id);
  const shown = useStore(zone);
  const newest = useWindows(status.data.metrics, 0).data?.metrics.at(-1)?.window_id ?? id;
  const window = query.data?.window_id === id ? query.data : undefined;
  return (
    <Drawer
      title={window ? dateTime(window.window_start * 1000, shown) : `Window ${id}`}
      onClose={onClose}
      actions={
        <>
          {window && (
            <PageLink to="/events" patch={eventsOf(window)} className="button small">
              Events of it
            </PageLink>
          )}
          <button type="button" className="button small" disabled={id === 0} onClick={() => onStep(id - 1)}>
            Earlier
          </button>
          <button type="button" className="button small" disabled={id >= newest} onClick={() => onStep(id + 1)}>
            Later
          </button>
        </>
      }
    >
      {query.error && <ErrorNotice error={query.error} retry={query.refetch} what="The window" />}
      {window ? <Details window={window} onAnomaly={onAnomaly} /> : !query.error && <Skeleton rows={12} />}
    </Drawer>
  );
}

function Details({ window, onAnomaly }: { window: TrafficWindow; onAnomaly: (anomaly: Anomaly) => void }) {
  const baselines = useBaselines();
  return (
    <>
      <p className="muted">
        {duration(window.window_end - window.window_start)}, {plural(window.record_count, 'record')},{' '}
        {metricValue('pps', window.bandwidth.avg_pps)}
      </p>
      <Found id={window.window_id} onAnomaly={onAnomaly} />
      <Figures window={window} baselines={baselines.data} />
      <Talkers window={window} />
      <Shares title="Protocols, by bytes" parts={window.protocol.bytes} />
      <Shares title="Services, by bytes" parts={window.protocol.services} />
    </>
  );
}

function Found({ id, onAnomaly }: { id: number; onAnomaly: (anomaly: Anomaly) => void }) {
  const query = useWindowAnomalies(id);
  if (query.error) return <ErrorNotice error={query.error} retry={query.refetch} what="The anomalies" />;
  if (!query.data || query.isPlaceholderData) return <Skeleton rows={1} />;
  if (query.data.anomalies.length === 0) return <p className="muted">No anomaly was found in it.</p>;
  return (
    <Section title={`Anomalies (${query.data.anomalies.length})`}>
      <ul className="found">
        {query.data.anomalies.map((anomaly) => (
          <li key={anomalyKey(anomaly)}>
            <SeverityBadge severity={anomaly.severity} score={anomaly.score} />{' '}
            <button type="button" className="link" onClick={() => onAnomaly(anomaly)}>
              {typeName(anomaly.type)}
            </button>
            <p className="small muted">{anomaly.message}</p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Observed against what is usual. */
function Figures({ window, baselines }: { window: TrafficWindow; baselines: BaselineList | undefined }) {
  return (
    <Section title="Observed and usual">
      <div className="table-scroll">
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col" className="number">
                Observed
              </th>
              <th scope="col" className="number">
                Median
              </th>
              <th scope="col" className="number" title="95 % of the windows are below">
                p95
              </th>
            </tr>
          </thead>
          <tbody>
            {METRICS.map((metric) => {
              const value = metric.of(window);
              const usual = baselines?.baselines[metric.baseline]?.metrics[metric.statistic];
              const above = usual !== undefined && value !== null && value > usual.p95;
              return (
                <tr key={metric.name}>
                  <th scope="row">{metric.label}</th>
                  <td className={above ? 'number above' : 'number'} title={above ? 'Above p95' : undefined}>
                    {value === null ? '–' : metric.text(value)}
                  </td>
                  <td className="number">{usual ? metric.text(usual.median) : '–'}</td>
                  <td className="number">{usual ? metric.text(usual.p95) : '–'}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Shares({ title, parts }: { title: string; parts: Readonly<Record<string, number>> }) {
  const list = Object.entries(parts).sort(([, a], [, b]) => b - a);
  if (list.length === 0) return null;
  const total = list.reduce((sum, [, value]) => sum + value, 0);
  return (
    <Section title={title}>
      <p className="muted figures">
        {list.map(([name, value]) => (
          <span key={name} title={bytes(value)}>
            {name || 'unknown'} <b>{share(value, total)}</b>
          </span>
        ))}
      </p>
    </Section>
  );
}
