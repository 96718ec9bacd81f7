import type { OutputStore } from '../../stores/state/store.ts';
import type { TelemetryStore } from '../../stores/telemetry/store.ts';
import type { RunningOutput } from './running-output.ts';

/** Dead letters that are sent again together. */
const TOGETHER = 200;

export interface ResendOrder {
  readonly output: RunningOutput;
  readonly letters: OutputStore;
  readonly telemetry: TelemetryStore;
  /** Ids of dead letters; all when absent. */
  readonly ids?: readonly string[];
}

export interface Resent {
  /** Taken by the receiver now: their dead letters are gone. */
  readonly delivered: number;
  /** Refused again: their dead letters have one attempt more. */
  readonly refused: number;
  /** Events that the store no longer has: their dead letters stay, with what was sent. */
  readonly missing: number;
  /** Not settled, or not tried any more, because the receiver takes nothing at the moment; of those looked at so far. */
  readonly left: number;
}

/** Sends the events of dead letters again, as the store has them today. Ends at the first page the receiver does not settle. */
export async function resendLetters(order: ResendOrder): Promise<Resent> {
  const { output, letters, telemetry, ids } = order;
  let [delivered, refused, missing] = [0, 0, 0];
  let after: string | undefined;
  for (;;) {
    const page = await letters.lettersOf(output.name, ids, after);
    if (page.length === 0) return { delivered, refused, missing, left: 0 };
    after = page[page.length - 1].id;
    for (let at = 0; at < page.length; at += TOGETHER) {
      const some = new Map(page.slice(at, at + TOGETHER).map(({ id, eventId }) => [eventId, id]));
      const rows = await telemetry.eventsById([...some.keys()]);
      const { accepted, rejected, left } = await output.resend(rows);
      const gone = accepted.flatMap((eventId) => some.get(eventId) ?? []);
      if (gone.length > 0) await letters.dropLetters(output.name, gone);
      await output.keepLetters(rejected);
      delivered += gone.length;
      refused += rejected.length;
      missing += some.size - rows.length;
      if (left.length > 0) return { delivered, refused, missing, left: left.length + page.length - at - some.size };
    }
  }
}
