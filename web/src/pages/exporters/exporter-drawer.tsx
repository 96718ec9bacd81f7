import { useQueryClient } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { ApiError, asCurl, call } from '../../api/client.ts';
import { REFRESH_MS, useApi } from '../../api/queries.ts';
import type { Who } from '../../api/types.ts';
import { clause } from '../../filter/clauses.ts';
import { bytes, whole } from '../../format/number.ts';
import { PageLink } from '../../frame/links.tsx';
import { CopyButton } from '../../widgets/copy.tsx';
import { Drawer } from '../../widgets/drawer.tsx';
import { ErrorNotice, Skeleton } from '../../widgets/states.tsx';
import { toast } from '../../widgets/toast.tsx';
import { Ago, When } from '../../widgets/when.tsx';
import { ConditionList } from './conditions.tsx';
import { InterfaceTable, SamplingTable, TemplateTable } from './detail-tables.tsx';
import { lossText, protocolName, rateText, skewText } from './figures.ts';
import type { CountName, ExporterDetail } from './types.ts';

const Confirm = lazy(() => import('../system/confirm.tsx'));

interface ExporterDrawerProps {
  address: string;
  onClose: () => void;
}

/** Everything about one exporter. */
export function ExporterDrawer({ address, onClose }: ExporterDrawerProps) {
  const path = `/v1/exporters/${encodeURIComponent(address)}`;
  const query = useApi<ExporterDetail>(path, {}, { refresh: REFRESH_MS });
  const exporter = query.data?.address === address ? query.data : undefined;
  return (
    <Drawer
      wide
      title={exporter?.name ?? address}
      onClose={onClose}
      actions={
        exporter && (
          <>
            <PageLink to="/events" patch={{ q: clause('exporter', exporter.name, 'dict') }} className="button small">
              Events of it
            </PageLink>
            <CopyButton text={asCurl(path)} label="Copy as curl" />
            <Forget exporter={exporter} path={path} onGone={onClose} />
          </>
        )
      }
    >
      {query.error && <ErrorNotice error={query.error} retry={query.refetch} what="The exporter" />}
      {exporter ? <Details exporter={exporter} /> : !query.error && <Skeleton rows={12} />}
    </Drawer>
  );
}

function Details({ exporter }: { exporter: ExporterDetail }) {
  return (
    <>
      <ConditionList conditions={exporter.conditions} />
      <dl className="fields">
        <Line name="Address">
          <span className="mono">{exporter.address}</span>
        </Line>
        <Line name="Protocols">{exporter.protocols.map(protocolName).join(', ') || '–'}</Line>
        <Line name="First seen">
          <When time={exporter.first_seen} />
        </Line>
        <Line name="Last seen">
          <Ago time={exporter.last_seen} />
        </Line>
        <Line name="Now">
          {rateText(exporter.flows_per_second)} flows/s in {rateText(exporter.datagrams_per_second)} datagrams/s
        </Line>
        <Line name="Lost, last 5 minutes">{lossText(exporter.loss_percent)}</Line>
        <Line name="Clock">{skewText(exporter.clock_skew)}</Line>
      </dl>
      <Counts exporter={exporter} />
      <section>
        <h3>Templates ({exporter.templates.length})</h3>
        <TemplateTable templates={exporter.templates} />
      </section>
      <section>
        <h3>Sampling</h3>
        <SamplingTable sampling={exporter.sampling} />
      </section>
      <section>
        <h3>Interfaces ({exporter.interfaces.length})</h3>
        <InterfaceTable interfaces={exporter.interfaces} exporter={exporter.name} />
      </section>
    </>
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

const COUNTS: readonly { name: CountName; title: string; hint: string }[] = [
  { name: 'datagrams', title: 'datagrams', hint: 'Received' },
  { name: 'flows', title: 'flows', hint: 'Records that became events' },
  { name: 'options', title: 'options records', hint: 'What it says about itself' },
  { name: 'counter_samples', title: 'counter samples', hint: 'sFlow interface counters' },
  { name: 'lost', title: 'lost', hint: 'By sequence number: datagrams (NetFlow 9, sFlow) or flow records' },
  { name: 'reordered', title: 'late', hint: 'Came after a later one' },
  { name: 'duplicates', title: 'twice', hint: 'Came more than once' },
  { name: 'restarts', title: 'restarts', hint: 'Its sequence began anew' },
  { name: 'malformed', title: 'malformed', hint: 'Could not be read, or not to the end' },
  { name: 'without_template', title: 'without template', hint: 'Data sets given up' },
  { name: 'limited', title: 'over the limit', hint: 'Refused by flows.rateLimit' },
];

function Counts({ exporter: { counts } }: { exporter: ExporterDetail }) {
  return (
    <section>
      <h3>Since the start</h3>
      <p className="muted figures">
        {COUNTS.map(({ name, title, hint }) => (
          <span key={name} title={hint}>
            {title} <b>{whole(counts[name])}</b>
          </span>
        ))}
        <span>
          received <b>{bytes(counts.bytes)}</b>
        </span>
      </p>
    </section>
  );
}

/** For devices that are no more; offered to those who may. */
function Forget({ exporter, path, onGone }: { exporter: ExporterDetail; path: string; onGone: () => void }) {
  const queries = useQueryClient();
  const who = useApi<Who>('/v1/whoami', {}, { fresh: 60_000 });
  const [asking, setAsking] = useState(false);
  if (!who.data?.scopes.includes('admin')) return null;
  const forget = async () => {
    setAsking(false);
    try {
      await call(path, { method: 'DELETE' });
      toast(`${exporter.name} is forgotten.`);
      onGone();
    } catch (error) {
      toast(error instanceof ApiError ? `${error.title}: ${error.message}` : 'The request failed.', 'bad');
    }
    await queries.invalidateQueries({ queryKey: ['/v1/exporters'] });
  };
  return (
    <>
      <button type="button" className="button small danger" onClick={() => setAsking(true)}>
        Forget
      </button>
      {asking && (
        <Suspense fallback={null}>
          <Confirm
            title={`Forget ${exporter.name}?`}
            text="Its templates and counts go; its events stay. If it still sends, it is back with its next datagram."
            action="Forget"
            onCancel={() => setAsking(false)}
            onConfirm={() => void forget()}
          />
        </Suspense>
      )}
    </>
  );
}
