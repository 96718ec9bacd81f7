import type { Kpi, Overview } from '../../api/types.ts';
import { withClause } from '../../filter/clauses.ts';
import { bytes, change, short, whole } from '../../format/number.ts';
import { duration } from '../../format/time.ts';
import { PageLink } from '../../frame/links.tsx';
import { type UrlState, useUrlState } from '../../state/url-state.ts';
import { Sparkline } from '../../widgets/sparkline.tsx';
import { Skeleton } from '../../widgets/states.tsx';

interface Card {
  title: string;
  /** What is counted, for the title of the card. */
  doc: string;
  kpi: (overview: Overview) => Kpi | undefined;
  format: (value: number) => string;
  note?: (overview: Overview) => string | null;
  /** Whether more of it is a worse thing; the change is then coloured. */
  worse: boolean;
  to: string;
  patch?: (state: UrlState) => Partial<UrlState>;
}

const CARDS: readonly Card[] = [
  {
    title: 'Events',
    doc: 'Flows, connections and log records in the range',
    kpi: (o) => o.kpis.events,
    format: (value) => (value < 10_000 ? whole(value) : short(value)),
    note: (o) => (o.kpis.bytes?.value == null ? null : bytes(o.kpis.bytes.value)),
    worse: false,
    to: '/events',
    patch: (state) => ({ q: state.q }),
  },
  {
    title: 'Sources',
    doc: 'Collectors and exporters that sent something',
    kpi: (o) => o.kpis.sources,
    format: whole,
    worse: false,
    to: '/events',
    patch: (state) => ({ q: state.q, cols: 'ts,source,exporter,kind,src.ip,dst.ip,dst.port,bytes' }),
  },
  {
    title: 'Batches',
    doc: 'Batches committed to the store',
    kpi: (o) => o.kpis.batches,
    format: (value) => (value < 10_000 ? whole(value) : short(value)),
    worse: false,
    to: '/system',
  },
  {
    title: 'Threats',
    doc: 'Events that matched an indicator',
    kpi: (o) => o.kpis.threats,
    format: (value) => (value < 10_000 ? whole(value) : short(value)),
    worse: true,
    to: '/events',
    patch: (state) => ({ q: withClause(state.q, 'threat.count > 0') }),
  },
  {
    title: 'Risk',
    doc: 'Mean risk score of all events, 0 to 100',
    kpi: (o) => o.kpis.risk_avg,
    format: (value) => value.toFixed(value < 10 ? 1 : 0),
    note: (o) => (o.kpis.high_risk?.value == null ? null : `${whole(o.kpis.high_risk.value)} at 70 or more`),
    worse: true,
    to: '/events',
    patch: (state) => ({ q: withClause(state.q, 'risk >= 70') }),
  },
  {
    title: 'Lag',
    doc: 'From the time of an event to its receipt',
    kpi: (o) => o.kpis.lag_seconds,
    format: duration,
    worse: true,
    to: '/system',
  },
];

/** Six figures, each against the period of the same length before, each a link to what it counts. */
export function KpiCards({ overview }: { overview: Overview | undefined }) {
  return (
    <section className="kpis" aria-label="Key figures">
      {CARDS.map((card) => (
        <KpiCard key={card.title} card={card} overview={overview} />
      ))}
    </section>
  );
}

function KpiCard({ card, overview }: { card: Card; overview: Overview | undefined }) {
  const { state } = useUrlState();
  const kpi = overview && card.kpi(overview);
  const value = kpi?.value ?? null;
  const note = overview && card.note?.(overview);
  return (
    <PageLink to={card.to} patch={card.patch?.(state)} className="kpi" title={card.doc}>
      <span className="kpi-title">{card.title}</span>
      {overview === undefined ? (
        <Skeleton rows={1} height={30} />
      ) : (
        <span className="kpi-value">{value === null ? '–' : card.format(value)}</span>
      )}
      <span className="kpi-notes">
        <ChangeNote kpi={kpi} worse={card.worse} />
        {note && <span className="kpi-note">{note}</span>}
      </span>
      <Sparkline values={kpi?.spark ?? []} />
    </PageLink>
  );
}

function ChangeNote({ kpi, worse }: { kpi: Kpi | undefined; worse: boolean }) {
  const found = kpi ? change(kpi.value, kpi.previous) : null;
  if (!found) return <span className="change muted">{kpi ? 'nothing before' : '\u00a0'}</span>;
  const tone = worse && found.direction === 'up' ? 'bad' : 'plain';
  const arrow = { up: '▲', down: '▼', same: '' }[found.direction];
  const spoken = { up: 'up', down: 'down', same: '' }[found.direction];
  return (
    <span className={`change ${tone}`} title="Against the period of the same length before">
      <span aria-hidden="true">{arrow}</span>
      <span className="visually-hidden">{spoken} </span>
      {found.text}
      <span className="visually-hidden"> against the period before</span>
    </span>
  );
}
