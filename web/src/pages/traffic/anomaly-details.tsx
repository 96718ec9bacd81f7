import { type ReactNode, useState } from 'react';
import { PageLink } from '../../frame/links.tsx';
import { When } from '../../widgets/when.tsx';
import { eventsOfAddress, eventsOfAnomaly, eventsOfEvidence } from './event-links.ts';
import { metricName, metricValue, techniqueAddress } from './names.ts';
import { RuleDialog } from './rule-dialog.tsx';
import { Line } from './section.tsx';
import { SeverityBadge } from './severity.tsx';
import type { Anomaly } from './types.ts';

interface AnomalyDetailsProps {
  anomaly: Anomaly;
  mayControl: boolean;
  /** Further buttons. */
  children?: ReactNode;
}

/** What was seen, what was expected, why that matters, and where to look. */
export function AnomalyDetails({ anomaly, mayControl, children }: AnomalyDetailsProps) {
  const [allowing, setAllowing] = useState(false);
  const { metric, current_value, expected, threshold, window_start, window_end } = anomaly;
  const text = (value: number) => metricValue(metric, value);
  return (
    <>
      <p>{anomaly.message}</p>
      <p className="muted">{anomaly.why}</p>
      <Measure anomaly={anomaly} />
      <dl className="fields">
        <Line name="Severity">
          <SeverityBadge severity={anomaly.severity} score={anomaly.score} full />
        </Line>
        <Line name="Measured">{metricName(metric)}</Line>
        <Line name="Observed">{text(current_value)}</Line>
        <Line name="Expected">{expected === null ? 'nothing in particular' : text(expected)}</Line>
        <Line name="Unusual from">{text(threshold)}</Line>
        <Line name="Window">
          <When time={new Date(window_start * 1000).toISOString()} /> –{' '}
          <When time={new Date(window_end * 1000).toISOString()} />
        </Line>
        {anomaly.flow_src && (
          <Line name="From">
            <Address anomaly={anomaly} address={anomaly.flow_src} />
          </Line>
        )}
        {anomaly.flow_dst && (
          <Line name="To">
            <Address anomaly={anomaly} address={anomaly.flow_dst} />
          </Line>
        )}
        {anomaly.port !== undefined && <Line name="Port">{anomaly.port}</Line>}
        <Techniques ids={anomaly.techniques} />
        <Evidence anomaly={anomaly} />
      </dl>
      <div className="row-actions">
        <PageLink to="/events" patch={eventsOfAnomaly(anomaly)} className="button small">
          Events of it
        </PageLink>
        {mayControl && (
          <button type="button" className="button small" onClick={() => setAllowing(true)}>
            Allow…
          </button>
        )}
        {children}
      </div>
      {allowing && <RuleDialog anomaly={anomaly} onClose={() => setAllowing(false)} />}
    </>
  );
}

/** An address with its events in that time, and what is known of it. */
function Address({ anomaly, address }: { anomaly: Anomaly; address: string }) {
  return (
    <>
      <PageLink to="/events" patch={eventsOfAddress(anomaly, address)} className="link mono" title="Events of it">
        {address}
      </PageLink>{' '}
      {!address.includes('/') && (
        <PageLink to="/lookup" patch={{ find: address }} className="link small">
          Look up
        </PageLink>
      )}
    </>
  );
}

/** Observed, expected and limit on one line from zero. */
function Measure({ anomaly: { current_value, expected, threshold } }: { anomaly: Anomaly }) {
  const top = Math.max(current_value, expected ?? 0, threshold);
  if (!(top > 0)) return null;
  const place = (value: number) => `${(Math.max(0, value) / top) * 100}%`;
  return (
    <div className="measure" aria-hidden="true">
      <span className="measure-bar" style={{ width: place(current_value) }} />
      {expected !== null && <span className="measure-tick expected" style={{ left: place(expected) }} />}
      <span className="measure-tick limit" style={{ left: place(threshold) }} />
    </div>
  );
}

function Techniques({ ids }: { ids: readonly string[] }) {
  if (ids.length === 0) return null;
  return (
    <Line name="ATT&CK">
      <span className="chips">
        {ids.map((id) => (
          <a key={id} className="chip" href={techniqueAddress(id)} target="_blank" rel="noreferrer">
            {id}
          </a>
        ))}
      </span>
    </Line>
  );
}

function Evidence({ anomaly }: { anomaly: Anomaly }) {
  if (anomaly.evidence.length === 0) return null;
  return (
    <Line name="Evidence">
      <span className="chips">
        {anomaly.evidence.map((id) => (
          <PageLink key={id} to="/events" patch={eventsOfEvidence(anomaly, id)} className="chip mono">
            {id}
          </PageLink>
        ))}
      </span>
    </Line>
  );
}
