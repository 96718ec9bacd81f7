import type { TrafficResult } from '../model/traffic.ts';
import type { PrintPlan } from './analyze-options.ts';
import type { ReportedFile } from './reported-files.ts';

/** Version of the document; it changes when a key goes or changes its meaning. */
const SCHEMA = 'vedette.analysis/1';

/** The result as one JSON document: all of it, or only the parts that are asked for. */
export function analysisDocument(files: readonly ReportedFile[], result: TrafficResult, print: PrintPlan): object {
  const { windows, window_count, anomalies, anomaly_count, window_seconds } = result;
  const named = files.map(({ name, size }) => ({ name, size: size ?? null }));
  if (print.report) return { schema: SCHEMA, files: named, ...result };
  return {
    schema: SCHEMA,
    files: named,
    window_seconds,
    ...(print.windows ? { window_count, windows } : {}),
    ...(print.anomalies ? { anomaly_count, anomalies } : {}),
  };
}
