import type { LookupList } from '../../api/types.ts';
import { plural } from '../../format/number.ts';
import { Panel } from '../../widgets/panel.tsx';
import { RiskBadge } from '../../widgets/risk.tsx';
import { verdictOf } from './lookup-card.tsx';

interface LookupTableProps {
  results: LookupList['results'];
  onPick: (find: string) => void;
}

/** Many look-ups as one table, the worst first. */
export function LookupTable({ results, onPick }: LookupTableProps) {
  const score = (item: LookupList['results'][number]) => ('error' in item ? -1 : item.risk.score);
  const sorted = [...results].sort((a, b) => score(b) - score(a));
  return (
    <Panel title="Results" note={plural(results.length, 'look-up')}>
      <div className="table-scroll">
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">Subject</th>
              <th scope="col">Verdict</th>
              <th scope="col">Risk</th>
              <th scope="col">Country</th>
              <th scope="col">Network</th>
              <th scope="col">Indicators</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((item) => (
              <tr key={item.query}>
                <th scope="row">
                  <button type="button" className="link mono" onClick={() => onPick(item.query)}>
                    {item.query}
                  </button>
                </th>
                {'error' in item ? (
                  <td colSpan={5} className="muted">
                    {item.error}
                  </td>
                ) : (
                  <>
                    <td>{verdictOf(item).word}</td>
                    <td>
                      <RiskBadge score={item.risk.score} />
                    </td>
                    <td>{item.geo?.country || '–'}</td>
                    <td>{item.asn ? `AS${item.asn.asn} ${item.asn.org}` : '–'}</td>
                    <td>{item.threats.map((threat) => threat.category).join(', ') || '–'}</td>
                  </>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
