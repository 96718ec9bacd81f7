import { useId } from 'react';
import { zoneName } from '../../format/time.ts';
import { useStore } from '../../kit/store.ts';
import { type Zone, zone } from '../../state/preferences.ts';
import { readTyped } from '../../state/time-range.ts';
import { Segmented } from '../../widgets/segmented.tsx';

/** A place in the events, as a person chooses it. */
export interface Place {
  readonly at: 'now' | 'oldest' | 'time' | 'id';
  /** Of a time or id: as it was typed. */
  readonly text: string;
}

const LABELS = { now: 'Now', oldest: 'Oldest', time: 'Time', id: 'Event id' } as const;

/** As the API takes it; undefined while it cannot be read. A time without a zone is read in the zone that is shown. */
export function readPlace({ at, text }: Place, shown: Zone, now: number): string | undefined {
  if (at === 'now' || at === 'oldest') return at;
  if (at === 'id') return /^\d{1,20}$/.test(text.trim()) ? text.trim() : undefined;
  const time = readTyped(text, shown, now);
  return time === 'all' || time === '0' ? 'oldest' : time;
}

interface PlaceChoiceProps {
  label: string;
  options: readonly Place['at'][];
  place: Place;
  onChange: (place: Place) => void;
}

export function PlaceChoice({ label, options, place, onChange }: PlaceChoiceProps) {
  const id = useId();
  const shown = useStore(zone);
  const { at, text } = place;
  const typed = at === 'time' || at === 'id';
  const unread = typed && text.trim() !== '' && readPlace(place, shown, Date.now()) === undefined;
  return (
    <div className="place-choice">
      <Segmented
        label={label}
        options={options.map((value) => ({ value, label: LABELS[value] }))}
        value={at}
        onChange={(next) => onChange({ at: next, text: '' })}
      />
      {typed && (
        <>
          <input
            className="input mono"
            aria-label={LABELS[at]}
            aria-invalid={unread}
            aria-describedby={`${id}-help`}
            value={text}
            maxLength={64}
            spellCheck={false}
            onChange={(event) => onChange({ at, text: event.target.value })}
          />
          <p id={`${id}-help`} className={unread ? 'field-error' : 'muted small'}>
            {unread && 'This cannot be read. '}
            {at === 'id'
              ? 'Id of the last event that is not sent again.'
              : `2026-11-20 08:00, yesterday, -6h. Read in ${shown === 'utc' ? 'UTC' : `local time, ${zoneName('local', Date.now())}`}.`}
          </p>
        </>
      )}
    </div>
  );
}
