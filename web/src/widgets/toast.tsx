import { createStore, useStore } from '../kit/store.ts';

interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'bad';
}

const toasts = createStore<readonly Toast[]>([]);
let last = 0;

/** Says something for eight seconds at the lower edge, and to screen readers. */
export function toast(text: string, tone: Toast['tone'] = 'plain'): void {
  const id = ++last;
  toasts.set([...toasts.get().slice(-2), { id, text, tone }]);
  setTimeout(() => dismiss(id), 8000);
}

function dismiss(id: number): void {
  toasts.set(toasts.get().filter((item) => item.id !== id));
}

export function Toasts() {
  const items = useStore(toasts);
  return (
    <div className="toasts" aria-live="polite">
      {items.map((item) => (
        <div key={item.id} className={`toast ${item.tone}`}>
          <span>{item.text}</span>
          <button type="button" className="link" onClick={() => dismiss(item.id)}>
            Dismiss
          </button>
        </div>
      ))}
    </div>
  );
}
