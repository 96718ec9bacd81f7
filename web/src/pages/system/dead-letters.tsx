import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { ApiError, call, type Request } from '../../api/client.ts';
import { REFRESH_MS, useApi } from '../../api/queries.ts';
import type { DeadLetter, DeadLetters, Who } from '../../api/types.ts';
import { bytes, plural, whole } from '../../format/number.ts';
import { CopyButton } from '../../widgets/copy.tsx';
import { Drawer } from '../../widgets/drawer.tsx';
import { Loaded, Panel } from '../../widgets/panel.tsx';
import { ErrorNotice, Skeleton } from '../../widgets/states.tsx';
import { toast } from '../../widgets/toast.tsx';
import { Ago, When } from '../../widgets/when.tsx';

const Confirm = lazy(() => import('./confirm.tsx'));
const PATH = '/v1/dead-letters';

/** What could not be read, with the reason, to be tried again or given up. */
export function DeadLettersPanel() {
  const query = useApi<DeadLetters>(PATH, { limit: 50 }, { refresh: REFRESH_MS });
  const who = useApi<Who>('/v1/whoami', {}, { fresh: 60_000 });
  const [open, setOpen] = useState<DeadLetter | null>(null);
  const [asking, setAsking] = useState(false);
  const act = useActions();
  const admin = who.data?.scopes.includes('admin') ?? false;
  const total = query.data?.total ?? 0;
  return (
    <Panel
      title="Dead letters"
      className="wide-panel"
      note={query.data && `${plural(total, 'record')} that could not be read`}
      actions={
        admin &&
        total > 0 && (
          <>
            <button type="button" className="button small" onClick={() => act.replay({})}>
              Replay all
            </button>
            <button type="button" className="button small danger" onClick={() => setAsking(true)}>
              Purge all
            </button>
          </>
        )
      }
    >
      <Loaded query={query} what="The dead letters" rows={4}>
        {(page) =>
          page.items.length === 0 ? (
            <p className="panel-empty muted">None. Everything that was received could be read.</p>
          ) : (
            <LetterTable
              items={page.items}
              total={page.total}
              admin={admin}
              onOpen={setOpen}
              onReplay={(id) => act.replay({ id })}
              onPurge={(id) => act.purge(id)}
            />
          )
        }
      </Loaded>
      {asking && (
        <Suspense fallback={null}>
          <Confirm
            title={`Purge ${plural(total, 'dead letter')}?`}
            text="They are deleted for good and cannot be replayed any more."
            action="Purge all"
            onCancel={() => setAsking(false)}
            onConfirm={() => {
              setAsking(false);
              void act.purge();
            }}
          />
        </Suspense>
      )}
      {open && <LetterDrawer letter={open} onClose={() => setOpen(null)} />}
    </Panel>
  );
}

/** Replay and purge: each says what it did, then the list is read again. */
function useActions() {
  const queries = useQueryClient();
  const run = async (path: string, request: Request, said: (answer: Record<string, number>) => string) => {
    try {
      toast(said(await call<Record<string, number>>(path, request)));
    } catch (error) {
      toast(error instanceof ApiError ? `${error.title}: ${error.message}` : 'The request failed.', 'bad');
    }
    await queries.invalidateQueries({ queryKey: [PATH] });
  };
  return {
    replay: ({ id }: { id?: string }) =>
      run(
        id === undefined ? `${PATH}/replay` : `${PATH}/${encodeURIComponent(id)}/replay`,
        { method: 'POST', body: {} },
        (answer) =>
          `Replayed ${whole(answer?.replayed ?? 1)}${answer?.failed ? `, ${whole(answer.failed)} failed again` : ''}.`,
      ),
    purge: (id?: string) =>
      run(
        id === undefined ? PATH : `${PATH}/${encodeURIComponent(id)}`,
        { method: 'DELETE' },
        (answer) => `Purged ${whole(answer?.purged ?? 1)}.`,
      ),
  };
}

interface LetterTableProps {
  items: readonly DeadLetter[];
  total: number;
  admin: boolean;
  onOpen: (letter: DeadLetter) => void;
  onReplay: (id: string) => void;
  onPurge: (id: string) => void;
}

function LetterTable({ items, total, admin, onOpen, onReplay, onPurge }: LetterTableProps) {
  return (
    <div className="table-scroll short-scroll">
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Reason</th>
            <th scope="col">Source</th>
            <th scope="col" className="number">
              Size
            </th>
            <th scope="col">Begins with</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((letter) => (
            <tr key={letter.id}>
              <td className="nowrap">
                <Ago time={letter.at} />
              </td>
              <td>
                <button type="button" className="link" onClick={() => onOpen(letter)} title={letter.detail}>
                  {letter.reason}
                </button>
              </td>
              <td>{letter.source}</td>
              <td className="number">{bytes(letter.size)}</td>
              <td>
                <code className="preview">{letter.bytes_preview}</code>
              </td>
              <td className="row-buttons">
                {admin && (
                  <>
                    <button type="button" className="button small" onClick={() => onReplay(letter.id)}>
                      Replay
                    </button>
                    <button type="button" className="button small danger" onClick={() => onPurge(letter.id)}>
                      Purge
                    </button>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {total > items.length && (
        <p className="muted small table-more">
          The newest {whole(items.length)} of {whole(total)}.
        </p>
      )}
    </div>
  );
}

function LetterDrawer({ letter, onClose }: { letter: DeadLetter; onClose: () => void }) {
  const query = useApi<DeadLetter>(`${PATH}/${encodeURIComponent(letter.id)}`, {}, { fresh: 60_000 });
  const content = query.data?.id === letter.id ? (query.data.text ?? query.data.bytes ?? '') : null;
  return (
    <Drawer
      title={letter.reason}
      onClose={onClose}
      actions={content ? <CopyButton text={content} label="Copy the bytes" /> : undefined}
    >
      <p>{letter.detail}</p>
      <dl className="fields">
        <div>
          <dt>received</dt>
          <dd>
            <When time={letter.at} exact />
          </dd>
        </div>
        <div>
          <dt>source</dt>
          <dd>{letter.source}</dd>
        </div>
        <div>
          <dt>encoding</dt>
          <dd>{letter.encoding}</dd>
        </div>
        <div>
          <dt>peer</dt>
          <dd>{letter.peer || '–'}</dd>
        </div>
      </dl>
      {query.error && <ErrorNotice error={query.error} retry={query.refetch} what="The bytes" />}
      {content === null ? (
        !query.error && <Skeleton rows={6} />
      ) : (
        <pre className="bytes">
          <code>{content}</code>
        </pre>
      )}
    </Drawer>
  );
}
