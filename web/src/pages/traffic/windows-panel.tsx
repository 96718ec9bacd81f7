import { lazy, Suspense, useMemo, useState } from 'react';
import { plural, whole } from '../../format/number.ts';
import { dateTime, duration, toMs } from '../../format/time.ts';
import { useStore } from '../../kit/store.ts';
import { zone } from '../../state/preferences.ts';
import { Icon } from '../../widgets/icons.tsx';
import { Loaded, Panel } from '../../widgets/panel.tsx';
import { Segmented } from '../../widgets/segmented.tsx';
import { ErrorNotice, Skeleton } from '../../widgets/states.tsx';
import {
  EVERY_ANOMALY,
  PATHS,
  SHOWN_WINDOWS,
  useAction,
  useAnomalies,
  useBaselines,
  useShownRun,
  useWindows,
} from './data.ts';
import { typeName } from './names.ts';
import { type Baselines, METRICS, type MetricName, metricNamed, type Series, seriesOf, summaryOf } from './series.ts';
import type { BaselineList, Job, TrafficStatus } from './types.ts';

const WindowChart = lazy(() => import('./window-chart.tsx'));
const CHOICES = METRICS.map(({ name, label }) => ({ value: name, label }));
const NO_BASELINES: Baselines = {};

interface WindowsPanelProps {
  status: TrafficStatus;
  mayAnalyse: boolean;
  /** Id of the window whose details are open. */
  open: number | null;
  onOpen: (id: number) => void;
}

/** One metric over the windows, with what is usual, and anomalies marked on it. */
export function WindowsPanel({ status, mayAnalyse, open, onOpen }: WindowsPanelProps) {
  const { metrics: total, anomalies: found, dropped } = status.data;
  const [back, setBack] = useState(0);
  const [chosen, setChosen] = useState<MetricName>('bandwidth');
  const [asTable, setAsTable] = useState(false);
  const query = useWindows(total, back);
  const anomalies = useAnomalies(EVERY_ANOMALY, found);
  const baselines = useBaselines();
  const run = useShownRun();
  const shown = query.data?.metrics;
  const series = useMemo(
    () => shown && seriesOf(shown, anomalies.data?.anomalies ?? [], statisticsOf(baselines.data), metricNamed(chosen)),
    [shown, anomalies.data, baselines.data, chosen],
  );
  const pages = Math.ceil(total / SHOWN_WINDOWS);
  return (
    <Panel
      title="Windows"
      note={`of ${duration(status.system.window_size)}${dropped > 0 ? ` · ${whole(dropped)} older were dropped` : ''}`}
      className="traffic-panel windows-panel"
      actions={
        <>
          <Segmented label="Metric" options={CHOICES} value={chosen} onChange={setChosen} />
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
        </>
      }
    >
      <Loaded query={query} what="The windows" rows={1} rowHeight={260}>
        {() => series && <Picture series={series} asTable={asTable} open={open} onOpen={onOpen} />}
      </Loaded>
      {anomalies.error && <ErrorNotice error={anomalies.error} retry={anomalies.refetch} what="The anomalies" />}
      <div className="chart-foot">
        <Usual series={series} learned={learnedFrom(baselines.data, run)} mayLearn={mayAnalyse} />
        {pages > 1 && <Pager back={back} pages={pages} total={total} onChange={setBack} />}
      </div>
    </Panel>
  );
}

function statisticsOf(list: BaselineList | undefined): Baselines {
  if (!list) return NO_BASELINES;
  return Object.fromEntries(Object.entries(list.baselines).map(([type, { metrics }]) => [type, metrics]));
}

/** Whether what is usual was learned, and from the windows that are shown or from those of a run before. */
type Learned = 'no' | 'these' | 'others';

function learnedFrom(list: BaselineList | undefined, run: Job | undefined): Learned {
  if (!list?.generated_at) return 'no';
  return run && toMs(list.generated_at) < toMs(run.started) ? 'others' : 'these';
}

