import { Fragment, useState } from 'react';
import { useContextQuery } from '../../api/queries.ts';
import type { EventPage, VedetteEvent } from '../../api/types.ts';
import { withClause } from '../../filter/clauses.ts';
import { PageLink } from '../../frame/links.tsx';
import { useUrlState } from '../../state/url-state.ts';
import { Icon } from '../../widgets/icons.tsx';
import { Loaded, Panel } from '../../widgets/panel.tsx';
import { Reasons, RiskBadge } from '../../widgets/risk.tsx';
import { Value } from '../../widgets/value.tsx';
import { Ago } from '../../widgets/when.tsx';

const HIGH = 'risk >= 70';

interface HighlightsProps {
  onOpen: (event: VedetteEvent) => void;
  openId: string | null;
}

/** The newest events of high risk. The score opens into its reasons; the row opens into all fields. */
export function Highlights({ onOpen, openId }: HighlightsProps) {
  const { state } = useUrlState();
  const filter = withClause(state.q, HIGH);
  const query = useContextQuery<EventPage>('/v1/events', { filter, limit: 8 });
  return (
    <Panel
      title="High risk, newest first"
      className="highlights-panel"
      actions={
        <PageLink to="/events" patch={{ q: filter }} className="link">
          All
        </PageLink>
      }
    >
      <Loaded query={query} what="High-risk events" rows={8} rowHeight={26}>
        {(page) =>
          page.items.length === 0 ? (
            <p className="panel-empty muted">No event in this range has a risk of 70 or more.</p>
          ) : (
            <HighlightTable items={page.items} onOpen={onOpen} openId={openId} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function HighlightTable({ items, onOpen, openId }: HighlightsProps & { items: readonly VedetteEvent[] }) {
  const [unfolded, setUnfolded] = useState<string | null>(null);
  return (
    <table className="highlights">
      <caption className="visually-hidden">Newest events with a risk of 70 or more</caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Risk</th>
          <th scope="col">From and to</th>
          <th scope="col">When</th>
          <th scope="col">Details</th>
        </tr>
      </thead>
      <tbody>
        {items.map((event) => (
          <Fragment key={event.id}>
            <tr data-selected={event.id === openId}>
              <td>
                <button
                  type="button"
                  className="risk-toggle"
                  aria-expanded={unfolded === event.id}
                  aria-label={`Risk ${event.risk_score}: show the reasons`}
                  onClick={() => setUnfolded(unfolded === event.id ? null : event.id)}
                >
                  <RiskBadge score={event.risk_score} word={false} />
                  <Icon name={unfolded === event.id ? 'down' : 'right'} size={12} />
                </button>
              </td>
              <td className="pair">
                <span className="pair-ends">
                  <Value kind="ip" field="src.ip" value={event.src_ip} />
                  <span className="muted arrow">→</span>
                  <Value kind="ip" field="dst.ip" value={event.dst_ip} />
                  <span className="muted">&nbsp;:&nbsp;</span>
                  <Value kind="port" field="dst.port" value={event.dst_port} />
                </span>
                <span className="because">{strongest(event)}</span>
              </td>
              <td className="muted when">
                <Ago time={event.ts} />
              </td>
              <td>
                <button
                  type="button"
                  className="icon-button"
                  aria-label={`All fields of the event ${event.id}`}
                  title="All fields"
                  onClick={() => onOpen(event)}
                >
                  <Icon name="more" />
                </button>
              </td>
            </tr>
            {unfolded === event.id && (
              <tr className="unfolded">
                <td colSpan={4}>
                  <Reasons score={event.risk_score} reasons={event.risk_reasons} />
                </td>
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

/** The reason with the most points, in words. */
function strongest(event: VedetteEvent): string {
  const [first] = [...event.risk_reasons].sort((a, b) => b.points - a.points);
  return first ? first.reason || first.code : '';
}
