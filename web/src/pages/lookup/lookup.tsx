import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { type ApiError, call } from '../../api/client.ts';
import type { Lookup, LookupList } from '../../api/types.ts';
import { type Subject, subjectOf } from '../../format/address.ts';
import { useUrlState } from '../../state/url-state.ts';
import { Icon } from '../../widgets/icons.tsx';
import { ErrorNotice, Notice, Skeleton } from '../../widgets/states.tsx';
import { LookupCard } from './lookup-card.tsx';
import { LookupTable } from './lookup-table.tsx';
import './lookup.css';

const MOST = 1000;

/** What is known about an address or a domain, or about a pasted list of them. */
export default function LookupPage() {
  const { state, update } = useUrlState();
  const [typed, setTyped] = useState(state.find);
  useEffect(() => setTyped(state.find), [state.find]);
  const { subjects, unread } = readList(state.find);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    update({ find: typed.trim().split(/\s+/).join(' ') });
  };
  return (
    <>
      <h1 className="page-title">Look-up</h1>
      <form className="lookup-form" onSubmit={submit}>
        <label htmlFor="lookup-field" className="visually-hidden">
          Address, domain or link; several separated by blanks
        </label>
        <input
          id="lookup-field"
          className="input mono"
          placeholder="203[.]0[.]113[.]7, evil.example, hxxps://evil[.]example/x — one or many"
          value={typed}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit" className="button primary">
          <Icon name="lookup" /> Look up
        </button>
      </form>
      {unread.length > 0 && (
        <p className="field-error" role="status">
          Neither address nor domain: {unread.slice(0, 5).join(', ')}
          {unread.length > 5 && ` and ${unread.length - 5} more`}
        </p>
      )}
      {subjects.length === 0 && unread.length === 0 && (
        <Notice title="Paste an address or a domain">
          <p>
            Country, network, indicators and risk, from what this server knows; nothing is asked of anybody else.
            Defanged forms are understood.
          </p>
        </Notice>
      )}
      {subjects.length === 1 && <One subject={subjects[0]} />}
      {subjects.length > 1 && <Many subjects={subjects} onPick={(find) => update({ find })} />}
    </>
  );
}

/** Addresses, domains and links in a text, each once; and what could not be read. */
export function readList(text: string): { subjects: Subject[]; unread: string[] } {
  const found = new Map<string, Subject>();
  const unread: string[] = [];
  for (const piece of text.split(/[\s,;|]+/).filter((one) => one !== '')) {
    const subject = subjectOf(piece);
    if (subject && found.size < MOST) found.set(subject.value, subject);
    else if (!subject) unread.push(piece);
  }
  return { subjects: [...found.values()], unread };
}

function One({ subject }: { subject: Subject }) {
  const query = useQuery<Lookup, ApiError>({
    queryKey: ['/v1/lookup', subject],
    queryFn: ({ signal }) =>
      call<Lookup>('/v1/lookup', { method: 'POST', body: { [subject.kind]: subject.value }, signal }),
    staleTime: 30_000,
  });
  if (query.error) return <ErrorNotice error={query.error} retry={() => void query.refetch()} what="The look-up" />;
  return query.data ? <LookupCard result={query.data} /> : <Skeleton rows={6} height={28} />;
}

function Many({ subjects, onPick }: { subjects: readonly Subject[]; onPick: (find: string) => void }) {
  const indicators = subjects.map((subject) => subject.value);
  const query = useQuery<LookupList, ApiError>({
    queryKey: ['/v1/lookup', indicators],
    queryFn: ({ signal }) => call<LookupList>('/v1/lookup', { method: 'POST', body: { indicators }, signal }),
    staleTime: 30_000,
  });
  if (query.error) return <ErrorNotice error={query.error} retry={() => void query.refetch()} what="The look-up" />;
  return query.data ? <LookupTable results={query.data.results} onPick={onPick} /> : <Skeleton rows={8} height={28} />;
}
