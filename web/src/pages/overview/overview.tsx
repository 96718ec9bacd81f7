import { useState } from 'react';
import { useOverview } from '../../api/queries.ts';
import type { VedetteEvent } from '../../api/types.ts';
import { useUrlState } from '../../state/url-state.ts';
import { EmptyState, emptinessOf } from '../../widgets/empty.tsx';
import { EventDrawer } from '../../widgets/event-drawer.tsx';
import { ErrorNotice, Notice } from '../../widgets/states.tsx';
import { Highlights } from './highlights.tsx';
import { KpiCards } from './kpi-cards.tsx';
import { OutputsPanel } from './outputs-panel.tsx';
import { RatePanel } from './rate-panel.tsx';
import { TopLists } from './top-lists.tsx';
import './overview.css';

export default function OverviewPage() {
  const overview = useOverview();
  const { state } = useUrlState();
  const [open, setOpen] = useState<VedetteEvent | null>(null);
  const { data, error } = overview;
  const filterFault = error?.code === 'INVALID_FILTER';
  const empty = data && !overview.isPlaceholderData && !error ? emptinessOf(data, state, Date.now()) : null;
  return (
    <>
      <h1 className="page-title">Overview</h1>
      {error && !filterFault && <ErrorNotice error={error} retry={overview.refetch} what="The overview" />}
      {filterFault && (
        <Notice title="The filter has an error" tone="warn">
          <p>{error.message} The place is marked in the filter above.</p>
        </Notice>
      )}
      {empty && data ? (
        <EmptyState kind={empty} overview={data} />
      ) : (
        !(error && data === undefined) && (
          <div className={error || overview.isPlaceholderData ? 'dimmed' : undefined}>
            <KpiCards overview={data} />
            <div className="grid">
              <RatePanel />
              <Highlights onOpen={setOpen} openId={open?.id ?? null} />
            </div>
            <TopLists />
            <OutputsPanel />
          </div>
        )
      )}
      {open && <EventDrawer event={open} onClose={() => setOpen(null)} />}
    </>
  );
}
