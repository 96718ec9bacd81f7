import { useApi } from '../api/queries.ts';
import { signOut } from '../api/session.ts';
import type { Who } from '../api/types.ts';
import { useStore } from '../kit/store.ts';
import { density, shortcuts, theme, zone } from '../state/preferences.ts';
import { Segmented } from '../widgets/segmented.tsx';
import { Dialog } from './dialog.tsx';
import { layer } from './layers.ts';

export default function Preferences() {
  const who = useApi<Who>('/v1/whoami', {}, { fresh: 60_000 });
  return (
    <Dialog title="Preferences" description="Kept in this browser." onClose={() => layer.set(null)}>
      <dl className="preferences">
        <dt>Theme</dt>
        <dd>
          <Segmented
            label="Theme"
            value={useStore(theme)}
            onChange={theme.set}
            options={[
              { value: 'dark', label: 'Dark' },
              { value: 'light', label: 'Light' },
            ]}
          />
        </dd>
        <dt>Rows</dt>
        <dd>
          <Segmented
            label="Height of rows"
            value={useStore(density)}
            onChange={density.set}
            options={[
              { value: 'compact', label: 'Compact' },
              { value: 'normal', label: 'Normal' },
              { value: 'comfortable', label: 'Comfortable' },
            ]}
          />
        </dd>
        <dt>Times</dt>
        <dd>
          <Segmented
            label="Time zone"
            value={useStore(zone)}
            onChange={zone.set}
            options={[
              { value: 'local', label: 'Local' },
              { value: 'utc', label: 'UTC' },
            ]}
          />
        </dd>
        <dt>Single-key shortcuts</dt>
        <dd>
          <Segmented
            label="Single-key shortcuts"
            value={useStore(shortcuts)}
            onChange={shortcuts.set}
            options={[
              { value: 'on', label: 'On' },
              { value: 'off', label: 'Off' },
            ]}
          />
        </dd>
        <dt>Signed in as</dt>
        <dd>
          {who.data ? (
            <>
              <b>{who.data.name}</b> <span className="muted">{who.data.scopes.join(', ')}</span>
            </>
          ) : (
            <span className="muted">{who.error ? who.error.message : '…'}</span>
          )}
        </dd>
      </dl>
      <button
        type="button"
        className="button"
        onClick={() => {
          layer.set(null);
          signOut();
        }}
      >
        Sign out
      </button>
    </Dialog>
  );
}
