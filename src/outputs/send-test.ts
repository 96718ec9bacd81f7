import type { EventRow } from '../model/event-row.ts';
import { checked } from './delivery-check.ts';
import type { Clock } from './forwarder-clock.ts';
import type { ForwarderTestResult } from './forwarder-parts.ts';
import type { Output } from './output.ts';

/** A test that takes longer is given up, milliseconds. */
const LIMIT = 30_000;

/** Sends one event and says what became of it. Does not throw. */
export async function sendTest(output: Output, row: EventRow, clock: Clock): Promise<ForwarderTestResult> {
  const began = clock.elapsed();
  const controller = new AbortController();
  const cancel = clock.after(LIMIT, () => controller.abort());
  const duration = () => Math.round((clock.elapsed() - began) * 10) / 10;
  try {
    const delivery = checked(await output.send([row], controller.signal), 1);
    const [refused] = delivery.rejected;
    const base = { http_status: delivery.status, duration_ms: duration(), bytes: delivery.bytes };
    if (refused) return { ...base, status: 'error', error: `${refused.code}: ${refused.reason}` };
    if (delivery.outcome === 'delivered') return { ...base, status: 'ok' };
    return { ...base, status: 'error', error: `${delivery.code}: ${delivery.detail}` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { status: 'error', http_status: null, duration_ms: duration(), bytes: 0, error: `INTERNAL: ${reason}` };
  } finally {
    cancel();
  }
}
