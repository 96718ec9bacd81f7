import { Icon } from './icons.tsx';
import { toast } from './toast.tsx';

/** Copies and says so. The clipboard API exists on https and localhost only; elsewhere the old way is used. */
export async function copyText(text: string, what = 'Copied'): Promise<void> {
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else copyBySelection(text);
    toast(what);
  } catch {
    toast('The browser did not allow copying.', 'bad');
  }
}

function copyBySelection(text: string): void {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'visually-hidden';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('copying was refused');
}

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  return (
    <button type="button" className="button small" onClick={() => copyText(text)}>
      <Icon name="copy" size={14} /> {label}
    </button>
  );
}

/** A shell command with a button that copies it. */
export function Command({ text, label }: { text: string; label: string }) {
  return (
    <div className="command">
      <pre>
        <code>{text}</code>
      </pre>
      <button type="button" className="icon-button" aria-label={`Copy: ${label}`} onClick={() => copyText(text)}>
        <Icon name="copy" />
      </button>
    </div>
  );
}
