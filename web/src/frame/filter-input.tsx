import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { ApiError } from '../api/client.ts';
import { useApi, useFields, useOverview } from '../api/queries.ts';
import type { EventPage, Top } from '../api/types.ts';
import { literal } from '../filter/clauses.ts';
import { type Completion, complete, fieldNamed, placeAt } from '../filter/complete.ts';
import { useUrlState } from '../state/url-state.ts';
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
          aria-activedescendant={open && chosen >= 0 ? `${id}-${chosen}` : undefined}
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
        <div
          id={`${id}-list`}
          role="listbox"
          aria-label="Completions"
          className={`completions ${error ? 'below-error' : ''}`}
        >
          {items.map((item, i) => (
            <div
              key={item.text}
              id={`${id}-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === chosen}
              onMouseDown={(event) => {
                event.preventDefault();
                accept(item);
              }}
            >
              <code>{item.text}</code>
              <span>{item.hint}</span>
            </div>
          ))}
        </div>
      )}
    </search>
  );
}

/** Completions at the cursor; values are the most frequent ones of the field in the last day. */
function useCompletions(text: string, cursor: number, open: boolean): Completion[] {
  const fields = useFields().data?.fields;
  const place = useMemo(() => placeAt(text, cursor), [text, cursor]);
  const wanted = place.expecting.what === 'value' ? place.expecting.field : null;
  const field = wanted && fields ? fieldNamed(fields, wanted) : undefined;
  const ask = open && field !== undefined && field.values === undefined && !['time', 'id', 'json'].includes(field.type);
  // Short names such as `ip` stand for two columns; the source one is asked.
  const column =
    field?.path.includes('.') || fields?.some((one) => one.path === field?.path) ? field?.path : `src.${field?.path}`;
  const top = useApi<Top>(
    '/v1/query/top',
    { field: column, by: 'events', limit: 10, from: '-1d', to: 'now' },
    { enabled: ask, fresh: 60_000 },
  );
  return useMemo(() => {
    if (!open) return [];
    const usable = ask && !top.isPlaceholderData ? (top.data?.items ?? []) : [];
    const values = usable.flatMap((item) =>
      item.value === null || item.value === '' ? [] : [literal(item.value, field?.type)],
    );
    return complete(place, fields ?? [], values);
  }, [open, ask, top.data, top.isPlaceholderData, place, fields, field]);
}

/** The server's opinion: of the filter in force at once, of what is being typed after a pause. */
function useFilterError(text: string): ApiError | null {
  const { state } = useUrlState();
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 500);
    return () => clearTimeout(timer);
  }, [text]);
  const applied = useOverview();
  const draft = settled.trim();
  const checked = useApi<EventPage>(
    '/v1/events',
    // A range of a moment: the filter is read, nothing is searched.
    { filter: draft, from: '-1s', to: 'now', limit: 1, fields: 'id' },
    { enabled: draft !== '' && draft !== state.q && settled === text, fresh: 60_000 },
  );
  if (text.trim() === state.q) return isFilterError(applied.error) ? applied.error : null;
  return settled === text && isFilterError(checked.error) ? checked.error : null;
}

function isFilterError(error: ApiError | null): boolean {
  return error !== null && error.code === 'INVALID_FILTER';
}

/** A wavy line under the place, drawn behind the text of the field. */
function ErrorMark({ text, error }: { text: string; error: ApiError | null }) {
  if (!error || error.position === null) return null;
  const at = Math.min(error.position, text.length);
  const length = Math.max(1, error.length ?? 1);
  return (
    <div className="filter-mark" aria-hidden="true">
      <span>{text.slice(0, at)}</span>
      <mark>{text.slice(at, at + length).padEnd(1, ' ')}</mark>
    </div>
  );
}

interface FilterProblemProps {
  id: string;
  error: ApiError;
  text: string;
  onFix: (fixed: string) => void;
}

function FilterProblem({ id, error, text, onFix }: FilterProblemProps) {
  const { position, suggestion } = error;
  return (
    <div className="filter-error" id={id} role="status">
      <span>{error.message}</span>
      {suggestion && position !== null && (
        <button
          type="button"
          className="link"
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onFix(text.slice(0, position) + suggestion + text.slice(position + (error.length ?? 0)))}
        >
          Use <code>{suggestion}</code>
        </button>
      )}
    </div>
  );
}
