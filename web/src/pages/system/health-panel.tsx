import { REFRESH_MS, useApi } from '../../api/queries.ts';
import type { ComponentHealth, Health } from '../../api/types.ts';
import { short } from '../../format/number.ts';
import { duration } from '../../format/time.ts';
import { Loaded, Panel } from '../../widgets/panel.tsx';

const GLYPHS: Readonly<Record<string, string>> = { ok: '✓', degraded: '!', failed: '✕', starting: '…', stopped: '■' };

export function StateMark({ state }: { state: string }) {
  return (
    <span className={`state ${state in GLYPHS ? state : 'stopped'}`}>
      <span aria-hidden="true">{GLYPHS[state] ?? '?'}</span> {state}
    </span>
  );
}

export function HealthPanel() {
  const query = useApi<Health>('/v1/health', {}, { refresh: REFRESH_MS });
  return (
    <Panel
      title="Health"
      note={query.data?.uptime_seconds !== undefined && `up for ${duration(query.data.uptime_seconds)}`}
      actions={query.data && <StateMark state={query.data.status} />}
    >
      <Loaded query={query} what="Health" rows={6}>
        {(health) => (
          <div className="table-scroll">
            <table className="plain-table">
              <caption className="visually-hidden">Components</caption>
              <thead>
                <tr>
                  <th scope="col">Part</th>
                  <th scope="col">State</th>
                  <th scope="col">Figures</th>
                </tr>
              </thead>
              <tbody>
                {(health.components ?? []).map((part) => (
                  <Part key={part.name} part={part} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
    </Panel>
  );
}

/** Numbers that are names: written as they are. */
const NAMES_OF_THINGS = new Set(['pid', 'port']);

function Part({ part }: { part: ComponentHealth }) {
  const figures = Object.entries(part.figures ?? {}).filter(([, value]) => value !== null);
  return (
    <tr>
      <th scope="row">{part.name}</th>
      <td>
        <StateMark state={part.state} />
      </td>
      <td>
        {part.detail && <p>{part.detail}</p>}
        <span className="muted figures">
          {figures.map(([name, value]) => (
            <span key={name}>
              {name.replaceAll('_', ' ')}{' '}
              <b>{typeof value === 'number' && !NAMES_OF_THINGS.has(name) ? short(value) : value}</b>
            </span>
          ))}
        </span>
      </td>
    </tr>
  );
}
