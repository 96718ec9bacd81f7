import { useState } from 'react';
import { ApiError, call } from '../api/client.ts';
import { useOverview } from '../api/queries.ts';
import type { Overview } from '../api/types.ts';
import { duration, rangeLabel, toMs } from '../format/time.ts';
import { useStore } from '../kit/store.ts';
import { zone } from '../state/preferences.ts';
import { absolute, resolveRange } from '../state/time-range.ts';
import { type UrlState, useUrlState } from '../state/url-state.ts';
import { Command } from './copy.tsx';
import { sampleRecord } from './sample.ts';
import { Notice } from './states.tsx';
import { toast } from './toast.tsx';
import { When } from './when.tsx';

export type Emptiness = 'none yet' | 'outside range' | 'filtered out';

/** Why there is nothing to show, or null when there is something. */
export function emptinessOf(
  overview: Overview,
  state: Pick<UrlState, 'from' | 'to' | 'q'>,
  now: number,
): Emptiness | null {
  if ((overview.kpis.events?.value ?? 0) > 0) return null;
  const { newest, oldest } = overview;
  if (newest === null || oldest === null) return 'none yet';
  const span = resolveRange(state, now);
  if (toMs(newest) < span.from || toMs(oldest) > span.to) return 'outside range';
  return state.q === '' ? 'outside range' : 'filtered out';
}

/** The message for an empty page, with the way out of it. */
export function EmptyState({ kind, overview }: { kind: Emptiness; overview: Overview }) {
  if (kind === 'none yet') return <NothingYet />;
  if (kind === 'filtered out') return <FilteredOut />;
  return <OutsideRange overview={overview} />;
}

function NothingYet() {
  const overview = useOverview();
  const [busy, setBusy] = useState(false);
  const record = sampleRecord(Date.now());
  const send = async () => {
    setBusy(true);
    try {
      await call('/v1/ingest', { method: 'POST', body: { records: [record] } });
      toast('One sample event was sent.');
      await overview.refetch();
    } catch (error) {
      toast(error instanceof ApiError ? error.message : 'The sample was not sent.', 'bad');
    }
    setBusy(false);
  };
  const curl = [
    `curl -s ${window.location.origin}/v1/ingest`,
    '-H "Authorization: Bearer $VEDETTE_KEY"',
    `-H 'Content-Type: application/json'`,
    `-d '${JSON.stringify([record])}'`,
  ].join(' \\\n  ');
  return (
    <Notice
      title="No data yet"
      actions={
        <button type="button" className="button primary" onClick={send} disabled={busy}>
          {busy ? 'Sending…' : 'Send one sample event'}
        </button>
      }
    >
      <p>Vedette is running and has not received anything. Any of these fills this page:</p>
      <ol className="steps">
        <li>
          <b>Send a record</b> over HTTP
          <Command label="send a record" text={curl} />
        </li>
        <li>
          <b>Ingest a file</b>: Zeek logs, nfdump, pmacct, ntopng or goflow2 JSON
          <Command label="ingest a file" text="vedette ingest conn.log" />
        </li>
        <li>
          <b>See it full</b>: a simulated office, in a data folder of its own
          <Command label="run the demo" text="vedette demo" />
        </li>
      </ol>
    </Notice>
  );
}

function OutsideRange({ overview }: { overview: Overview }) {
  const { state, update } = useUrlState();
  const shown = useStore(zone);
  const { newest, oldest } = overview;
  if (newest === null || oldest === null) return null;
  const span = { from: toMs(oldest), to: toMs(newest) + 1000 };
  return (
    <Notice
      title="No data in this range"
      actions={
        <button type="button" className="button primary" onClick={() => update(absolute(span))}>
          Zoom to data
        </button>
      }
    >
      <p>
        The newest event is of <When time={newest} />, the oldest of <When time={oldest} />:{' '}
        {duration((span.to - span.from) / 1000)} of data.
      </p>
      <p className="muted">Shown: {rangeLabel(state, shown, Date.now())}</p>
    </Notice>
  );
}

function FilteredOut() {
  const { state, update } = useUrlState();
  return (
    <Notice
      title="The filter leaves nothing"
      actions={
        <button type="button" className="button primary" onClick={() => update({ q: '' })}>
          Clear the filter
        </button>
      }
    >
      <p>No event in this range satisfies</p>
      <pre className="filter-shown">
        <code>{state.q}</code>
      </pre>
    </Notice>
  );
}
