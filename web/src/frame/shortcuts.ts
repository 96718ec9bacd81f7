import { useEffect } from 'react';
import { PAGES } from '../pages.ts';
import { live } from '../state/live.ts';
import { shortcuts } from '../state/preferences.ts';
import { endsNow, shiftRange, widenRange } from '../state/time-range.ts';
import { useUrlState } from '../state/url-state.ts';
import { layer } from './layers.ts';

/** What the help page lists. Keys of single pages (j, k, Enter in tables) are handled there. */
export const SHORTCUTS: readonly { keys: string; does: string }[] = [
  { keys: 'Ctrl K', does: 'Commands, pages, look-up of a pasted address or domain' },
  { keys: '/', does: 'Filter' },
  { keys: 't', does: 'Time range' },
  { keys: '[  ]', does: 'Move the range back, forward' },
  { keys: '-', does: 'Widen the range' },
  { keys: 'l', does: 'Live or paused' },
  ...PAGES.map((page) => ({ keys: `g ${page.key}`, does: page.title })),
  { keys: 'j  k', does: 'Next, previous event' },
  { keys: 'Enter', does: 'Open the event' },
  { keys: 'Shift F10', does: 'Menu of a value' },
  { keys: 'Esc', does: 'Close what is on top' },
  { keys: '?', does: 'This list' },
];

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Focuses the control of the context bar that carries this mark. */
function focusControl(name: string): boolean {
  const element = document.querySelector<HTMLElement>(`[data-shortcut="${name}"]`);
  element?.focus();
  if (name === 'time') element?.click();
  return element !== null;
}

export function useShortcuts(): void {
  const { update, go, state } = useUrlState();
  useEffect(() => {
    let pending = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const single: Record<string, () => unknown> = {
      '/': () => focusControl('filter'),
      t: () => focusControl('time'),
      '[': () => update(shiftRange(state, -1, Date.now())),
      ']': () => update(shiftRange(state, 1, Date.now())),
      '-': () => update(widenRange(state, Date.now())),
      l: () => endsNow(state) && live.set(!live.get()),
      '?': () => layer.set('help'),
    };
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        layer.set(layer.get() === 'palette' ? null : 'palette');
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (shortcuts.get() === 'off' || typing(event.target) || layer.get() !== null) return;
      if (document.querySelector('[role="menu"],[role="dialog"]')) return;
      if (pending) {
        pending = false;
        const page = PAGES.find((candidate) => candidate.key === event.key);
        if (page) go(page.path);
        return;
      }
      if (event.key === 'g') {
        pending = true;
        clearTimeout(timer);
        timer = setTimeout(() => {
          pending = false;
        }, 1500);
        return;
      }
      const action = single[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('keydown', onKey);
    };
  }, [update, go, state]);
}
