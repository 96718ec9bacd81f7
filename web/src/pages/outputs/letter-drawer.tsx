import type { ReactNode } from 'react';
import { useApi } from '../../api/queries.ts';
import { whole } from '../../format/number.ts';
import { PageLink } from '../../frame/links.tsx';
import { CopyButton } from '../../widgets/copy.tsx';
import { Drawer } from '../../widgets/drawer.tsx';
import { ErrorNotice, Skeleton } from '../../widgets/states.tsx';
import { When } from '../../widgets/when.tsx';
import { outputPath } from './data.ts';
import type { OutputLetter } from './types.ts';

interface LetterDrawerProps {
  letter: OutputLetter;
  onClose: () => void;
  actions: ReactNode;
}

/** One dead letter: why it was refused, and what was sent. */
export function LetterDrawer({ letter, onClose, actions }: LetterDrawerProps) {
  const path = outputPath(letter.output, 'dead-letters', letter.id);
  const query = useApi<OutputLetter>(path, {}, { fresh: 60_000 });
  const original = query.data?.id === letter.id ? (query.data.original ?? '') : null;
  return (
    <Drawer
      title={letter.code}
      onClose={onClose}
      actions={
        <>
          {original && <CopyButton text={original} label="Copy what was sent" />}
          {actions}
        </>
      }
    >
      <p>{letter.reason}</p>
      <dl className="fields">
        <Line name="Event">
          <PageLink to="/events" patch={{ row: letter.event_id }} className="link mono">
            {letter.event_id}
          </PageLink>
        </Line>
        <Line name="Attempts">{whole(letter.attempts)}</Line>
        <Line name="First refused">
          <When time={letter.first_at} />
        </Line>
        <Line name="Last refused">
          <When time={letter.last_at} />
        </Line>
      </dl>
      <section>
        <h3>What was sent</h3>
        {query.error && <ErrorNotice error={query.error} retry={query.refetch} what="What was sent" />}
        {original === null ? (
          !query.error && <Skeleton rows={6} />
        ) : (
          <pre className="letter-original">
            <code>{readable(original)}</code>
          </pre>
        )}
      </section>
    </Drawer>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** JSON with line ends; anything else, also JSON that was cut, as it is. Copying gives what was sent. */
export function readable(original: string): string {
  try {
    return JSON.stringify(JSON.parse(original), null, 2);
  } catch {
    return original;
  }
}
