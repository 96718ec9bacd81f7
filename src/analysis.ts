import type { CreateAnalysis } from './cli/analysis.ts';
import { TrafficAnalysis } from './pipelines/traffic.ts';

/** Builds the analysis of captures for the command line, which needs nothing of the server that `app.ts` builds. */
export const createAnalysis: CreateAnalysis = (options, hooks) => new TrafficAnalysis(options, hooks);