interface PictureProps {
  series: Series;
  asTable: boolean;
  open: number | null;
  onOpen: (id: number) => void;
}

function Picture({ series, asTable, open, onOpen }: PictureProps) {
  const shown = useStore(zone);
  if (asTable) return <WindowTable series={series} open={open} onOpen={onOpen} />;
  return (
    <Suspense fallback={<Skeleton rows={1} height={260} />}>
      <WindowChart
        series={series}
        zone={shown}
        open={series.windows.findIndex((window) => window.window_id === open)}
        onOpen={(index) => onOpen(series.windows[index].window_id)}
      />
    </Suspense>
  );
}

function WindowTable({ series, open, onOpen }: Omit<PictureProps, 'asTable'>) {
  const shown = useStore(zone);
  const found = new Map(series.marks.map(({ index, anomalies }) => [index, anomalies]));
  return (
    <div className="table-scroll chart-table">
      <table>
        <caption className="visually-hidden">{summaryOf(series)}</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            {METRICS.map(({ name, label }) => (
              <th key={name} scope="col" className="number">
                {label}
              </th>
            ))}
            <th scope="col">Anomalies</th>
          </tr>
        </thead>
        <tbody>
          {series.windows
            .map((window, index) => (
              <tr key={window.window_id} data-selected={window.window_id === open}>
                <th scope="row" className="nowrap">
                  <button type="button" className="link" onClick={() => onOpen(window.window_id)}>
                    {dateTime(window.window_start * 1000, shown)}
                  </button>
                </th>
                {METRICS.map((metric) => {
                  const value = metric.of(window);
                  return (
                    <td key={metric.name} className="number">
                      {value === null ? '–' : metric.text(value)}
                    </td>
                  );
                })}
                <td>{[...new Set(found.get(index)?.map(({ type }) => typeName(type)))].join(', ')}</td>
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </div>
  );
}

/** What the band is; where nothing was learned yet, the way to it. */
function Usual({ series, learned, mayLearn }: { series: Series | undefined; learned: Learned; mayLearn: boolean }) {
  const action = useAction();
  const band = series?.band;
  const learn = (
    <button
      type="button"
      className="button small"
      disabled={action.busy}
      onClick={() => void action.run(PATHS.generate, { method: 'POST', body: { force: true } })}
    >
      {learned === 'no' ? 'Learn what is usual' : 'Learn anew'}
    </button>
  );
  return (
    <div className="usual">
      {action.error && <ErrorNotice error={action.error} what="Nothing learned" />}
      {band && series ? (
        <p className="small">
          <i className="swatch band" aria-hidden="true" /> Usual: median {series.metric.text(band.median)}, 95 % up to{' '}
          {series.metric.text(band.p95)}{' '}
          <span className="muted">
            ({plural(band.count, 'window')}
            {learned === 'others' && ' of another analysis'})
          </span>
        </p>
      ) : (
        <p className="small muted">
          {learned === 'no' ? 'What is usual is not learned yet.' : 'Not enough was measured to say what is usual.'}
        </p>
      )}
      {mayLearn && learn}
    </div>
  );
}

interface PagerProps {
  back: number;
  pages: number;
  total: number;
  onChange: (back: number) => void;
}

function Pager({ back, pages, total, onChange }: PagerProps) {
  const last = total - back * SHOWN_WINDOWS;
  return (
    <div className="pager">
      <button
        type="button"
        className="icon-button"
        aria-label="Earlier windows"
        disabled={back >= pages - 1}
        onClick={() => onChange(back + 1)}
      >
        <Icon name="left" />
      </button>
      <span className="small muted">
        {whole(Math.max(1, last - SHOWN_WINDOWS + 1))}–{whole(last)} of {whole(total)}
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label="Later windows"
        disabled={back === 0}
        onClick={() => onChange(back - 1)}
      >
        <Icon name="right" />
      </button>
    </div>
  );
}
