import { Popover } from 'radix-ui';
import { type FormEvent, useId, useState } from 'react';
import { dateTime, zoneName } from '../format/time.ts';
import { useStore } from '../kit/store.ts';
import { zone } from '../state/preferences.ts';
import { PRESETS, readTyped, resolveRange, resolveTime } from '../state/time-range.ts';
import { useUrlState } from '../state/url-state.ts';

/** Presets, and both ends to type. Opened from the button of the context bar, which it hangs under. */
export default function TimePicker({ onClose }: { onClose: () => void }) {
  const { state, update } = useUrlState();
  const choose = (from: string, to: string) => {
    update({ from, to });
    onClose();
  };
  return (
    <Popover.Root open onOpenChange={(open) => !open && onClose()}>
      <Popover.Anchor className="popover-anchor" />
      <Popover.Portal>
        <Popover.Content
          className="popover time-picker"
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label="Time range"
          onInteractOutside={(event) => {
            // The button closes by itself; without this the popover would close and open again.
            const target = event.target as HTMLElement | null;
            if (target?.closest('[data-shortcut="time"]')) event.preventDefault();
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            document.querySelector<HTMLElement>('[data-shortcut="time"]')?.focus();
          }}
        >
          <ul className="presets">
            {PRESETS.map((preset) => (
              <li key={preset.from}>
                <button
                  type="button"
                  aria-current={state.from === preset.from && state.to === 'now' ? 'true' : undefined}
                  onClick={() => choose(preset.from, 'now')}
                >
                  {preset.label}
                </button>
              </li>
            ))}
          </ul>
          <TypedRange onChoose={choose} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function TypedRange({ onChoose }: { onChoose: (from: string, to: string) => void }) {
  const { state } = useUrlState();
  const shown = useStore(zone);
  const [now] = useState(() => Date.now());
  const span = resolveRange(state, now);
  const [from, setFrom] = useState(() =>
    state.from.startsWith('-') || state.from === 'all' ? state.from : dateTime(span.from, shown),
  );
  const [to, setTo] = useState(() => (state.to === 'now' ? 'now' : dateTime(span.to, shown)));
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const first = readTyped(from, shown, now);
    const last = readTyped(to, shown, now);
    if (first === undefined) setProblem(`"${from}" is no time.`);
    else if (last === undefined) setProblem(`"${to}" is no time.`);
    else if ((resolveTime(first, now) ?? 0) >= (resolveTime(last, now) ?? 0))
      setProblem('The range ends before it begins.');
    else onChoose(first, last);
  };
  return (
    <form className="typed-range" onSubmit={submit} aria-describedby={problem ? `${id}-problem` : `${id}-help`}>
      <label htmlFor={`${id}-from`}>From</label>
      <input id={`${id}-from`} className="input mono" value={from} onChange={(event) => setFrom(event.target.value)} />
      <label htmlFor={`${id}-to`}>To</label>
      <input id={`${id}-to`} className="input mono" value={to} onChange={(event) => setTo(event.target.value)} />
      {problem && (
        <p id={`${id}-problem`} className="field-error" role="alert">
          {problem}
        </p>
      )}
      <p id={`${id}-help`} className="muted small">
        2026-11-20 08:00, yesterday, -6h, now. Read in{' '}
        {shown === 'utc' ? 'UTC' : `local time, ${zoneName('local', now)}`}.
      </p>
      <button type="submit" className="button primary">
        Apply
      </button>
    </form>
  );
}
