import { createStore } from '../kit/store.ts';

const KEY = 'vedette.key';

export interface Session {
  /** The API key, or null when nobody is signed in. Never put into a URL. */
  readonly key: string | null;
  /** Why the person has to sign in again, where there is a reason. */
  readonly notice: string | null;
}

/** In tests and private windows storage may be missing: the key then lives as long as the page. */
function stored(): string | null {
  try {
    return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export const session = createStore<Session>({ key: stored(), notice: null });

/** Keeps the key for this tab, or for this browser when `remember` is set. */
export function signIn(key: string, remember: boolean): void {
  try {
    forget();
    (remember ? localStorage : sessionStorage).setItem(KEY, key);
  } catch {
    // Without storage the key is kept in memory only.
  }
  session.set({ key, notice: null });
}

export function signOut(notice: string | null = null): void {
  try {
    forget();
  } catch {
    // Nothing was stored.
  }
  session.set({ key: null, notice });
}

function forget(): void {
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
}
