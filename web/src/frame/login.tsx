import { type FormEvent, useId, useState } from 'react';
import { ApiError, call } from '../api/client.ts';
import { session, signIn } from '../api/session.ts';
import type { Who } from '../api/types.ts';
import { useStore } from '../kit/store.ts';
import { Logo } from '../widgets/icons.tsx';

/** Asks for the API key. It is kept in this tab, or in this browser when asked to, and sent in a header only. */
export function Login() {
  const { notice } = useStore(session);
  const [key, setKey] = useState('');
  const [remember, setRemember] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const typed = key.trim();
    if (typed === '') {
      setProblem('Enter a key.');
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      await call<Who>('/v1/whoami', { key: typed });
      signIn(typed, remember);
    } catch (error) {
      setProblem(reasonOf(error));
      setBusy(false);
    }
  };

  return (
    <main className="login">
      <form className="panel login-card" onSubmit={submit}>
        <div className="login-brand">
          <Logo size={36} />
          <div>
            <h1>Vedette</h1>
            <p className="muted">A watch over your network</p>
          </div>
        </div>
        {notice && (
          <p className="login-notice" role="status">
            {notice}
          </p>
        )}
        <label htmlFor={`${id}-key`}>API key</label>
        <input
          id={`${id}-key`}
          type="password"
          autoComplete="current-password"
          className="input"
          value={key}
          onChange={(event) => setKey(event.target.value)}
          aria-invalid={problem !== null}
          aria-describedby={problem ? `${id}-problem` : `${id}-help`}
          // biome-ignore lint/a11y/noAutofocus: the page has this one field only
          autoFocus
        />
        {problem && (
          <p id={`${id}-problem`} className="field-error" role="alert">
            {problem}
          </p>
        )}
        <label className="check">
          <input type="checkbox" checked={remember} onChange={(event) => setRemember(event.target.checked)} />
          Remember in this browser
        </label>
        <button type="submit" className="button primary wide" disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
        <p id={`${id}-help`} className="muted small">
          The key was printed when Vedette first started. Make another with <code>vedette keys create</code>.
        </p>
      </form>
    </main>
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Something went wrong in the browser. Reload the page.';
  if (error.status === 401) return 'This key is not known. Check that it was copied whole.';
  if (error.status === 403) return `This key may not be used: ${error.message}`;
  return error.message;
}
