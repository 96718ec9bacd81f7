import { useApi } from '../../api/queries.ts';
import type { Lookup, Overview } from '../../api/types.ts';
import { defang } from '../../format/address.ts';
import { countryName } from '../../format/names.ts';
import { bytes, plural } from '../../format/number.ts';
import { Attribution } from '../../frame/footer.tsx';
import { PageLink } from '../../frame/links.tsx';
import { CopyButton } from '../../widgets/copy.tsx';
import { Panel } from '../../widgets/panel.tsx';
import { Reasons, RiskBadge } from '../../widgets/risk.tsx';
import { Ago } from '../../widgets/when.tsx';

/** A word for what is known; `unknown` is not `safe`. */
export function verdictOf(result: Lookup): { word: string; tone: 'bad' | 'warn' | 'plain' } {
  if (result.risk.score >= 70) return { word: 'malicious', tone: 'bad' };
  if (result.risk.score >= 40 || result.threats.length > 0) return { word: 'suspicious', tone: 'warn' };
  if (result.scope && result.scope !== 'global') return { word: `${result.scope} address`, tone: 'plain' };
  return { word: 'nothing known', tone: 'plain' };
}

export function LookupCard({ result }: { result: Lookup }) {
  const verdict = verdictOf(result);
  return (
    <article className="lookup-card">
      <header className="lookup-head">
        <h2 className="mono">{result.query}</h2>
        <span className={`verdict ${verdict.tone}`}>{verdict.word}</span>
        <RiskBadge score={result.risk.score} />
        <span className="page-actions">
          <CopyButton text={result.query} />
          <CopyButton text={defang(result.query)} label="Copy defanged" />
        </span>
      </header>
      <div className="grid lookup-grid">
        <Panel title="Where">
          <Where result={result} />
        </Panel>
        <Panel title="Why this score">
          <Reasons score={result.risk.score} reasons={result.risk.reasons} />
        </Panel>
        <Panel title="Indicators" note={plural(result.threats.length, 'match', 'matches')}>
          <Indicators result={result} />
        </Panel>
        <Panel title="Seen here" note="last 7 days">
          <Sightings result={result} />
        </Panel>
      </div>
      {result.attribution && result.attribution.length > 0 && (
        <p className="muted small attribution">
          {result.attribution.map((text) => (
            <Attribution key={text} text={text} />
          ))}
        </p>
      )}
    </article>
  );
}

function Where({ result }: { result: Lookup }) {
  const { geo, asn, scope } = result;
  if (!geo && !asn) {
    const reason =
      result.type === 'domain'
        ? 'A domain has no place of its own.'
        : scope && scope !== 'global'
          ? `A ${scope} address is nowhere in particular.`
          : 'Not in the geo databases.';
    return <p className="muted">{reason}</p>;
  }
  const place = [geo?.city, geo?.country && (countryName(geo.country) ?? geo.country)].filter(Boolean).join(', ');
  return (
    <dl className="fields">
      {place && <Line name="Place">{place}</Line>}
      {geo?.lat != null && geo.lon != null && (
        <Line name="Coordinates">
          {geo.lat.toFixed(2)}, {geo.lon.toFixed(2)}
        </Line>
      )}
      {asn && <Line name="Network">{`AS${asn.asn} ${asn.org}`}</Line>}
      {scope && <Line name="Scope">{scope}</Line>}
    </dl>
  );
}

function Line({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Indicators({ result }: { result: Lookup }) {
  if (result.threats.length === 0) return <p className="muted">No list names it. That is no proof of innocence.</p>;
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">Indicator</th>
          <th scope="col">Category</th>
          <th scope="col" className="number">
            Confidence
          </th>
          <th scope="col">Source</th>
        </tr>
      </thead>
      <tbody>
        {result.threats.map((threat) => (
          <tr key={`${threat.source} ${threat.indicator} ${threat.category}`}>
            <td className="mono">{threat.indicator}</td>
            <td>{threat.category}</td>
            <td className="number">{threat.confidence}</td>
            <td>{threat.source}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Sightings({ result }: { result: Lookup }) {
  const filter = result.type === 'ip' ? `ip = ${result.query}` : `domain = "${result.query}"`;
  const query = useApi<Overview>('/v1/query/overview', { from: '-7d', to: 'now', filter }, { fresh: 10_000 });
  const last = useApi<{ items: { ts: string }[] }>(
    '/v1/events',
    { from: '-7d', to: 'now', filter, limit: 1, fields: 'id,ts' },
    { fresh: 10_000 },
  );
  if (query.error) return <p className="muted">{query.error.message}</p>;
  const events = query.data?.kpis.events?.value;
  if (events == null) return <p className="muted">…</p>;
  if (events === 0) return <p className="muted">Not in any event.</p>;
  const newest = last.data?.items[0]?.ts;
  return (
    <>
      <p>
        <b>{plural(events, 'event')}</b>
        {query.data?.kpis.bytes?.value != null && `, ${bytes(query.data.kpis.bytes.value)}`}
        {newest && (
          <>
            , last <Ago time={newest} />
          </>
        )}
      </p>
      <PageLink to="/events" patch={{ from: '-7d', to: 'now', q: filter }} className="button">
        Show events
      </PageLink>
    </>
  );
}
