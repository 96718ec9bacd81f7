import { RefusedAddress } from '../kit/address-guard.ts';
import { AppError } from '../kit/errors.ts';
import { formatTime, parseTime } from '../model/filter/time.ts';
import type { OutputChange, OutputDirectory, OutputStatus, OutputView } from '../model/output.ts';
import type { ApiDeps } from './deps.ts';
import type { OutputAnswer } from './schemas/output.ts';

const timeOrNull = (time: number | null) => (time === null ? null : formatTime(time));
const rounded = (rate: number) => Math.round(rate * 100) / 100;

function showStatus(status: OutputStatus): OutputAnswer['status'] {
  const { state, endpoint, counts, lastError, latency } = status;
  return {
    state,
    endpoint,
    bookmark: status.bookmark,
    bookmark_time: timeOrNull(status.bookmarkTime),
    lag: { events: status.lagEvents, seconds: status.lagSeconds },
    sent: counts.sent,
    bytes: counts.bytes,
    retried: counts.retried,
    duplicates: counts.duplicates,
    dead: counts.dead,
    lost: counts.lost,
    dead_letters: status.deadLetters,
    rates: { events_per_second: rounded(status.eventsPerSecond), bytes_per_second: rounded(status.bytesPerSecond) },
    concurrency: status.concurrency,
    circuit: status.circuit,
    retry_at: timeOrNull(status.retryAt),
    last_error: lastError && { at: formatTime(lastError.at), code: lastError.code, detail: lastError.detail },
    last_success: timeOrNull(status.lastSuccess),
    latency: latency && { p50_ms: latency.p50, p99_ms: latency.p99 },
  };
}

/** An output as every answer has it. */
export function showOutput(view: OutputView): OutputAnswer {
  const { name, type, origin, paused, filter, config, createdAt, updatedAt, status } = view;
  return {
    name,
    type,
    origin,
    paused,
    filter,
    config: { ...config },
    created_at: createdAt,
    updated_at: updatedAt,
    status: showStatus(status),
  };
}

/** @throws AppError UNAVAILABLE where nothing is delivered, as while captures are analysed */
export function outputsOf({ outputs }: ApiDeps): OutputDirectory {
  if (!outputs) throw new AppError('UNAVAILABLE', 'This server delivers to no outputs.');
  return outputs;
}

/** @throws AppError NOT_FOUND */
export function outputNamed(deps: ApiDeps, name: string): OutputView {
  const view = deps.outputs?.get(name);
  if (!view) throw new AppError('NOT_FOUND', `There is no output ${name}.`);
  return view;
}

/**
 * Makes or changes an output.
 * @throws AppError as the directory does; INVALID_PARAMETER for an address that is never sent to: not the key is what
 * lacks something, but the body
 */
export async function putOutput(deps: ApiDeps, name: string, change: OutputChange): Promise<OutputView> {
  try {
    return await outputsOf(deps).put(name, change);
  } catch (error) {
    if (error instanceof RefusedAddress) throw new AppError('INVALID_PARAMETER', error.message, { cause: error });
    throw error;
  }
}

/** Where a new output begins. @throws AppError INVALID_PARAMETER */
export function startOf(text: string | undefined, now = Date.now() * 1000): OutputChange['start'] {
  if (text === undefined || text === 'now' || text === 'oldest') return text;
  return timeOf('start', text, now);
}

/** @returns microseconds since 1970, not after now. @throws AppError INVALID_PARAMETER */
export function timeOf(field: string, text: string, now = Date.now() * 1000): number {
  const time = parseTime(text, now);
  if (time === undefined)
    throw new AppError('INVALID_PARAMETER', `${field}: "${text}" is no time; write ISO 8601, -1h, oldest or now.`);
  if (time > now) throw new AppError('INVALID_PARAMETER', `${field}: ${formatTime(time)} is still to come.`);
  return time;
}
