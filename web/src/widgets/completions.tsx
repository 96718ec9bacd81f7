import type { Completion } from '../filter/complete.ts';

interface CompletionsProps {
  id: string;
  items: readonly Completion[];
  chosen: number;
  /** Room is left for the error under the field. */
  belowError?: boolean;
  onAccept: (item: Completion) => void;
}

/** What may stand at the cursor, to choose from. */
export function Completions({ id, items, chosen, belowError = false, onAccept }: CompletionsProps) {
  return (
    <div
      id={id}
      role="listbox"
      aria-label="Completions"
      className={belowError ? 'completions below-error' : 'completions'}
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
            onAccept(item);
          }}
        >
          <code>{item.text}</code>
          <span>{item.hint}</span>
        </div>
      ))}
    </div>
  );
}
