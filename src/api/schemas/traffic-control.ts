import { z } from 'zod';
import { ANOMALY_TYPES } from '../../model/window.ts';
import { isoTime, wholeNumber } from './common.ts';
import { anomaly, trafficJob } from './traffic.ts';

const count = z.number().int();

export const captureView = z.object({
  running: z.boolean(),
  tool: z.string().nullable().describe('Program that captures.'),
  interface: z.string().nullable(),
  filter: z.string().nullable(),
  duration: z.number().nullable().describe('Seconds; null until it is stopped.'),
  started: isoTime.nullable(),
  ended: isoTime.nullable(),
  elapsed: z.number().nullable().describe('Seconds.'),
  packets: count,
  bytes: count,
  dropped: count.nullable().describe('By the kernel, as the program says when it ends.'),
  ring: z.object({ packets: count, bytes: count }),
  files: z.array(z.string()),
  error: z.string().nullable(),
});

const followedEvents = z.object({
  following: z.boolean(),
  watermark: z.number().nullable().describe('Seconds since 1970: windows before are over.'),
  newest: z.number().nullable().describe('Seconds since 1970: end of the newest event.'),
  lag: z.number().describe('Seconds since what is looked at now was stored.'),
  held: count.describe('Events that wait for their windows to end.'),
  events: count,
  late: count.describe('Counted in a later window than their own.'),
  old: count.describe('Too late: left out, at least a part of them.'),
  ahead: count.describe('Of a clock that is ahead: counted when they were received.'),
  crowded: count.describe('Counted before others of their window, because too many were held.'),
  error: z.string().nullable(),
});

export const trafficStatus = z.object({
  api: z.object({ status: z.literal('ok'), version: z.string(), timestamp: isoTime }),
  system: z.object({
    mode: z.enum(['idle', 'pcap', 'live', 'events']),
    pcap_file: z.string().nullable(),
    interface: z.string().nullable(),
    events: z.string().nullable().describe('Which stored events.'),
    window_size: z.number(),
  }),
  data: z.object({
    metrics: count,
    baselines: count,
    anomalies: count,
    hidden: count.describe('Anomalies that allow rules hide.'),
    dropped: count.describe('Windows and anomalies dropped because there were too many.'),
  }),
  capture: captureView,
  events: followedEvents.nullable().describe('The analysis of events as they are stored; null where it is off.'),
  job: trafficJob.nullable().describe('The run that is on, or the last one.'),
});

export const trafficConfig = z.object({
  window_size: z.number(),
  ring_packets: count,
  ring_bytes: count,
  capture_dir: z.string(),
  capture_tool: z.string(),
  max_upload_bytes: count,
  max_windows: count,
  max_anomalies: count,
});

export const pingAnswer = z.object({ pong: z.literal(true), timestamp: isoTime });

export const logsQuery = z.object({
  type: z
    .string()
    .max(64)
    .optional()
    .describe('capture, analysis, detection, baselines, rules, files; or info, warn, error.'),
  limit: wholeNumber(1, 1000, 100),
});

export const logsAnswer = z.object({
  log_file: z.string().describe('Where all of the log goes.'),
  limit: count,
  total_lines: count,
  returned_lines: count,
  logs: z.array(z.string()).describe('Newest last.'),
});

export const interfacesAnswer = z.object({
  items: z.array(z.object({ name: z.string(), description: z.string(), addresses: z.array(z.string()) })),
});

export const captureBody = z.object({
  interface: z.string().min(1).max(256),
  duration: z.coerce
    .number()
    .positive()
    .max(604_800)
    .nullish()
    .describe('Seconds; until it is stopped when not given.'),
  output_file: z.string().min(1).max(128).nullish().describe('Name of a file made in the folder of captures.'),
  filter: z.string().min(1).max(1024).nullish().describe('pcap filter expression, such as "tcp port 443".'),
  window_size: z.coerce.number().min(1).max(86_400).nullish(),
});

export const captureAnswer = z.object({
  success: z.literal(true),
  message: z.string(),
  capture: captureView,
  timestamp: isoTime,
});

const captureFile = z.object({ name: z.string(), bytes: count, modified: isoTime });

export const filesAnswer = z.object({ items: z.array(captureFile) });
export const uploadQuery = z.object({
  name: z.string().max(1024).optional().describe('What the file is called; folders and odd characters are left out.'),
});
export const uploadAnswer = captureFile.extend({
  pcap_file: z.string().describe('The name again, as compute takes it.'),
});
export const fileRemoved = z.object({ name: z.string(), removed: z.literal(true) });

const ruleParts = {
  source: z.string().max(64).optional().describe('Address or network.'),
  destination: z.string().max(64).optional().describe('Address or network.'),
  port: z.number().int().min(0).max(65_535).optional(),
  detector: z.enum(ANOMALY_TYPES).optional(),
  expires: z.iso.datetime({ offset: true }).optional(),
};

export const ruleBody = z.object({ ...ruleParts, reason: z.string().trim().min(1).max(1000) });
export const previewBody = z.object({ ...ruleParts, reason: z.string().max(1000).optional() });
export type RuleBody = z.output<typeof ruleBody>;
export type PreviewBody = z.output<typeof previewBody>;

export const trafficRule = z.object({
  id: z.string(),
  source: z.string().optional(),
  destination: z.string().optional(),
  port: count.optional(),
  detector: z.enum(ANOMALY_TYPES).optional(),
  expires: isoTime.nullable(),
  reason: z.string(),
  author: z.string().optional(),
  hits: count.describe('Anomalies that it hides now.'),
  last_hit: isoTime.nullable(),
});

export const rulesAnswer = z.object({ items: z.array(trafficRule) });
export const ruleRemoved = z.object({ id: z.string(), removed: z.literal(true) });
export const previewAnswer = z.object({
  count: count.describe('How many of the anomalies held now it would hide.'),
  anomalies: z.array(anomaly).describe('The first hundred.'),
});

export const fileParam = z.object({ name: z.string().min(1).max(256).describe('Name of the file, slashes encoded.') });
