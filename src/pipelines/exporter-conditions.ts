import type { ExporterCondition } from '../model/exporter.ts';

export type ConditionCode = ExporterCondition['code'];
export const CONDITION_CODES = ['silent', 'losing', 'clock', 'no-template', 'limited', 'malformed'] as const;

export interface ConditionOptions {
  /** Seconds without anything after which an exporter is silent, or ten times its usual gap when that is longer. */
  readonly silentAfterSeconds: number;
  /** Percent lost in five minutes from which it is losing; it is no longer below half of that. */
  readonly lossPercent: number;
  /** Seconds by which its clock may differ. */
  readonly clockSkewSeconds: number;
}

/** What conditions are judged by. Counts are of the last five minutes. */
export interface ExporterSituation {
  /** Seconds for which something could have come and did not. */
  readonly silentSeconds: number;
  /** Seconds since something came, which may have been to an earlier process. */
  readonly lastSeenSeconds: number;
  readonly usualGapSeconds: number;
  readonly lost: number;
  readonly expected: number;
  /** What `lost` and `expected` count. */
  readonly lossUnit: 'datagrams' | 'flow records';
  /** Seconds that the exporter's clock is behind ours. */
  readonly clockSkew: number | null;
  readonly withoutTemplate: number;
  readonly limited: number;
  readonly malformed: number;
}

/** Fewer lost ones say nothing about a percentage. */
const LEAST_LOST = 3;
/** So many datagrams that cannot be read are no accident. */
const LEAST_MALFORMED = 3;
/** A clock that is off has to come back to this share of the limit. */
const CLOCK_BACK = 0.8;
const USUAL_GAPS = 10;

/**
 * What is wrong, with a sentence for each. What holds already goes on holding until it is clearly over, so that a figure
 * near its limit does not make it come and go.
 */
export function judgeExporter(
  now: ExporterSituation,
  holds: (code: ConditionCode) => boolean,
  options: ConditionOptions,
): Map<ConditionCode, string> {
  const found = new Map<ConditionCode, string>();
  if (now.silentSeconds > Math.max(options.silentAfterSeconds, USUAL_GAPS * now.usualGapSeconds))
    found.set('silent', `Nothing received for ${span(now.lastSeenSeconds)}.`);
  const percent = now.expected > 0 ? (100 * now.lost) / now.expected : 0;
  const losing = holds('losing') ? percent >= options.lossPercent / 2 : percent > options.lossPercent;
  if (losing && now.lost >= LEAST_LOST)
    found.set(
      'losing',
      `${short(percent)} % lost on the way in the last 5 minutes (${count(now.lost)} of ${count(now.expected)} ${now.lossUnit}).`,
    );
  const skew = now.clockSkew ?? 0;
  if (Math.abs(skew) > options.clockSkewSeconds * (holds('clock') ? CLOCK_BACK : 1))
    found.set('clock', `Its clock is ${span(Math.abs(skew))} ${skew > 0 ? 'behind' : 'ahead'}.`);
  if (now.withoutTemplate > 0)
    found.set(
      'no-template',
      `${count(now.withoutTemplate)} data sets of the last 5 minutes are lost because their template did not come.`,
    );
  if (now.limited > 0)
    found.set('limited', `${count(now.limited)} datagrams of the last 5 minutes were over the rate limit.`);
  if (now.malformed >= (holds('malformed') ? 1 : LEAST_MALFORMED))
    found.set('malformed', `${count(now.malformed)} datagrams of the last 5 minutes could not be read.`);
  return found;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}

/** The largest unit that fits: `45 s`, `12 min`, `3 h`, `4 d`. */
function span(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}
