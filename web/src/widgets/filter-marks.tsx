import type { ApiError } from '../api/client.ts';

/** A wavy line under the place, drawn behind the text of the field. */
export function ErrorMark({ text, error }: { text: string; error: ApiError | null }) {
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

export function FilterProblem({ id, error, text, onFix }: FilterProblemProps) {
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
