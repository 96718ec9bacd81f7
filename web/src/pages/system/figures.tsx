import type { ReactNode } from 'react';
import { REFRESH_MS, useApi } from '../../api/queries.ts';
import type { SystemInfo, UpdateCheck, Version } from '../../api/types.ts';
import { bytes, whole } from '../../format/number.ts';
import { duration } from '../../format/time.ts';
import { verdict } from '../../frame/version-badge.tsx';
import { Loaded, Panel } from '../../widgets/panel.tsx';
import { Ago, When } from '../../widgets/when.tsx';

function useSystem() {
  return useApi<SystemInfo>('/v1/system', {}, { refresh: REFRESH_MS });
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function VersionPanel() {
  const version = useApi<Version>('/v1/version', {}, { fresh: 600_000 });
  const check = useApi<UpdateCheck>('/v1/updates/check', {}, { fresh: 300_000 });
  const said = verdict(check.data);
  return (
    <Panel title="Version">
      <Loaded query={version} what="The version" rows={3}>
        {(data) => (
          <dl className="fields">
            <Line name="Running">{data.version}</Line>
            {data.git_sha && (
              <Line name="Commit">
                <code>{data.git_sha.slice(0, 12)}</code>
              </Line>
            )}
            {data.image && <Line name="Image">{`${data.image}:${data.image_tag ?? 'latest'}`}</Line>}
            <Line name="Updates">
              <span className={`version ${said.tone}`}>
                <span className="dot" aria-hidden="true" />
                {said.title}
              </span>
              {check.data?.checked_at && (
                <span className="muted">
                  {' '}
                  · asked <Ago time={check.data.checked_at} />
                </span>
              )}
            </Line>
          </dl>
        )}
      </Loaded>
    </Panel>
  );
}

export function StorePanel() {
  const query = useSystem();
  return (
    <Panel title="Store and knowledge">
      <Loaded query={query} what="The figures" rows={8}>
        {({ store, matcher, memory, geo, node, pid, uptime_seconds }) => (
          <dl className="fields">
            <Line name="Events">{whole(store.events)}</Line>
            <Line name="On disk">{bytes(store.bytes_on_disk)}</Line>
            {store.oldest && store.newest && (
              <Line name="From, to">
                <When time={store.oldest} /> – <When time={store.newest} />
              </Line>
            )}
            <Line name="Waiting in the spool">
              {whole(store.spooled_rows)} rows, {bytes(store.spooled_bytes)}
            </Line>
            <Line name="Dead letters">{whole(store.dead_letters)}</Line>
            <Line name="Indicators">
              {whole(matcher.addresses)} addresses, {whole(matcher.networks)} networks, {whole(matcher.domains)} domains
            </Line>
            {geo.map((source) => (
              <Line key={source.name} name={`Geo: ${source.covers}`}>
                {source.name}
                {(source.built_at ?? source.builtAt) && (
                  <span className="muted"> of {(source.built_at ?? source.builtAt ?? '').slice(0, 10)}</span>
                )}
              </Line>
            ))}
            <Line name="Memory">
              {bytes(memory.rss)} resident, {bytes(memory.heap)} heap
            </Line>
            <Line name="Process">
              node {node}, pid {pid}, up for {duration(uptime_seconds)}
            </Line>
          </dl>
        )}
      </Loaded>
    </Panel>
  );
}

/** Only the admin scope is told the settings; secrets are masked by the server. */
export function SettingsPanel() {
  const settings = useSystem().data?.settings;
  if (!settings || settings.length === 0) return null;
  return (
    <Panel title="Settings" className="wide-panel" note="secrets are masked">
      <div className="table-scroll short-scroll">
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Value</th>
              <th scope="col">From</th>
            </tr>
          </thead>
          <tbody>
            {settings.map((setting) => (
              <tr key={setting.name}>
                <th scope="row" className="mono">
                  {setting.name}
                </th>
                <td className="mono">
                  {typeof setting.value === 'string' ? setting.value : JSON.stringify(setting.value)}
                </td>
                <td className="muted">{setting.source}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
