import { REFRESH_MS, useApi } from '../../api/queries.ts';
import { bytes, short, whole } from '../../format/number.ts';
import { Command } from '../../widgets/copy.tsx';
import { Loaded, Panel } from '../../widgets/panel.tsx';
import { Notice } from '../../widgets/states.tsx';
import { isLocalOnly } from './figures.ts';
import type { Collector, Listener } from './types.ts';

export function useCollector() {
  return useApi<Collector>('/v1/collector', {}, { refresh: REFRESH_MS });
}

/** The sockets that flows come in on: what they took, what was lost there, and what can be done about it. */
export function ListenersPanel() {
  const query = useCollector();
  return (
    <Panel title="Listeners" note="counts since the start" className="exporter-panel">
      <Loaded query={query} what="The listeners" rows={3}>
        {({ listeners }) =>
          listeners.length === 0 ? (
            <p className="panel-empty muted">
              Flows are not received: <code>flows.enabled</code> is off, or <code>flows.listen</code> is empty.
            </p>
          ) : (
            <>
              <ListenerTable listeners={listeners} />
              <Warnings listeners={listeners} />
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

function ListenerTable({ listeners }: { listeners: readonly Listener[] }) {
  return (
    <div className="table-scroll">
      <table className="plain-table">
        <caption className="visually-hidden">Sockets that flows are received on</caption>
        <thead>
          <tr>
            <th scope="col">Address</th>
            <th scope="col" className="number">
              Datagrams
            </th>
            <th scope="col" className="number">
              Bytes
            </th>
            <th scope="col" className="number">
              Buffer
            </th>
            <th scope="col" className="number" title="Thrown away by the kernel because the receive buffer was full">
              Kernel drops
            </th>
            <th scope="col" className="number" title="Thrown away because decoding did not keep up">
              Queue drops
            </th>
            <th scope="col" className="number" title="From addresses that flows.allow does not name">
              Refused
            </th>
            <th scope="col" className="number" title="Over flows.rateLimit">
              Limited
            </th>
          </tr>
        </thead>
        <tbody>
          {listeners.map((listener) => (
            <tr key={listener.address}>
              <th scope="row" className="mono">
                {listener.address}
                {listener.error && <p className="listener-error">{listener.error}</p>}
              </th>
              <td className="number">{short(listener.datagrams)}</td>
              <td className="number">{bytes(listener.bytes)}</td>
              <td className="number" title={`${whole(listener.asked_buffer)} bytes were asked for`}>
                {bytes(listener.granted_buffer)}
              </td>
              <Drops count={listener.kernel_drops} />
              <Drops count={listener.queue_drops} />
              <td className="number">{whole(listener.refused)}</td>
              <td className="number">{whole(listener.limited)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Drops({ count }: { count: number | null }) {
  if (count === null)
    return (
      <td className="number muted" title="This system does not tell">
        –
      </td>
    );
  return <td className={count > 0 ? 'number bad-figure' : 'number'}>{whole(count)}</td>;
}

function Warnings({ listeners }: { listeners: readonly Listener[] }) {
  const open = listeners.filter((listener) => listener.error === null);
  const small = open.filter((listener) => !listener.buffer_complete);
  const asked = Math.max(0, ...small.map((listener) => listener.asked_buffer));
  const dropped = listeners.reduce((sum, listener) => sum + (listener.kernel_drops ?? 0), 0);
  return (
    <>
      {small.length > 0 && (
        <Notice
          tone={dropped > 0 ? 'bad' : 'warn'}
          title={
            dropped > 0
              ? `The receive buffer is too small: the kernel dropped ${whole(dropped)} datagrams`
              : 'The receive buffer is smaller than asked for'
          }
        >
          <p>
            {bytes(asked)} were asked for (<code>flows.receiveBuffer</code>); the system gave less. A burst may then be
            lost before anybody sees it. On Linux, allow more and restart Vedette:
          </p>
          <Command label="raise the limit" text={`sudo sysctl -w net.core.rmem_max=${asked}`} />
        </Notice>
      )}
      {open.length > 0 && open.every((listener) => isLocalOnly(listener.address)) && (
        <Notice tone="warn" title="Only this machine can send here">
          <p>
            All sockets listen on the loopback interface. Other devices reach them after <code>flows.listen</code> names
            an address of the network, such as <code>0.0.0.0:2055</code>; <code>flows.allow</code> says who may send.
          </p>
        </Notice>
      )}
    </>
  );
}
