import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { useContextQuery } from '../../api/queries.ts';
import type { Timeseries } from '../../api/types.ts';
import { short, whole } from '../../format/number.ts';
import { dateTime, duration } from '../../format/time.ts';
import { useStore } from '../../kit/store.ts';
import { zone } from '../../state/preferences.ts';
import { absolute } from '../../state/time-range.ts';
import { useUrlState } from '../../state/url-state.ts';
import { Icon } from '../../widgets/icons.tsx';
import { Loaded, Panel } from '../../widgets/panel.tsx';
import { type Stack, stackOf } from '../../widgets/stack.ts';
import { Skeleton } from '../../widgets/states.tsx';
import { Value } from '../../widgets/value.tsx';

const StackedBars = lazy(() => import('../../widgets/bar-chart.tsx'));
const UNIT = 'events/min';

/** Events per minute, stacked by kind; drag to zoom. */
export function RatePanel() {
  const query = useContextQuery<Timeseries>('/v1/query/timeseries', {
    measure: 'events',
    field: 'kind',
    top: 6,
    points: 120,
  });
  const [asTable, setAsTable] = useState(false);
  const stack = useMemo(() => (query.data ? stackOf(query.data, true) : null), [query.data]);
  return (
    <Panel
      title="Events per minute"
      className="rate-panel"
      note={query.data && `bars of ${duration(query.data.bucket_seconds)} · drag to zoom`}
      actions={
        <button
          type="button"
          className="icon-button"
          aria-pressed={asTable}
          aria-label="Show as table"
          title={asTable ? 'Show as chart' : 'Show as table'}
          onClick={() => setAsTable(!asTable)}
        >
          <Icon name={asTable ? 'chart' : 'table'} />
        </button>
      }
    >
      <Loaded query={query} what="Events per minute" rows={1} rowHeight={260}>
        {() => stack && (asTable ? <RateTable stack={stack} /> : <Rate stack={stack} />)}
      </Loaded>
    </Panel>
  );
}

function Rate({ stack }: { stack: Stack }) {
  const { update, depth } = useUrlState();
  const shown = useStore(zone);
  const zoom = useCallback((from: number, to: number) => update(absolute({ from, to })), [update]);
  return (
    <>
      <ul className="legend">
        {stack.series.map((series) => (
          <li key={series.name}>
            <i
              className={`swatch${series.color === null ? ' other' : ''}`}
              style={series.color === null ? undefined : { background: `var(--series-${series.color})` }}
            />
            {series.color === null ? 'Other' : <Value kind="enum" field="kind" value={series.name} />}
            <span className="muted">{short(series.total)}</span>
          </li>
        ))}
      </ul>
      <Suspense fallback={<Skeleton rows={1} height={232} />}>
        <StackedBars
          stack={stack}
          zone={shown}
          unit={UNIT}
          summary={summaryOf(stack)}
          onZoom={zoom}
          onBack={() => depth > 0 && window.history.back()}
        />
      </Suspense>
    </>
  );
}

/** One sentence that says what the picture shows. */
export function summaryOf(stack: Stack): string {
  const sums = stack.times.map((_, i) => stack.series.reduce((sum, one) => sum + (one.values[i] ?? 0), 0));
  const peak = sums.indexOf(Math.max(...sums));
  const total = stack.series.reduce((sum, one) => sum + one.total, 0);
  if (total === 0 || peak < 0) return 'Events per minute: none in this range.';
  const kinds = stack.series.map((one) => `${one.name} ${short(one.total)}`).join(', ');
  return `Events per minute by kind: ${whole(total)} events (${kinds}), at most ${short(sums[peak])} a minute.`;
}

function RateTable({ stack }: { stack: Stack }) {
  const shown = useStore(zone);
  const rows = stack.times
    .map((time, i) => ({ time, i }))
    .filter(({ i }) => stack.series.some((one) => one.values[i] !== null))
    .reverse();
  return (
    <div className="table-scroll chart-table">
      <table>
        <caption className="visually-hidden">{summaryOf(stack)}</caption>
        <thead>
          <tr>
            <th scope="col">{UNIT}, from</th>
            {stack.series.map((series) => (
              <th key={series.name} scope="col" className="number">
                {series.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ time, i }) => (
            <tr key={time}>
              <th scope="row" className="nowrap">
                {dateTime(time, shown)}
              </th>
              {stack.series.map((series) => (
                <td key={series.name} className="number">
                  {series.values[i] === null ? '–' : short(series.values[i])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
