import { whole } from '../../format/number.ts';
import { PageLink } from '../../frame/links.tsx';
import { Ago } from '../../widgets/when.tsx';
import type { OutputLetter } from './types.ts';

interface LetterTableProps {
  items: readonly OutputLetter[];
  selected: ReadonlySet<string>;
  /** Absent where nothing can be done with a selection. */
  onSelect?: (selected: ReadonlySet<string>) => void;
  openId: string | null;
  onOpen: (letter: OutputLetter) => void;
}

/** Dead letters, newest first; the reason opens the details, the id the event. */
export function LetterTable({ items, selected, onSelect, openId, onOpen }: LetterTableProps) {
  const all = items.every(({ id }) => selected.has(id));
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect?.(next);
  };
  return (
    <div className="table-scroll letter-scroll">
      <table className="plain-table letter-table">
        <caption className="visually-hidden">Dead letters, newest first</caption>
        <thead>
          <tr>
            {onSelect && (
              <th scope="col">
                <input
                  type="checkbox"
                  aria-label="Select all that are shown"
                  checked={all}
                  onChange={() => onSelect(all ? new Set() : new Set(items.map(({ id }) => id)))}
                />
              </th>
            )}
            <th scope="col">Last refused</th>
            <th scope="col">Reason</th>
            <th scope="col">Code</th>
            <th scope="col" className="number">
              Attempts
            </th>
            <th scope="col">Event</th>
          </tr>
        </thead>
        <tbody>
          {items.map((letter) => (
            <tr key={letter.id} data-selected={letter.id === openId}>
              {onSelect && (
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Select event ${letter.event_id}`}
                    checked={selected.has(letter.id)}
                    onChange={() => toggle(letter.id)}
                  />
                </td>
              )}
              <td className="nowrap">
                <Ago time={letter.last_at} />
              </td>
              <td className="letter-reason">
                <button
                  type="button"
                  className="link"
                  aria-expanded={letter.id === openId}
                  onClick={() => onOpen(letter)}
                >
                  {letter.reason}
                </button>
              </td>
              <td>
                <code>{letter.code}</code>
              </td>
              <td className="number">{whole(letter.attempts)}</td>
              <td>
                <PageLink to="/events" patch={{ row: letter.event_id }} className="link mono">
                  {letter.event_id}
                </PageLink>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
