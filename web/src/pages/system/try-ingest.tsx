import { useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { ApiError, asCurl, call, type Request } from '../../api/client.ts';
import { PageLink } from '../../frame/links.tsx';
import { CopyButton } from '../../widgets/copy.tsx';
import { Panel } from '../../widgets/panel.tsx';
import { sampleRecord } from '../../widgets/sample.ts';
import { ErrorNotice } from '../../widgets/states.tsx';

/** Sends records as any collector would, and shows what the server says. */
export function TryIngest() {
  const [text, setText] = useState(() => JSON.stringify([sampleRecord(Date.now())], null, 2));
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<unknown>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const queries = useQueryClient();
  const id = useId();
  const fault = faultOf(text);
  const request: Request = { method: 'POST', body: text };
  const send = async () => {
    setBusy(true);
    setError(null);
    setAnswer(null);
    try {
      setAnswer(await call('/v1/ingest', request));
      await queries.invalidateQueries({ queryKey: ['/v1/system'] });
    } catch (problem) {
      if (problem instanceof ApiError) setError(problem);
      else throw problem;
    } finally {
      setBusy(false);
    }
  };
  return (
    <Panel title="Try ingest" note="POST /v1/ingest">
      <label htmlFor={id} className="visually-hidden">
        Records as JSON
      </label>
      <textarea
        id={id}
        className="input mono"
        rows={12}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
        aria-invalid={fault !== null}
        aria-describedby={fault ? `${id}-fault` : undefined}
      />
      {fault && (
        <p id={`${id}-fault`} className="field-error">
          {fault}
        </p>
      )}
      <div className="row-actions">
        <button type="button" className="button primary" disabled={busy || fault !== null} onClick={send}>
          {busy ? 'Sending…' : 'Send'}
        </button>
        <button
          type="button"
          className="button"
          onClick={() => setText(JSON.stringify([sampleRecord(Date.now())], null, 2))}
        >
          Fresh sample
        </button>
        <CopyButton text={asCurl('/v1/ingest', request)} label="Copy as curl" />
      </div>
      {error && <ErrorNotice error={error} what="Not accepted" />}
      {answer !== null && (
        <div className="answer" role="status">
          <pre>
            <code>{JSON.stringify(answer, null, 2)}</code>
          </pre>
          <PageLink to="/events" patch={{ from: '-15m', to: 'now', q: '' }} className="link">
            Show the newest events
          </PageLink>
        </div>
      )}
    </Panel>
  );
}

/** Only whether it is JSON; the rest is for the server to judge. */
function faultOf(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return `Not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}`;
  }
}
