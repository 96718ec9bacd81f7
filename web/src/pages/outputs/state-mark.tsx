import { duration, toMs } from '../../format/time.ts';
import { useNow } from '../../widgets/when.tsx';
import { stateWords } from './names.ts';
import type { OutputFigures } from './types.ts';

/** Colour, mark and word. */
export function StateMark({ state }: { state: string }) {
  const { tone, glyph } = stateWords(state);
  return (
    <span className={`state ${tone}`}>
      <span aria-hidden="true">{glyph}</span> {state}
    </span>
  );
}

/** What a state that is not `running` means, and what is to be done about it. */
export function StateNote({ status }: { status: OutputFigures }) {
  const error = status.last_error;
  if (status.state === 'retrying')
    return (
      <p className="output-note warn" role="status">
        The receiver does not take events at the moment; <RetryTime at={status.retry_at} />. Nothing is lost: it goes on
        until they are taken.
      </p>
    );
  if (status.state === 'blocked')
    return (
      <p className="output-note bad" role="status">
        <b>{error ? `${error.code}: ${error.detail}` : 'The receiver refuses us.'}</b> It needs a person. Events wait,
        and it is looked at now and then
        {status.retry_at && (
          <>
            : <RetryTime at={status.retry_at} />
          </>
        )}
        .
      </p>
    );
  if (status.state === 'paused')
    return <p className="output-note">Stopped by a person. Events wait for it as long as they are stored.</p>;
  return null;
}

function RetryTime({ at }: { at: string | null }) {
  const now = useNow(1000);
  const seconds = at === null ? 0 : Math.ceil((toMs(at) - now) / 1000);
  return seconds > 0 ? <>tried again in {duration(seconds)}</> : <>tried again now</>;
}
