import { lazy, Suspense, useState } from 'react';
import { plural } from '../../format/number.ts';
import { Panel } from '../../widgets/panel.tsx';
import { ErrorNotice } from '../../widgets/states.tsx';
import { toast } from '../../widgets/toast.tsx';
import { outputPath, useAction } from './data.ts';
import { stateWords, wordsOf } from './names.ts';
import { OutputNumbers, OutputPast } from './output-figures.tsx';
import { StateMark, StateNote } from './state-mark.tsx';
import { TestResult } from './test-result.tsx';
import type { Output, TestAnswer } from './types.ts';

const Confirm = lazy(() => import('../system/confirm.tsx'));
const ReplayDialog = lazy(() => import('./replay-dialog.tsx').then((module) => ({ default: module.ReplayDialog })));

interface OutputCardProps {
  output: Output;
  lags: readonly number[];
  mayChange: boolean;
  lettersOpen: boolean;
  onLetters: () => void;
  onEdit: () => void;
}

/** One output: how it is, what it does, and what can be done with it. */
export function OutputCard({ output, lags, mayChange, lettersOpen, onLetters, onEdit }: OutputCardProps) {
  const { name, type, status, filter, origin } = output;
  return (
    <Panel
      title={name}
      className={`output-card ${stateWords(status.state).tone}`}
      note={
        <>
          {wordsOf(type).title}
          {origin === 'settings' && ', from the settings'}
        </>
      }
      actions={<StateMark state={status.state} />}
    >
      <p className="output-target">
        <span className="mono">{status.endpoint}</span>
        {filter !== '' && (
          <span className="muted">
            only <code>{filter}</code>
          </span>
        )}
      </p>
      <StateNote status={status} />
      <OutputNumbers status={status} lags={lags} onLetters={onLetters} lettersOpen={lettersOpen} />
      <OutputPast status={status} />
      {mayChange && <Actions output={output} onEdit={onEdit} />}
    </Panel>
  );
}

function Actions({ output, onEdit }: { output: Output; onEdit: () => void }) {
  const { name, paused } = output;
  const action = useAction();
  const [asking, setAsking] = useState<'replay' | 'remove' | null>(null);
  const [tested, setTested] = useState<TestAnswer | null>(null);
  const close = () => setAsking(null);
  const test = async () => {
    setTested(null);
    const answer = await action.run<TestAnswer>(outputPath(name, 'test'), { method: 'POST' });
    if (answer) setTested(answer);
  };
  const toggle = () => action.run(outputPath(name, paused ? 'resume' : 'pause'), { method: 'POST' });
  const remove = async () => {
    close();
    if (await action.run(outputPath(name), { method: 'DELETE' })) toast(`${name} is removed.`);
  };
  return (
    <>
      {tested && <TestResult answer={tested} onClose={() => setTested(null)} />}
      {action.error && <ErrorNotice error={action.error} what="Not done" />}
      <div className="row-actions">
        <button type="button" className="button small" disabled={action.busy} onClick={() => void test()}>
          Send a test event
        </button>
        <button type="button" className="button small" disabled={action.busy} onClick={() => void toggle()}>
          {paused ? 'Resume' : 'Pause'}
        </button>
        <button type="button" className="button small" onClick={() => setAsking('replay')}>
          Replay…
        </button>
        <button type="button" className="button small" onClick={onEdit}>
          Edit…
        </button>
        {output.origin !== 'settings' && (
          <button type="button" className="button small danger" onClick={() => setAsking('remove')}>
            Remove…
          </button>
        )}
      </div>
      <Suspense fallback={null}>
        {asking === 'replay' && <ReplayDialog output={output} onClose={close} />}
        {asking === 'remove' && (
          <Confirm
            title={`Remove ${name}?`}
            text={removalText(output)}
            action="Remove"
            onCancel={close}
            onConfirm={() => void remove()}
          />
        )}
      </Suspense>
    </>
  );
}

function removalText({ status }: Output): string {
  const waiting =
    status.lag.events > 0 ? ` ${plural(status.lag.events, 'event')} would not be delivered any more.` : '';
  const letters = status.dead_letters > 0 ? ` and its ${plural(status.dead_letters, 'dead letter')}` : '';
  return `Its configuration, its place in the events${letters} are deleted for good. The events stay stored.${waiting}`;
}
