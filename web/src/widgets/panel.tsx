import { type ReactNode, useId } from 'react';
import type { ApiError } from '../api/client.ts';
import { ErrorNotice, Skeleton } from './states.tsx';

interface PanelProps {
  title: string;
  /** A sentence beside the title: honest numbers about what is shown. */
  note?: ReactNode;
  actions?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A card with a title. */
export function Panel({ title, note, actions, className = '', children }: PanelProps) {
  const id = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        {note && <span className="panel-note">{note}</span>}
        {actions && <div className="panel-actions">{actions}</div>}
      </header>
      <div className="panel-body">{children}</div>
    </section>
  );
}

interface LoadedProps<T> {
  query: {
    data: T | undefined;
    error: ApiError | null;
    isPending: boolean;
    isPlaceholderData: boolean;
    refetch: () => unknown;
  };
  what: string;
  rows?: number;
  rowHeight?: number;
  children: (data: T) => ReactNode;
}

/**
 * The data of a query, or why there is none. While other data are on their way the old ones stay, dimmed; after an error
 * they stay under the message.
 */
export function Loaded<T>({ query, what, rows = 4, rowHeight = 20, children }: LoadedProps<T>) {
  const { data, error } = query;
  if (data === undefined) {
    if (error) return <ErrorNotice error={error} retry={query.refetch} what={what} />;
    return <Skeleton rows={rows} height={rowHeight} />;
  }
  return (
    <>
      {error && <ErrorNotice error={error} retry={query.refetch} what={what} />}
      <div className={query.isPlaceholderData || error ? 'dimmed' : undefined} aria-busy={query.isPlaceholderData}>
        {children(data)}
      </div>
    </>
  );
}
