import { telemetryStoreContract } from './telemetry-store.ts';

telemetryStoreContract('chDB in the process', async () => ({}));
