import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Icon } from './icons.tsx';

interface DrawerProps {
  title: ReactNode;
  onClose: () => void;
  actions?: ReactNode;
  /** For tables: takes more of the page. */
  wide?: boolean;
  children: ReactNode;
}

/** Details beside a list. The list stays usable and keeps the focus; Esc closes. */
export function Drawer({ title, onClose, actions, wide = false, children }: DrawerProps) {
  const id = useId();
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const before = document.activeElement;
    const onKey = (event: KeyboardEvent) => {
      // A menu or dialog above takes its own Esc and marks it so: only the top layer closes.
      if (event.key === 'Escape' && !event.defaultPrevented) close.current();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <aside className={wide ? 'drawer wide' : 'drawer'} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" className="icon-button" aria-label="Close details" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {actions && <div className="drawer-actions">{actions}</div>}
      <div className="drawer-body">{children}</div>
    </aside>
  );
}
