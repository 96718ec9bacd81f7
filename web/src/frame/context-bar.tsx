import { lazy, Suspense, useState } from 'react';
import { useLive } from '../api/queries.ts';
import { rangeLabel, zoneName } from '../format/time.ts';
import { useStore } from '../kit/store.ts';
import { live } from '../state/live.ts';
import { zone } from '../state/preferences.ts';
import { DEFAULT_RANGE, shiftRange } from '../state/time-range.ts';
import { useUrlState } from '../state/url-state.ts';
import { Icon } from '../widgets/icons.tsx';
import { useNow } from '../widgets/when.tsx';
import { FilterInput } from './filter-input.tsx';

const TimePicker = lazy(() => import('./time-picker.tsx'));

/** Range, zone, filter and live or paused: the same on every page of data, and kept on the way between them. */
export function ContextBar() {
  return (
    <div className="context-bar" role="toolbar" aria-label="Time range and filter">
      <TimeControls />
      <FilterInput />
      <LiveButton />
    </div>
  );
}

function TimeControls() {
  const { state, update, depth } = useUrlState();
  const [open, setOpen] = useState(false);
  const shownZone = useStore(zone);
  const now = useNow(60_000);
  const isDefault = state.from === DEFAULT_RANGE.from && state.to === DEFAULT_RANGE.to;
  const shift = (direction: -1 | 1) => update(shiftRange(state, direction, Date.now()));
  return (
    <div className="time-controls">
      <button
        type="button"
        className="icon-button"
        aria-label="Earlier by the width of the range"
        title="Earlier ( [ )"
        onClick={() => shift(-1)}
      >
        <Icon name="left" />
      </button>
      <span className="popover-home">
        <button
          type="button"
          className="button time-button"
          data-shortcut="time"
          aria-haspopup="dialog"
          aria-expanded={open}
          title="Time range ( t )"
          onClick={() => setOpen(!open)}
        >
          <Icon name="clock" />
          <span className="time-label">{rangeLabel(state, shownZone, now)}</span>
          <Icon name="down" size={12} />
        </button>
        {open && (
          <Suspense fallback={null}>
            <TimePicker onClose={() => setOpen(false)} />
          </Suspense>
        )}
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label="Later by the width of the range"
        title="Later ( ] )"
        onClick={() => shift(1)}
      >
        <Icon name="right" />
      </button>
      <button
        type="button"
        className="zone-button"
        title="Switch between local time and UTC"
        aria-label={`Times are shown in ${shownZone === 'utc' ? 'UTC' : 'local time'}; switch`}
        onClick={() => zone.set(shownZone === 'utc' ? 'local' : 'utc')}
      >
        {shownZone === 'utc' ? 'UTC' : `Local · ${zoneName('local', now)}`}
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Back to the view before"
        title="Back"
        disabled={depth === 0}
        onClick={() => window.history.back()}
      >
        <Icon name="back" />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Reset range"
        title="Reset to the last hour"
        disabled={isDefault}
        onClick={() => update({ ...DEFAULT_RANGE })}
      >
        <Icon name="reset" />
      </button>
    </div>
  );
}

function LiveButton() {
  const { possible, on } = useLive();
  return (
    <button
      type="button"
      className={`button live ${on ? 'on' : ''}`}
      aria-pressed={on}
      disabled={!possible}
      title={possible ? 'Refreshes every 5 s ( l )' : 'Live is possible when the range ends now'}
      onClick={() => live.set(!live.get())}
    >
      <span className="dot" aria-hidden="true" />
      {on ? 'Live' : possible ? 'Paused' : 'Fixed range'}
    </button>
  );
}
