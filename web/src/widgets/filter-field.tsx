import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { type Completion, placeAt } from '../filter/complete.ts';
import { useCompletions } from '../filter/use-completions.ts';
import { useFilterCheck } from '../filter/use-filter-check.ts';
import { Completions } from './completions.tsx';
import { ErrorMark, FilterProblem } from './filter-marks.tsx';

interface FilterFieldProps {
  id: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  /** Id of the text that explains it. */
  describedBy?: string;
}

/** A filter as a field of a form: completion at the cursor, and the server's opinion of what is typed. */
export function FilterField({ id, value, onChange, placeholder, describedBy }: FilterFieldProps) {
  const [cursor, setCursor] = useState(value.length);
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const field = useRef<HTMLDivElement>(null);
  const list = useId();
  const items = useCompletions(value, cursor, open);
  const error = useFilterCheck(value);
  const shown = open && items.length > 0;
  // At the end of a dialog the list would open out of sight.
  useEffect(() => {
    if (shown) field.current?.scrollIntoView?.({ block: 'nearest' });
  }, [shown]);

  const accept = (item: Completion) => {
    const place = placeAt(value, cursor);
    const at = place.start + item.insert.length;
    onChange(value.slice(0, place.start) + item.insert + value.slice(place.end).trimStart());
    setCursor(at);
    setChosen(-1);
    requestAnimationFrame(() => input.current?.setSelectionRange(at, at));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      if (items.length > 0) setChosen(stepped(chosen, event.key === 'ArrowDown' ? 1 : -1, items.length));
    } else if ((event.key === 'Enter' || event.key === 'Tab') && shown && items[chosen]) {
      event.preventDefault();
      accept(items[chosen]);
    } else if (event.key === 'Enter' && shown) {
      // The first Enter is done with the filter; the next one is the form's.
      event.preventDefault();
      setOpen(false);
    } else if (event.key === 'Escape' && shown) {
      event.preventDefault();
      setOpen(false);
    } else if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault();
      setOpen(true);
    }
  };
  return (
    <div ref={field} className="filter in-form" data-invalid={error !== null}>
      <div className="filter-field">
        <ErrorMark text={value} error={error} />
        <input
          ref={input}
          id={id}
          className="filter-text"
          role="combobox"
          aria-expanded={shown}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={shown && chosen >= 0 ? `${list}-${chosen}` : undefined}
          aria-invalid={error !== null}
          aria-describedby={error ? `${list}-error` : describedBy}
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          value={value}
          onChange={(event) => {
            onChange(event.target.value);
            setCursor(event.target.selectionStart ?? event.target.value.length);
            setOpen(true);
            setChosen(-1);
          }}
          onSelect={(event) => setCursor(event.currentTarget.selectionStart ?? 0)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
        />
      </div>
      {error && <FilterProblem id={`${list}-error`} error={error} onFix={onChange} text={value} />}
      {shown && <Completions id={list} items={items} chosen={chosen} onAccept={accept} />}
    </div>
  );
}

/** The next one, around the ends; from none, the first or the last. */
function stepped(chosen: number, step: 1 | -1, length: number): number {
  if (chosen < 0) return step > 0 ? 0 : length - 1;
  return (chosen + step + length) % length;
}
