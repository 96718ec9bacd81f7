import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { type ApiError, call } from '../../api/client.ts';
import { plural } from '../../format/number.ts';
import { Dialog } from '../../frame/dialog.tsx';
import { useStore } from '../../kit/store.ts';
import { zone } from '../../state/preferences.ts';
import { ErrorNotice } from '../../widgets/states.tsx';
import { toast } from '../../widgets/toast.tsx';
import { When } from '../../widgets/when.tsx';
import { outputPath, useAction } from './data.ts';
import { type Place, PlaceChoice, readPlace } from './place-choice.tsx';
import type { Output, ReplayAnswer } from './types.ts';

const PAUSE_MS = 400;

/** Sets the place of an output back (or forward), and shows beforehand how many events that is. */
export function ReplayDialog({ output, onClose }: { output: Output; onClose: () => void }) {
  const { name, type } = output;
  const shown = useStore(zone);
  const [place, setPlace] = useState<Place>({ at: 'time', text: '-1h' });
  const [skip, setSkip] = useState(false);
  const action = useAction();
  const to = readPlace(place, shown, Date.now());
  const preview = usePreview(name, to);
  const answer = to === undefined || preview.isPlaceholderData ? undefined : preview.data;
  const forward = answer !== undefined && BigInt(answer.bookmark) > BigInt(answer.output.status.bookmark);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    // Events of a dialog go on to what it was opened from.
    event.stopPropagation();
    const done = await action.run<ReplayAnswer>(outputPath(name, 'replay'), { method: 'POST', body: { to, skip } });
    if (!done) return;
    toast(`${name} goes on from there: ${plural(done.events, 'event')} to come.`);
    onClose();
  };
  return (
    <Dialog
      title={`Replay to ${name}`}
      description="What was stored after this place is delivered, also what was delivered before."
      onClose={onClose}
    >
      <form className="output-form" onSubmit={(event) => void submit(event)}>
        <PlaceChoice
          label="From"
          options={['time', 'id', 'oldest', 'now']}
          place={place}
          onChange={(next) => {
            setPlace(next);
            setSkip(false);
          }}
        />
        <div role="status" className={preview.isPlaceholderData ? 'dimmed' : undefined}>
          {answer && <PreviewText answer={answer} filter={output.filter} />}
          {to !== undefined && !answer && !preview.error && <p className="muted small">Counting…</p>}
        </div>
        {to !== undefined && preview.error && <ErrorNotice error={preview.error} what="No preview" />}
        {answer && !forward && !knowsIds(type) && (
          <p className="muted small">This receiver does not know events by their id: it has them twice then.</p>
        )}
        {forward && (
          <>
            <p className="output-note warn">
              This is ahead of where {name} is: events in between would never be delivered to it.
            </p>
            <label className="check">
              <input type="checkbox" checked={skip} onChange={(event) => setSkip(event.target.checked)} />
              Leave them out
            </label>
          </>
        )}
        <div className="form-foot">
          {action.error && <ErrorNotice error={action.error} what="Not done" />}
          <div className="row-actions end">
            <button type="button" className="button" onClick={onClose}>
              Cancel
            </button>
            <button
              type="submit"
              className={forward ? 'button danger' : 'button primary'}
              disabled={!answer || action.busy || (forward && !skip)}
            >
              {forward ? 'Skip to there' : 'Replay'}
            </button>
          </div>
        </div>
      </form>
    </Dialog>
  );
}

/** Documents have our ids there: the same one twice is one. */
function knowsIds(type: string): boolean {
  return type === 'elastic-bulk' || type === 'opensearch';
}

function PreviewText({ answer, filter }: { answer: ReplayAnswer; filter: string }) {
  return (
    <p>
      <b>{plural(answer.events, 'event')}</b> {answer.events === 1 ? 'is' : 'are'} stored{' '}
      {answer.bookmark_time === null ? (
        'in all'
      ) : (
        <>
          after <When time={answer.bookmark_time} />
        </>
      )}
      {filter !== '' && '; those that its filter wants are delivered'}.
    </p>
  );
}

/** Asks what a replay would do, once the place was left alone for a moment. */
function usePreview(name: string, to: string | undefined) {
  const [settled, setSettled] = useState(to);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(to), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [to]);
  const path = outputPath(name, 'replay');
  const query = useQuery<ReplayAnswer, ApiError>({
    queryKey: [path, settled],
    queryFn: ({ signal }) => call(path, { method: 'POST', body: { to: settled, dry_run: true }, signal }),
    enabled: settled !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 5000,
  });
  // The answer to the place before says nothing about this one.
  return { data: query.data, error: query.error, isPlaceholderData: query.isPlaceholderData || settled !== to };
}
