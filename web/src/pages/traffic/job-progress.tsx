import { bytes, plural } from '../../format/number.ts';
import { duration, toMs } from '../../format/time.ts';
import { Notice } from '../../widgets/states.tsx';
import type { Job } from './types.ts';

/** How far something is: with `value` of `total`, or only that it goes on where the total is not known. */
export function Progress({ label, value, total }: { label: string; value: number; total: number | null }) {
  const known = total !== null && total > 0;
  return (
    <div className="progress-line">
      <progress aria-label={label} {...(known ? { value: Math.min(value, total), max: total } : {})} />
      <span className="muted small">
        {known
          ? `${Math.floor((Math.min(value, total) / total) * 100)}\u202f% of ${bytes(total)}`
          : value > 0 && bytes(value)}
      </span>
    </div>
  );
}

/** The run that is on, or the last one: how far it is, what it found, what it could not use, why it failed. */
export function JobReport({ job, onCancel }: { job: Job; onCancel?: () => void }) {
  if (job.state === 'running')
    return (
      <div className="job">
        <p>
          Analysing <b className="mono">{job.input}</b>
        </p>
        <Progress label={`Analysing ${job.input}`} value={job.bytes_read} total={job.bytes_total} />
        <p className="muted small">
          {plural(job.windows, 'window')}, {plural(job.anomalies, 'anomaly', 'anomalies')} so far
        </p>
        {onCancel && (
          <button type="button" className="button small" onClick={onCancel}>
            Cancel
          </button>
        )}
      </div>
    );
  return (
    <div className="job">
      {job.state === 'failed' && (
        <Notice tone="bad" title={`${job.input} could not be analysed`}>
          <p>{job.error}</p>
        </Notice>
      )}
      {job.state === 'cancelled' && <p className="muted">The analysis of {job.input} was cancelled.</p>}
      {job.state === 'done' && <p className="muted small">{doneText(job)}</p>}
      <Problems problems={job.problems} />
    </div>
  );
}

function doneText(job: Job): string {
  const took = job.ended === null ? '' : ` in ${duration((toMs(job.ended) - toMs(job.started)) / 1000)}`;
  const read = job.source === 'events' ? plural(job.events, 'event') : plural(job.packets, 'packet');
  return `${job.input}: ${read} analysed${took}.`;
}

function Problems({ problems }: { problems: readonly string[] }) {
  if (problems.length === 0) return null;
  return (
    <Notice tone="warn" title="Not all of it could be used">
      <ul className="problems">
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </Notice>
  );
}
