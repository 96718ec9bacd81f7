import { createStore } from '../kit/store.ts';

export type Layer = 'palette' | 'help' | 'preferences' | null;

/** The dialog that is open; one at a time. */
export const layer = createStore<Layer>(null);
