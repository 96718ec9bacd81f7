import { useState } from 'react';
import { REFRESH_MS, useApi } from '../../api/queries.ts';
import { plural, whole } from '../../format/number.ts';
import { useUrlState } from '../../state/url-state.ts';
import { Loaded, Panel } from '../../widgets/panel.tsx';
import { Segmented } from '../../widgets/segmented.tsx';
import { ExporterDrawer } from './exporter-drawer.tsx';
import { ExporterTable } from './exporter-table.tsx';
import { ListenersPanel, useCollector } from './listeners.tsx';
import { SetUp, serverName } from './set-up.tsx';
import type { ExporterList } from './types.ts';
import './exporters.css';

const CHOICES = [
  { value: 'all', label: 'All' },
  { value: 'any', label: 'With conditions' },
] as const;

/** The devices that send flows, and the sockets they send to. */
export default function ExportersPage() {
  const { state, update } = useUrlState();
  const query = useApi<ExporterList>('/v1/exporters', {}, { refresh: REFRESH_MS });
  const collector = useCollector();
  const [shown, setShown] = useState<'all' | 'any'>('all');
  const total = query.data?.total ?? 0;
  const ill = query.data?.items.filter((item) => item.conditions.length > 0).length ?? 0;
  return (
    <>
      <header className="page-head">
        <h1 className="page-title">Exporters</h1>
        <p className="muted" aria-live="polite">
          {total > 0 && `${plural(total, 'exporter')}, ${ill === 0 ? 'all well' : `${whole(ill)} with conditions`}`}
        </p>
      </header>
      <div className="stack">
        <ListenersPanel />
        <Panel
          title="Devices"
          className="exporter-panel"
          actions={total > 0 && <Segmented label="Show" options={CHOICES} value={shown} onChange={setShown} />}
        >
          <Loaded query={query} what="The exporters" rows={6}>
            {({ items }) => {
              if (items.length === 0)
                return (
                  <SetUp listeners={collector.data?.listeners ?? []} host={serverName(window.location.hostname)} />
                );
              const chosen = shown === 'any' ? items.filter((item) => item.conditions.length > 0) : items;
              if (chosen.length === 0) return <p className="panel-empty muted">None. Every exporter is well.</p>;
              return (
                <ExporterTable
                  items={chosen}
                  open={state.row}
                  onOpen={(row) => update({ row }, { replace: state.row !== '' })}
                />
              );
            }}
          </Loaded>
        </Panel>
      </div>
      {state.row !== '' && (
        <ExporterDrawer key={state.row} address={state.row} onClose={() => update({ row: '' }, { replace: true })} />
      )}
    </>
  );
}
