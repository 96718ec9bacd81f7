import { type ReactNode, useEffect, useState } from 'react';
import type { ApiError } from '../api/client.ts';
import { CopyButton } from './copy.tsx';
import { Icon } from './icons.tsx';

/** True once `active` has lasted this long: what answers fast never flickers. */
export function useAfter(active: boolean, ms: number): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!active) return;
    const timer = setTimeout(() => setLate(true), ms);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [active, ms]);
  return active && late;
}

/** Grey bars in the shape of what is coming, after 200 ms. The space is taken at once, so that nothing jumps. */
export function Skeleton({ rows = 3, height = 20 }: { rows?: number; height?: number }) {
  const visible = useAfter(true, 200);
  return (
    <div className="skeleton" role="status" aria-label="Loading" data-visible={visible}>
      {Array.from({ length: rows }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike
        <span key={i} style={{ height }} />
      ))}
    </div>
  );
}

interface NoticeProps {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  tone?: 'plain' | 'bad' | 'warn';
}

/** A message in the place where data would be. */
export function Notice({ title, children, actions, tone = 'plain' }: NoticeProps) {
  return (
    <div className={`notice ${tone}`} role={tone === 'bad' ? 'alert' : undefined}>
      <h3>{title}</h3>
      {children && <div className="notice-body">{children}</div>}
      {actions && <div className="notice-actions">{actions}</div>}
    </div>
  );
}

/** What failed, why, under which request id, and the way to try again. */
export function ErrorNotice({ error, retry, what }: { error: ApiError; retry?: () => void; what: string }) {
  const kept = error.retryAfter === null ? null : `Try again in ${error.retryAfter} s.`;
  return (
    <Notice
      tone="bad"
      title={`${what}: ${error.title}`}
      actions={
        <>
          {retry && (
            <button type="button" className="button small" onClick={retry}>
              <Icon name="reset" size={14} /> Retry
            </button>
          )}
          {error.requestId && <CopyButton text={error.requestId} label="Copy request id" />}
        </>
      }
    >
      <p>{error.message}</p>
      {kept && <p>{kept}</p>}
      <p className="muted small">
        <code>{error.code}</code>
        {error.requestId && (
          <>
            {' '}
            · request <code>{error.requestId}</code>
          </>
        )}
      </p>
    </Notice>
  );
}
