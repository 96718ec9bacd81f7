import { useState } from 'react';
import { whole } from '../../format/number.ts';
import { Loaded, Panel } from '../../widgets/panel.tsx';
import { When } from '../../widgets/when.tsx';
import { anomalyKey } from './anomaly-key.ts';
import { type AnomalyFilter, EVERY_ANOMALY, MOST_ANOMALIES, useAnomalies, useAnomalyCounts } from './data.ts';
import { ANOMALY_TYPES, metricName, metricValue, SEVERITIES, typeName } from './names.ts';
import { SeverityBadge } from './severity.tsx';
import type { Anomaly, AnomalyCounts, TrafficStatus } from './types.ts';

interface AnomalyPanelProps {
  status: TrafficStatus;
  /** Key of the one whose details are open. */
  open: string;
  onOpen: (anomaly: Anomaly) => void;
}

/** All anomalies, the newest first, by type and severity; or those that rules hide. */
export function AnomalyPanel({ status, open, onOpen }: AnomalyPanelProps) {
  const [filter, setFilter] = useState<AnomalyFilter>(EVERY_ANOMALY);
  const counts = useAnomalyCounts();
  const all = status.data.anomalies;
  const query = useAnomalies(filter, expected(filter, status, counts.data));
  const { data } = query;
  const note =
    data && data.total > data.anomalies.length
      ? `the newest ${whole(data.anomalies.length)} of ${whole(data.total)}`
      : data && `${whole(data.total)}${isFiltered(filter) && !filter.hidden ? ` of ${whole(all)}` : ''}`;
  return (
    <Panel title={filter.hidden ? 'Hidden anomalies' : 'Anomalies'} note={note} className="traffic-panel">
      <Filters filter={filter} onChange={setFilter} counts={counts.data} hidden={status.data.hidden} />
      <Loaded query={query} what="The anomalies" rows={5}>
        {({ anomalies }) =>
          anomalies.length === 0 ? (
            <p className="panel-empty muted">{emptyText(filter, status.data.metrics)}</p>
          ) : (
            <AnomalyTable anomalies={[...anomalies].reverse()} open={open} onOpen={onOpen} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function isFiltered({ type, severity }: AnomalyFilter): boolean {
  return type !== '' || severity !== '';
}

function emptyText(filter: AnomalyFilter, windows: number): string {
  if (isFiltered(filter)) return 'None of these.';
  if (filter.hidden) return 'No rule hides anything.';
  return `Nothing unusual in ${whole(windows)} windows.`;
}

/** How many fit, so that the newest of them can be asked for. */
function expected({ type, severity, hidden }: AnomalyFilter, status: TrafficStatus, counts?: AnomalyCounts): number {
  // Hidden ones are not counted by type; where the filter leaves most of them out, all of them are in one answer.
  if (hidden) return type === '' && severity === '' ? status.data.hidden : 0;
  if (type === '' && severity === '') return status.data.anomalies;
  const types = type === '' ? Object.values(counts?.by_type ?? {}) : [counts?.by_type[type]];
  return types.reduce((sum, one) => {
    const count = severity === '' ? one?.count : one?.by_severity[severity as Anomaly['severity']];
    return sum + (count ?? 0);
  }, 0);
}

interface FiltersProps {
  filter: AnomalyFilter;
  onChange: (filter: AnomalyFilter) => void;
  counts: AnomalyCounts | undefined;
  hidden: number;
}

function Filters({ filter, onChange, counts, hidden }: FiltersProps) {
  const present = ANOMALY_TYPES.filter((type) => type === filter.type || filter.hidden || counts?.by_type[type]?.count);
  return (
    <div className="form-row filters">
      <select
        className="input"
        aria-label="Type"
        value={filter.type}
        onChange={(event) => onChange({ ...filter, type: event.target.value })}
      >
        <option value="">All types</option>
        {present.map((type) => (
          <option key={type} value={type}>
            {typeName(type)}
            {!filter.hidden && ` (${whole(counts?.by_type[type]?.count ?? 0)})`}
          </option>
        ))}
      </select>
      <select
        className="input"
        aria-label="Severity"
        value={filter.severity}
        onChange={(event) => onChange({ ...filter, severity: event.target.value })}
      >
        <option value="">All severities</option>
        {SEVERITIES.map((severity) => (
          <option key={severity} value={severity}>
            {severity}
          </option>
        ))}
      </select>
      {(hidden > 0 || filter.hidden) && (
        <label className="check">
          <input
            type="checkbox"
            checked={filter.hidden}
            onChange={(event) => onChange({ ...filter, hidden: event.target.checked })}
          />
          Hidden by rules ({whole(hidden)})
        </label>
      )}
    </div>
  );
}

interface AnomalyTableProps {
  anomalies: readonly Anomaly[];
  open: string;
  onOpen: (anomaly: Anomaly) => void;
}

/** Rows beyond this make the page slow, and nobody reads them. */
const ROWS = MOST_ANOMALIES / 5;

function AnomalyTable({ anomalies, open, onOpen }: AnomalyTableProps) {
  const [all, setAll] = useState(false);
  const shown = all ? anomalies : anomalies.slice(0, ROWS);
  return (
    <div className="table-scroll anomaly-scroll">
      <table className="plain-table anomaly-table">
        <caption className="visually-hidden">Anomalies, the newest first</caption>
        <thead>
          <tr>
            <th scope="col">Type</th>
            <th scope="col">Severity</th>
            <th scope="col">When</th>
            <th scope="col">What</th>
            <th scope="col" className="number">
              Observed
            </th>
            <th scope="col" className="number">
              Limit
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((anomaly) => {
            const key = anomalyKey(anomaly);
            return (
              <tr key={key} data-selected={key === open}>
                <th scope="row" className="nowrap">
                  <button type="button" className="link" aria-expanded={key === open} onClick={() => onOpen(anomaly)}>
                    {typeName(anomaly.type)}
                  </button>
                </th>
                <td>
                  <SeverityBadge severity={anomaly.severity} score={anomaly.score} />
                </td>
                <td className="nowrap">
                  <When time={new Date(anomaly.window_start * 1000).toISOString()} />
                </td>
                <td className="anomaly-message">{anomaly.message}</td>
                <td className="number" title={metricName(anomaly.metric)}>
                  {metricValue(anomaly.metric, anomaly.current_value)}
                </td>
                <td className="number">{metricValue(anomaly.metric, anomaly.threshold)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {!all && anomalies.length > ROWS && (
        <button type="button" className="link" onClick={() => setAll(true)}>
          Show {whole(anomalies.length - ROWS)} more
        </button>
      )}
    </div>
  );
}
