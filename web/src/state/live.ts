import { createStore } from '../kit/store.ts';

/** False while a person has paused the refresh. Kept for the page only: a reload is live again. */
export const live = createStore(true);
