import { lazy, Suspense, useState } from 'react';
import { plural, whole } from '../../format/number.ts';
import { useUrlState } from '../../state/url-state.ts';
import { Loaded } from '../../widgets/panel.tsx';
import { useMayChange, useOutputs, useOutputTypes } from './data.ts';
import { EmptyOutputs } from './empty-outputs.tsx';
import { useLagHistory } from './lag-history.ts';
import { LettersPanel } from './letters-panel.tsx';
import { offered } from './names.ts';
import { OutputCard } from './output-card.tsx';
import type { Output } from './types.ts';
import './outputs.css';

const OutputDialog = lazy(() => import('./output-dialog.tsx').then((module) => ({ default: module.OutputDialog })));

/** What the dialog is open for: a new output (of a type, when that is chosen already), or one that there is. */
type Editing = { readonly type: string } | { readonly output: Output };

/** Where events are delivered to. */
export default function OutputsPage() {
  const { state, update } = useUrlState();
  const query = useOutputs();
  const types = useOutputTypes();
  const mayChange = useMayChange();
  const lags = useLagHistory(query.data?.items, query.dataUpdatedAt);
  const [editing, setEditing] = useState<Editing | null>(null);
  const items = query.data?.items ?? [];
  const choices = offered(types.data?.types ?? {});
  const open = items.find(({ name }) => name === state.row);
  return (
    <>
      <header className="page-head">
        <h1 className="page-title">Outputs</h1>
        <p className="muted" aria-live="polite">
          {summaryOf(items)}
        </p>
        {mayChange && items.length > 0 && (
          <div className="page-actions">
            <button type="button" className="button" onClick={() => setEditing({ type: '' })}>
              New output…
            </button>
          </div>
        )}
      </header>
      <div className="stack">
        <Loaded query={query} what="The outputs" rows={6}>
          {({ items: shown }) =>
            shown.length === 0 ? (
              <EmptyOutputs types={choices} onChoose={mayChange ? (type) => setEditing({ type }) : undefined} />
            ) : (
              <div className="output-grid">
                {shown.map((output) => (
                  <OutputCard
                    key={output.name}
                    output={output}
                    lags={lags.get(output.name) ?? []}
                    mayChange={mayChange}
                    lettersOpen={open?.name === output.name}
                    onLetters={() => update({ row: open?.name === output.name ? '' : output.name })}
                    onEdit={() => setEditing({ output })}
                  />
                ))}
              </div>
            )
          }
        </Loaded>
        {open && (
          <LettersPanel key={open.name} output={open} mayChange={mayChange} onClose={() => update({ row: '' })} />
        )}
      </div>
      {editing && (
        <Suspense fallback={null}>
          <OutputDialog
            {...editing}
            types={types.data?.types ?? {}}
            taken={items.map(({ name }) => name)}
            onClose={() => setEditing(null)}
          />
        </Suspense>
      )}
    </>
  );
}

function summaryOf(items: readonly Output[]): string {
  if (items.length === 0) return '';
  const ill = items.filter(({ status }) => status.state === 'retrying' || status.state === 'blocked').length;
  return `${plural(items.length, 'output')}, ${ill === 0 ? 'none in trouble' : `${whole(ill)} in trouble`}`;
}
