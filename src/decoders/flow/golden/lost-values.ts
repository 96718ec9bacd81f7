import type { Decoded } from './decode-input.ts';
import { ourFields } from './flow-fields.ts';

/** A record as a golden prints it. */
export type Told = Readonly<Record<string, unknown>>;

/** Fields that are of the message, or tell what a column says in another form: times, words for numbers. */
const ELSEWHERE = new RegExp(
  [
    '^(version|flow_seq_num|flowset_id|flow_records|engine_type|engine_id|sys_uptime|seq_number|source|is)$',
    // Times, and durations by which times are told.
    '^system(InitTimeMilliseconds|_init_ms)$|^flowDurationMilliseconds$|switched$|SysUpTime$|(flow|Flow)(Start|End)|^(flow_start|event_time)_msec$|^event_time$',
    // Numbers that are words in the column `state`, or are joined in `tcp_flags`.
    '^(fw_event|firewallEvent|flow_?[eE]nd_?[rR]eason|direction|flowDirection)$|TCPFlags$',
    // Written in another form: engine and number, numbers as one text, bits as letters, text that is none.
    '^(application_id|app_id|(in|e)gress_acl_id|nprobe_proto_name)$',
    // What telegraf does not know: it has numbers for names, and bytes.
    '^type_\\d+_|^padding$',
    // A sampler whose rate is not known says nothing.
    '^flow_sampler_id$',
    // Streamcore has numbers of its own for these, unknown to us: they are kept as bytes.
    '^streamcore_(hostname|url)$',
  ].join('|'),
);

const EMPTY: readonly unknown[] = [0, '', '0.0.0.0', '::', '00:00:00:00:00:00'];

/** What of a record is in none of ours: for the one of ours that has most of it. */
export function lostValues(told: Told, decoded: Decoded): string[] {
  const wanted = Object.entries(told).filter(
    ([name, value]) => !ELSEWHERE.test(name) && typeof value !== 'object' && !EMPTY.includes(value),
  );
  const ours = [
    ...decoded.flows.map((row) => valuesOf(ourFields(row))),
    ...decoded.options.map(({ scope, fields }) => valuesOf([scope, fields])),
  ];
  const missing = ours.map((values) =>
    wanted.filter(([, value]) => !values.has(String(value).trim())).map(([name, value]) => `${name}: ${value}`),
  );
  missing.sort((a, b) => a.length - b.length);
  return missing[0] ?? ['no record'];
}

function valuesOf(value: unknown, into = new Set<string>()): Set<string> {
  if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) valuesOf(each, into);
  else into.add(String(value));
  return into;
}
