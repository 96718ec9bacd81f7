import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useApi } from '../../api/queries.ts';
import { plural, whole } from '../../format/number.ts';
import { Icon } from '../../widgets/icons.tsx';
import { Loaded, Panel } from '../../widgets/panel.tsx';
import { ErrorNotice } from '../../widgets/states.tsx';
import { outputPath } from './data.ts';
import { type LetterChoice, useLetterActions } from './letter-actions.ts';
import { LetterDrawer } from './letter-drawer.tsx';
import { LetterTable } from './letter-table.tsx';
import type { Output, OutputLetter, OutputLetters } from './types.ts';

const Confirm = lazy(() => import('../system/confirm.tsx'));
const PAGE = 50;

interface LettersPanelProps {
  output: Output;
  mayChange: boolean;
  onClose: () => void;
}

/** What the receiver of an output refused for good, with the reasons, to be sent again or given up. */
export function LettersPanel({ output: { name }, mayChange, onClose }: LettersPanelProps) {
  const [code, setCode] = useState('');
  /** Where each page before began; the last one is shown. */
  const [pages, setPages] = useState<readonly string[]>([]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState<OutputLetter | null>(null);
  const [purging, setPurging] = useState<LetterChoice | null>(null);
  const query = useApi<OutputLetters>(
    outputPath(name, 'dead-letters'),
    { limit: PAGE, code: code || undefined, before: pages.at(-1) },
    { refresh: 15_000 },
  );
  const act = useLetterActions(name);
  const home = useScrolledTo();
  const items = query.data?.items ?? [];
  const ids = items.map(({ id }) => id).filter((id) => selected.has(id));
  const choice: LetterChoice = ids.length > 0 ? { ids } : code ? { code } : {};
  const what = ids.length > 0 ? `${whole(ids.length)} selected` : code ? `all with ${code}` : 'all';
  const turn = (next: readonly string[]) => {
    setPages(next);
    setSelected(new Set());
  };
  return (
    <div ref={home} className="letters">
      <Panel
        title={`Dead letters of ${name}`}
        note={query.data && `${plural(query.data.total, 'event')} refused for good`}
        actions={
          <button type="button" className="icon-button" aria-label="Close the dead letters" onClick={onClose}>
            <Icon name="close" />
          </button>
        }
      >
        <div className="row-actions letter-tools">
          <CodeFilter
            codes={items.map((letter) => letter.code)}
            code={code}
            onChange={(next) => {
              setCode(next);
              turn([]);
            }}
          />
          {mayChange && items.length > 0 && (
            <>
              <button
                type="button"
                className="button small"
                disabled={act.busy}
                onClick={() => void act.replay(choice)}
              >
                Replay {what}
              </button>
              <button
                type="button"
                className="button small danger"
                disabled={act.busy}
                onClick={() => setPurging(choice)}
              >
                Purge {what}
              </button>
            </>
          )}
        </div>
        {act.error && <ErrorNotice error={act.error} what="Not done" />}
        <Loaded query={query} what="The dead letters" rows={4}>
          {(page) =>
            page.items.length === 0 ? (
              <p className="panel-empty muted">
                {code ? `None with the code ${code} here.` : 'None. The receiver took everything it was sent.'}
              </p>
            ) : (
              <LetterTable
                items={page.items}
                selected={selected}
                onSelect={mayChange ? setSelected : undefined}
                openId={open?.id ?? null}
                onOpen={setOpen}
              />
            )
          }
        </Loaded>
        <Pager pages={pages} next={query.data?.next ?? null} onTurn={turn} />
      </Panel>
      {purging && (
        <Suspense fallback={null}>
          <Confirm
            title={`Purge ${what}?`}
            text={`Dead letters of ${name} that are purged cannot be sent again from here. The events themselves stay stored.`}
            action="Purge"
            onCancel={() => setPurging(null)}
            onConfirm={() => {
              setPurging(null);
              void act.purge(purging);
            }}
          />
        </Suspense>
      )}
      {open && (
        <LetterDrawer
          key={open.id}
          letter={open}
          onClose={() => setOpen(null)}
          actions={
            mayChange && (
              <button
                type="button"
                className="button small"
                disabled={act.busy}
                onClick={() => void act.replay({ ids: [open.id] }).then(() => setOpen(null))}
              >
                Replay
              </button>
            )
          }
        />
      )}
    </div>
  );
}

/** Below the cards it would open unseen. */
function useScrolledTo() {
  const home = useRef<HTMLDivElement>(null);
  useEffect(() => {
    home.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return home;
}

interface CodeFilterProps {
  /** Of the rows that are shown. */
  codes: readonly string[];
  code: string;
  onChange: (code: string) => void;
}

function CodeFilter({ codes, code, onChange }: CodeFilterProps) {
  // What was seen once stays to be chosen when only some are shown.
  const seen = useRef(new Set<string>());
  for (const each of codes) seen.current.add(each);
  return (
    <label className="code-filter">
      Code{' '}
      <select className="input" value={code} onChange={(event) => onChange(event.target.value)}>
        <option value="">any</option>
        {[...seen.current].sort().map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
}

interface PagerProps {
  pages: readonly string[];
  next: string | null;
  onTurn: (pages: readonly string[]) => void;
}

function Pager({ pages, next, onTurn }: PagerProps) {
  if (pages.length === 0 && next === null) return null;
  return (
    <nav className="row-actions" aria-label="Pages of dead letters">
      <button
        type="button"
        className="button small"
        disabled={pages.length === 0}
        onClick={() => onTurn(pages.slice(0, -1))}
      >
        Newer
      </button>
      <span className="muted small">Page {whole(pages.length + 1)}</span>
      <button
        type="button"
        className="button small"
        disabled={next === null}
        onClick={() => next !== null && onTurn([...pages, next])}
      >
        Older
      </button>
    </nav>
  );
}
