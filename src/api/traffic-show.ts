import type { CaptureView, EventsView, TrafficLogLine, TrafficRule, TrafficRuleView } from '../model/traffic-view.ts';
import type { PreviewBody } from './schemas/traffic-control.ts';

/** @param at milliseconds since 1970 */
export function isoOf(at: number): string {
  return new Date(at).toISOString();
}

export function showCapture({ started, ended, durationSeconds, ...rest }: CaptureView) {
  return {
    ...rest,
    ring: { ...rest.ring },
    files: [...rest.files],
    duration: durationSeconds,
    started: started === null ? null : isoOf(started),
    ended: ended === null ? null : isoOf(ended),
    elapsed: started === null ? null : Math.max(0, (ended ?? Date.now()) - started) / 1000,
  };
}

export function showFollowed({ lagSeconds, ...rest }: EventsView) {
  return { ...rest, lag: Math.round(lagSeconds * 1000) / 1000 };
}

export function showLine({ at, level, type, text }: TrafficLogLine): string {
  return `${isoOf(at)} ${level} ${type}: ${text}`;
}

export function showRule({ rule: { expires, ...rule }, hits, lastHit }: TrafficRuleView) {
  return {
    ...rule,
    expires: expires === undefined ? null : isoOf(expires * 1000),
    hits,
    last_hit: lastHit === null ? null : isoOf(lastHit * 1000),
  };
}

export function readRule(id: string, { expires, reason = '', ...rest }: PreviewBody): TrafficRule {
  return { id, reason, ...rest, ...(expires !== undefined && { expires: Date.parse(expires) / 1000 }) };
}
