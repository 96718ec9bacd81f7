import { createStore, type Store } from './store.ts';

/** A preference kept in localStorage under `vedette.NAME`; a value that is not allowed (any more) is the default. */
export function savedChoice<T extends string>(name: string, allowed: readonly T[], fallback: T): Store<T> {
  const key = `vedette.${name}`;
  const found = read(key);
  const initial = allowed.includes(found as T) ? (found as T) : fallback;
  return createStore<T>(initial, (value) => write(key, value));
}

// Storage can be switched off in the browser; preferences then last as long as the page.
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Nothing to tell: the choice is in force, it only will not be remembered.
  }
}
