import { DeadLettersPanel } from './dead-letters.tsx';
import { SettingsPanel, StorePanel, VersionPanel } from './figures.tsx';
import { HealthPanel } from './health-panel.tsx';
import { TryIngest } from './try-ingest.tsx';
import './system.css';

/** How the product itself is: parts, store, versions, what could not be read; and a place to try ingest. */
export default function SystemPage() {
  return (
    <>
      <h1 className="page-title">System</h1>
      <div className="grid system-grid">
        <div className="stack">
          <HealthPanel />
          <TryIngest />
        </div>
        <div className="stack">
          <VersionPanel />
          <StorePanel />
        </div>
        <DeadLettersPanel />
        <SettingsPanel />
      </div>
    </>
  );
}
