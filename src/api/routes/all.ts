import type { Routes } from '../context.ts';
import { adminRoutes } from './admin.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { docsRoutes } from './docs.ts';
import { downloadRoutes } from './download.ts';
import { eventRoutes } from './events.ts';
import { exporterRoutes } from './exporters.ts';
import { fieldRoutes } from './fields.ts';
import { healthRoutes } from './health.ts';
import { indicatorRoutes } from './indicators.ts';
import { ingestRoutes } from './ingest.ts';
import { keyRoutes } from './keys.ts';
import { lookupRoutes } from './lookup.ts';
import { metricsRoutes } from './metrics.ts';
import { outputActionRoutes } from './output-actions.ts';
import { outputDeadLetterRoutes } from './output-dead-letters.ts';
import { outputDoorRoutes } from './output-doors.ts';
import { outputRoutes } from './outputs.ts';
import { overviewRoutes } from './overview.ts';
import { queryRoutes } from './query.ts';
import { schemaRoutes } from './schema.ts';
import { systemRoutes } from './system.ts';
import { trafficAnomalyRoutes } from './traffic-anomalies.ts';
import { trafficBaselineRoutes } from './traffic-baselines.ts';
import { trafficCaptureRoutes } from './traffic-capture.ts';
import { trafficControlRoutes } from './traffic-control.ts';
import { trafficFileRoutes } from './traffic-files.ts';
import { trafficRuleRoutes } from './traffic-rules.ts';
import { trafficWindowRoutes } from './traffic-windows.ts';
import { updateRoutes } from './updates.ts';
import { versionRoutes } from './version.ts';

/** Every noun of the API, in the order of the reference. */
export const ALL_ROUTES: readonly Routes[] = [
  healthRoutes,
  versionRoutes,
  updateRoutes,
  adminRoutes,
  ingestRoutes,
  eventRoutes,
  downloadRoutes,
  queryRoutes,
  overviewRoutes,
  lookupRoutes,
  indicatorRoutes,
  exporterRoutes,
  trafficControlRoutes,
  trafficWindowRoutes,
  trafficAnomalyRoutes,
  trafficBaselineRoutes,
  trafficRuleRoutes,
  trafficCaptureRoutes,
  trafficFileRoutes,
  outputRoutes,
  outputDoorRoutes,
  outputActionRoutes,
  outputDeadLetterRoutes,
  deadLetterRoutes,
  keyRoutes,
  schemaRoutes,
  fieldRoutes,
  metricsRoutes,
  systemRoutes,
  docsRoutes,
];
