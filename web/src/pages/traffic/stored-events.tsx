import { type FormEvent, useId, useState } from 'react';
import { plural, whole } from '../../format/number.ts';
import { duration } from '../../format/time.ts';
import { Panel } from '../../widgets/panel.tsx';
import { ErrorNotice, Notice } from '../../widgets/states.tsx';
import { When } from '../../widgets/when.tsx';
import { PATHS, useAction } from './data.ts';
import { JobReport } from './job-progress.tsx';
import { Line } from './section.tsx';
import type { FollowedEvents, TrafficStatus } from './types.ts';

const SPANS = [
  { from: '-1h', label: 'of the last hour' },
  { from: '-6h', label: 'of the last 6 hours' },
  { from: '-24h', label: 'of the last 24 hours' },
  { from: '-7d', label: 'of the last 7 days' },
] as const;

/** Flows and logs of the store: what is found as they come in, and those of a time analysed again. */
export function StoredEventsPanel({ status, mayAnalyse }: { status: TrafficStatus; mayAnalyse: boolean }) {
  const action = useAction();
  const { events, system, job } = status;
  const compute = (body: Record<string, string>) =>
    void action.run(PATHS.jobs, { method: 'POST', body: { source: 'events', ...body } });
  const run = job?.source === 'events' ? job : null;
  const followed = events?.following === true && system.events !== null && run?.input !== system.events;
  return (
    <Panel
      title="Flows and logs"
      note={events?.following ? 'analysed as they come in' : undefined}
      className="traffic-panel"
      actions={
        mayAnalyse &&
        events?.following &&
        !followed && (
          <button type="button" className="button small" disabled={action.busy} onClick={() => compute({})}>
            Show what came in
          </button>
        )
      }
    >
      {events && <Followed events={events} />}
      {action.error && <ErrorNotice error={action.error} what="Not analysed" />}
      {run && !followed && (
        <JobReport
          job={run}
          onCancel={mayAnalyse ? () => void action.run(`${PATHS.jobs}/${run.id}`, { method: 'DELETE' }) : undefined}
        />
      )}
      {mayAnalyse && <Choose enabled={job?.state !== 'running' && !action.busy} onChoose={compute} />}
    </Panel>
  );
}

/** How far the analysis is, and what came too late for its window. */
function Followed({ events }: { events: FollowedEvents }) {
  const { newest, lag, late, old, ahead, error } = events;
  const apart = [
    late > 0 && `${whole(late)} late`,
    old > 0 && `${whole(old)} too late`,
    ahead > 0 && `${whole(ahead)} from the future`,
  ].filter((text) => text !== false);
  if (error !== null) return <Notice title="Stored events are not analysed">{error}</Notice>;
  return (
    <dl className="fields">
      <Line name="Events">
        {plural(events.events, 'event')}
        {apart.length > 0 && ` (${apart.join(', ')})`}
      </Line>
      {newest !== null && (
        <Line name="Newest">
          <When time={new Date(newest * 1000).toISOString()} />
        </Line>
      )}
      {lag >= 1 && <Line name="Behind">{duration(lag)}</Line>}
    </dl>
  );
}

function Choose({ enabled, onChoose }: { enabled: boolean; onChoose: (body: Record<string, string>) => void }) {
  const [from, setFrom] = useState<string>(SPANS[0].from);
  const [filter, setFilter] = useState('');
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChoose({ from, ...(filter.trim() !== '' && { filter: filter.trim() }) });
  };
  return (
    <form className="form-row" onSubmit={submit}>
      <label className="form-field" htmlFor={`${id}-span`}>
        <span>Events</span>
        <select id={`${id}-span`} className="input" value={from} onChange={(event) => setFrom(event.target.value)}>
          {SPANS.map((span) => (
            <option key={span.from} value={span.from}>
              {span.label}
            </option>
          ))}
        </select>
      </label>
      <label className="form-field grow" htmlFor={`${id}-filter`}>
        <span>Filter</span>
        <input
          id={`${id}-filter`}
          className="input mono"
          placeholder="dst.port = 443"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      </label>
      <button type="submit" className="button" disabled={!enabled}>
        Analyse events
      </button>
    </form>
  );
}
