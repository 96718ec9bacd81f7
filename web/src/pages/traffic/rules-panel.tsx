import { lazy, Suspense, useState } from 'react';
import { plural, whole } from '../../format/number.ts';
import { toMs } from '../../format/time.ts';
import { Loaded, Panel } from '../../widgets/panel.tsx';
import { ErrorNotice } from '../../widgets/states.tsx';
import { useNow, When } from '../../widgets/when.tsx';
import { PATHS, useAction, useRules } from './data.ts';
import { typeName } from './names.ts';
import { RuleDialog } from './rule-dialog.tsx';
import type { Rule } from './types.ts';

const Confirm = lazy(() => import('../system/confirm.tsx'));

/** What is known and allowed: the rules that hide anomalies, and how many each of them hides. */
export function RulesPanel({ mayControl }: { mayControl: boolean }) {
  const query = useRules();
  const [adding, setAdding] = useState(false);
  const count = query.data?.items.length ?? 0;
  return (
    <Panel
      title="Allowed"
      note={count > 0 && plural(count, 'rule')}
      className="traffic-panel"
      actions={
        mayControl && (
          <button type="button" className="button small" onClick={() => setAdding(true)}>
            Add a rule
          </button>
        )
      }
    >
      <Loaded query={query} what="The rules" rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="panel-empty muted">
              No rule. What is known and allowed, such as a backup at night, can be hidden from its details.
            </p>
          ) : (
            <RuleTable rules={items} mayControl={mayControl} />
          )
        }
      </Loaded>
      {adding && <RuleDialog onClose={() => setAdding(false)} />}
    </Panel>
  );
}

function RuleTable({ rules, mayControl }: { rules: readonly Rule[]; mayControl: boolean }) {
  const [removing, setRemoving] = useState<Rule | null>(null);
  const action = useAction();
  const remove = (rule: Rule) => {
    setRemoving(null);
    void action.run(`${PATHS.rules}/${encodeURIComponent(rule.id)}`, { method: 'DELETE' });
  };
  return (
    <>
      {action.error && <ErrorNotice error={action.error} what="Not removed" />}
      <div className="table-scroll">
        <table className="plain-table">
          <caption className="visually-hidden">Rules that hide anomalies</caption>
          <thead>
            <tr>
              <th scope="col">Reason</th>
              <th scope="col">Detector</th>
              <th scope="col">Source</th>
              <th scope="col">Destination</th>
              <th scope="col" className="number">
                Port
              </th>
              <th scope="col">Ends</th>
              <th scope="col" className="number" title="Anomalies that it hides now">
                Hides
              </th>
              {mayControl && (
                <th scope="col">
                  <span className="visually-hidden">Actions</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {rules.map((rule) => (
              <tr key={rule.id}>
                <th scope="row" className="rule-reason" title={rule.author && `By ${rule.author}`}>
                  {rule.reason}
                </th>
                <td className="nowrap">{rule.detector ? typeName(rule.detector) : 'any'}</td>
                <td className="mono">{rule.source ?? 'any'}</td>
                <td className="mono">{rule.destination ?? 'any'}</td>
                <td className="number">{rule.port ?? 'any'}</td>
                <td className="nowrap">
                  <Ends at={rule.expires} />
                </td>
                <td className="number">{whole(rule.hits)}</td>
                {mayControl && (
                  <td className="row-buttons">
                    <button type="button" className="button small" onClick={() => setRemoving(rule)}>
                      Remove
                    </button>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {removing && (
        <Suspense fallback={null}>
          <Confirm
            title="Remove this rule?"
            text={`“${removing.reason}” hides ${plural(removing.hits, 'anomaly', 'anomalies')} now; they are shown again.`}
            action="Remove"
            onCancel={() => setRemoving(null)}
            onConfirm={() => remove(removing)}
          />
        </Suspense>
      )}
    </>
  );
}

function Ends({ at }: { at: string | null }) {
  const now = useNow(60_000);
  if (at === null) return <span className="muted">never</span>;
  return (
    <>
      {toMs(at) <= now && 'ended '}
      <When time={at} />
    </>
  );
}
