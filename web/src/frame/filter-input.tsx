import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import type { ApiError } from '../api/client.ts';
import { useOverview } from '../api/queries.ts';
import { type Completion, placeAt } from '../filter/complete.ts';
import { useCompletions } from '../filter/use-completions.ts';
import { isFilterError, useFilterCheck } from '../filter/use-filter-check.ts';
import { useUrlState } from '../state/url-state.ts';
import { Completions } from '../widgets/completions.tsx';
import { ErrorMark, FilterProblem } from '../widgets/filter-marks.tsx';
import { Icon } from '../widgets/icons.tsx';

/** The filter, with completion at the cursor. Enter applies it; an error is marked where the server found it. */
export function FilterInput() {
  const { state, update } = useUrlState();
  const [text, setText] = useState(state.q);
  const [cursor, setCursor] = useState(state.q.length);
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  // The URL is the truth: whatever else changes the filter shows here.
  useEffect(() => setText(state.q), [state.q]);
  const items = useCompletions(text, cursor, open);
  const error = useFilterError(text);

  const apply = (value: string) => {
    setOpen(false);
    setChosen(-1);
    update({ q: value.trim(), row: '' });
  };
  const accept = (item: Completion) => {
    const place = placeAt(text, cursor);
    const next = text.slice(0, place.start) + item.insert + text.slice(place.end).trimStart();
    const at = place.start + item.insert.length;
    setText(next);
    setCursor(at);
    setChosen(-1);
    requestAnimationFrame(() => input.current?.setSelectionRange(at, at));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!open) setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      if (items.length > 0) setChosen((chosen + step + items.length + (chosen < 0 && step < 0 ? 1 : 0)) % items.length);
    } else if (event.key === 'Enter' && !event.ctrlKey && open && chosen >= 0 && items[chosen]) {
      event.preventDefault();
      accept(items[chosen]);
    } else if (event.key === 'Tab' && open && items.length > 0 && chosen >= 0) {
      event.preventDefault();
      accept(items[chosen]);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      apply(text);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      if (open) setOpen(false);
      else setText(state.q);
    } else if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault();
      setOpen(true);
    }
  };
  return (
    <search className="filter" data-invalid={error !== null}>
      <Icon name="filter" />
      <div className="filter-field">
        <ErrorMark text={text} error={error} />
        <input
          ref={input}
          className="filter-text"
          data-shortcut="filter"
          role="combobox"
          aria-label="Filter"
          aria-expanded={open && items.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={open && chosen >= 0 ? `${id}-list-${chosen}` : undefined}
          aria-invalid={error !== null}
          aria-describedby={error ? `${id}-error` : undefined}
          placeholder="Filter: dst.port = 443 and risk >= 40"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setCursor(event.target.selectionStart ?? event.target.value.length);
            setOpen(true);
            setChosen(-1);
          }}
          onSelect={(event) => setCursor(event.currentTarget.selectionStart ?? 0)}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
        />
      </div>
      {text !== '' && (
        <button type="button" className="icon-button" aria-label="Clear filter" onClick={() => apply('')}>
          <Icon name="close" size={14} />
        </button>
      )}
      {text.trim() !== state.q && (
        <button type="button" className="button small primary" onClick={() => apply(text)}>
          Apply
        </button>
      )}
      {error && (
        <FilterProblem
          id={`${id}-error`}
          error={error}
          onFix={(fixed) => {
            setText(fixed);
            apply(fixed);
          }}
          text={text}
        />
      )}
      {open && items.length > 0 && (
        <Completions id={`${id}-list`} items={items} chosen={chosen} belowError={error !== null} onAccept={accept} />
      )}
    </search>
  );
}

/** The server's opinion: of the filter in force at once, of what is being typed after a pause. */
function useFilterError(text: string): ApiError | null {
  const { state } = useUrlState();
  const applied = useOverview();
  const draft = useFilterCheck(text, state.q);
  if (text.trim() === state.q) return isFilterError(applied.error) ? applied.error : null;
  return draft;
}
