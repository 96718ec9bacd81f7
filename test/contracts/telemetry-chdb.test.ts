import { telemetryStoreContract } from './telemetry-store.ts';
import { telemetryTailContract } from './telemetry-tail.ts';

telemetryStoreContract('chDB in the process', async () => ({}));
telemetryTailContract('chDB in the process', 0, async () => ({}));
