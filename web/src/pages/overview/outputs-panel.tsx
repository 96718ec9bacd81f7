import { plural, short } from '../../format/number.ts';
import { duration } from '../../format/time.ts';
import { PageLink } from '../../frame/links.tsx';
import { Loaded, Panel } from '../../widgets/panel.tsx';
import { useOutputs } from '../outputs/data.ts';
import { StateMark } from '../outputs/state-mark.tsx';
import type { Output } from '../outputs/types.ts';

/** Whether what is stored reaches where it is delivered to. Not there while there is nothing to deliver to. */
export function OutputsPanel() {
  const query = useOutputs();
  const items = query.data?.items ?? [];
  if (items.length === 0 && !query.error) return null;
  return (
    <Panel
      title="Outputs"
      className="outputs-panel"
      note={items.length > 0 && plural(items.length, 'output')}
      actions={
        <PageLink to="/outputs" className="link">
          All of them
        </PageLink>
      }
    >
      <Loaded query={query} what="The outputs" rows={2}>
        {(list) => (
          <div className="table-scroll">
            <table className="plain-table">
              <caption className="visually-hidden">Outputs by name</caption>
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">State</th>
                  <th scope="col" className="number" title="Events that are still to be delivered">
                    Lag
                  </th>
                  <th scope="col" className="number" title="Age of the oldest of them">
                    Behind
                  </th>
                  <th scope="col" className="number" title="Over the last minute">
                    Events/s
                  </th>
                  <th scope="col" className="number">
                    Dead letters
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.items.map((output) => (
                  <Line key={output.name} output={output} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
    </Panel>
  );
}

function Line({ output: { name, status } }: { output: Output }) {
  const { lag, rates, dead_letters: letters } = status;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td title={status.last_error?.detail}>
        <StateMark state={status.state} />
      </td>
      <td className="number">{short(lag.events)}</td>
      <td className="number">{lag.events > 0 ? duration(lag.seconds) : '–'}</td>
      <td className="number">{short(rates.events_per_second)}</td>
      <td className="number">
        {letters > 0 ? (
          <PageLink to="/outputs" patch={{ row: name }} className="link bad-figure">
            {short(letters)}
          </PageLink>
        ) : (
          0
        )}
      </td>
    </tr>
  );
}
