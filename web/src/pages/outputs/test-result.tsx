import { bytes } from '../../format/number.ts';
import { duration } from '../../format/time.ts';
import { Icon } from '../../widgets/icons.tsx';
import type { TestAnswer } from './types.ts';

/** What became of a test event. */
export function TestResult({ answer, onClose }: { answer: TestAnswer; onClose: () => void }) {
  const ok = answer.status === 'ok';
  return (
    <div className={ok ? 'output-note ok test-result' : 'output-note bad test-result'} role="status">
      <p>
        <b>{ok ? 'The test event was taken' : 'The test event was not taken'}</b>
        {answer.http_status !== null && <> · HTTP {answer.http_status}</>} · {duration(answer.duration_ms / 1000)} ·{' '}
        {bytes(answer.bytes)}
        {answer.error && <span className="test-error">{answer.error}</span>}
        <span className="muted small">
          Tagged <code>vedette-test</code>, id <code>{answer.request_id}</code>
        </span>
      </p>
      <button type="button" className="icon-button" aria-label="Close the result" onClick={onClose}>
        <Icon name="close" size={14} />
      </button>
    </div>
  );
}
