import type { KeyboardEvent, ReactNode } from 'react';
import { countryName, portName } from '../format/names.ts';
import { pivotTarget, type ValueKind } from './pivot.ts';

interface ValueProps {
  kind: ValueKind;
  /** Column of the filter language that the menu filters by. */
  field: string;
  value: string | number | null;
  /** Shown instead of the value itself. */
  children?: ReactNode;
}

/** A value that can be followed: click, Enter, Shift+F10 or the context menu open filter in, filter out, look up, copy. */
export function Value({ kind, field, value, children }: ValueProps) {
  const text = value === null || value === '' ? 'none' : String(value);
  const open = (anchor: HTMLElement) => pivotTarget.set({ kind, field, value, anchor });
  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>) => {
    if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      event.preventDefault();
      open(event.currentTarget);
    }
  };
  return (
    <button
      type="button"
      className={`value kind-${kind}${value === null || value === '' ? ' absent' : ''}`}
      aria-haspopup="menu"
      title={titleOf(kind, text)}
      onClick={(event) => open(event.currentTarget)}
      onContextMenu={(event) => {
        event.preventDefault();
        open(event.currentTarget);
      }}
      onKeyDown={onKeyDown}
    >
      {children ?? <Shortened text={text} />}
    </button>
  );
}

const TAIL = 6;

/** Where there is no room, the middle is left out, never the ends; the whole is in the title and for screen readers. */
function Shortened({ text }: { text: string }) {
  if (text.length <= TAIL * 2) return <span className="head">{text}</span>;
  return (
    <>
      <span className="head">{text.slice(0, -TAIL)}</span>
      <span className="tail">{text.slice(-TAIL)}</span>
    </>
  );
}

function titleOf(kind: ValueKind, text: string): string {
  if (kind === 'country') return countryName(text) ?? text;
  if (kind === 'port') return portName(Number(text)) ? `${text}, usually ${portName(Number(text))}` : text;
  return text;
}
