import type { ReactNode } from 'react';
import { bytes, short, whole } from '../../format/number.ts';
import { duration } from '../../format/time.ts';
import { Sparkline } from '../../widgets/sparkline.tsx';
import { Ago } from '../../widgets/when.tsx';
import type { OutputFigures } from './types.ts';

interface OutputNumbersProps {
  status: OutputFigures;
  lags: readonly number[];
  /** Opens the dead letters. */
  onLetters: () => void;
  lettersOpen: boolean;
}

/** What an output does, in figures. */
export function OutputNumbers({ status, lags, onLetters, lettersOpen }: OutputNumbersProps) {
  const { lag, rates, latency } = status;
  return (
    <dl className="output-figures">
      <Figure name="Lag" hint="Events that are still to be delivered, and the age of the oldest">
        <b>{whole(lag.events)}</b>{' '}
        <span className="muted">{lag.events > 0 ? duration(lag.seconds) : 'up to date'}</span>
        <span title="Since this page was opened">
          <Sparkline values={lags} height={20} />
        </span>
      </Figure>
      <Figure name="Rate" hint="Over the last minute">
        <b>{short(rates.events_per_second)}/s</b> <span className="muted">{bytes(rates.bytes_per_second)}/s</span>
      </Figure>
      <Figure name="Sent" hint="Events that the receiver confirmed, and bytes on the wire">
        <b title={whole(status.sent)}>{short(status.sent)}</b> <span className="muted">{bytes(status.bytes)}</span>
      </Figure>
      <Figure name="Dead letters" hint="Events that the receiver refused for good">
        <button
          type="button"
          className={status.dead_letters > 0 ? 'link bad-figure' : 'link'}
          aria-expanded={lettersOpen}
          onClick={onLetters}
        >
          {whole(status.dead_letters)}
          <span className="visually-hidden"> dead letters</span>
        </button>
      </Figure>
      <Figure name="Retried" hint="Events sent again because an attempt failed">
        {short(status.retried)}
      </Figure>
      <Figure name="Twice" hint="Events that the receiver said it had already">
        {short(status.duplicates)}
      </Figure>
      <Figure
        name="Circuit"
        hint="closed sends, open waits, half-open tries one request; and how many may be under way"
      >
        {status.circuit} <span className="muted">×{status.concurrency}</span>
      </Figure>
      <Figure name="Answers in" hint="Median and 99th percentile of the last 1,000 requests">
        {latency === null ? '–' : duration(latency.p50_ms / 1000)}
        {latency && <span className="muted"> p99 {duration(latency.p99_ms / 1000)}</span>}
      </Figure>
    </dl>
  );
}

function Figure({ name, hint, children }: { name: string; hint: string; children: ReactNode }) {
  return (
    <div title={hint}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The last error with its age, the last success, and what retention took away. */
export function OutputPast({ status }: { status: OutputFigures }) {
  const { last_error: error, last_success: success, lost } = status;
  return (
    <>
      {lost > 0 && (
        <p className="output-note bad">
          <b>{whole(lost)} lost</b>: retention removed them before they were sent.
        </p>
      )}
      <p className="small muted output-past">
        <span>Last success {success ? <Ago time={success} /> : 'none since the start'}</span>
        {error && (
          <span>
            Last error <Ago time={error.at} />: <code>{error.code}</code> {status.state !== 'blocked' && error.detail}
          </span>
        )}
      </p>
    </>
  );
}
