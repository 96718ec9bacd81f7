import { savedChoice } from '../kit/saved.ts';

/** What a person chose for this browser. None of it is secret; the key is kept apart (api/session.ts). */
export const theme = savedChoice('theme', ['dark', 'light'] as const, 'dark');
export const zone = savedChoice('zone', ['local', 'utc'] as const, 'local');
export const density = savedChoice('density', ['compact', 'normal', 'comfortable'] as const, 'normal');
/** Single-key shortcuts can be switched off (WCAG 2.1.4). */
export const shortcuts = savedChoice('shortcuts', ['on', 'off'] as const, 'on');

export type Zone = 'local' | 'utc';

/** Writes theme and density onto the document and keeps them in step. */
export function applyPreferences(root: HTMLElement): void {
  const apply = () => {
    root.dataset.theme = theme.get();
    root.dataset.density = density.get();
  };
  apply();
  theme.subscribe(apply);
  density.subscribe(apply);
}
