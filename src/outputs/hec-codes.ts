import type { HttpAnswer } from '../kit/http-client.ts';

/**
 * What a code of Splunk's HTTP Event Collector means for a sender.
 *
 * - `taken`: the request is in; `warning` is that, with queues that fill up.
 * - `healthy`: the answer to a question for the health, and to nothing else.
 * - `retry`: the collector cannot now.
 * - `blocked`: token, channel or setting: a person has to change something.
 * - `event`: one event is refused, named by `invalid-event-number`; those before it are in.
 * - `index`: as `event`, but the number is one too high (measured on 10.4), and the index is the same for all events.
 */
export type HecClass = 'taken' | 'healthy' | 'warning' | 'retry' | 'blocked' | 'event' | 'index';

/**
 * Codes 0 to 28 (help.splunk.com, "Troubleshoot HTTP Event Collector"; 28 is Splunk Cloud's). 5, "no data", can only come
 * of a body that was lost on the way, since none is sent without an event. 14 answers a question for acknowledgements.
 */
const CLASSES: readonly HecClass[] = [
  'taken', // 0 Success
  'blocked', // 1 Token disabled
  'blocked', // 2 Token is required
  'blocked', // 3 Invalid authorization
  'blocked', // 4 Invalid token
  'retry', // 5 No data
  'event', // 6 Invalid data format
  'index', // 7 Incorrect index
  'retry', // 8 Internal server error
  'retry', // 9 Server is busy
  'blocked', // 10 Data channel is missing
  'blocked', // 11 Invalid data channel
  'event', // 12 Event field is required
  'event', // 13 Event field cannot be blank
  'blocked', // 14 ACK is disabled
  'event', // 15 Error in handling indexed fields
  'blocked', // 16 Query string authorization is not enabled
  'healthy', // 17 HEC is healthy
  'retry', // 18 Queues are full
  'retry', // 19 Ack service unavailable
  'retry', // 20 Both
  'blocked', // 21 Invalid token
  'blocked', // 22 Token disabled
  'retry', // 23 Server is shutting down
  'warning', // 24 Queue is approaching its capacity limit
  'warning', // 25 ACK is approaching its capacity limit
  'retry', // 26 Queue is at capacity
  'retry', // 27 ACK channel is at capacity
  'blocked', // 28 Data channel is missing
];

/** What a person can do about a code that blocks. */
const ADVICE: Readonly<Record<number, string>> = {
  1: 'enable the token in Splunk',
  2: 'set the token',
  3: 'check the token',
  4: 'check the token',
  7: 'create the index, or allow the token to write to it',
  10: 'the token wants acknowledgements: set ack to auto or true',
  11: 'set a channel that is a GUID, or none',
  14: 'enable acknowledgement for the token, or set ack to auto',
  21: 'check the token',
  22: 'enable the token in Splunk',
  28: 'set ack to auto or true',
};

/** An answer of the collector. */
export interface HecAnswer {
  readonly code: number;
  readonly text: string;
  /** Undefined for a code that is not in the table. */
  readonly class: HecClass | undefined;
  /** Number of the request, to be asked for. */
  readonly ackId: number | undefined;
  /** Place of the event that is refused, from zero; undefined when none is named. */
  readonly invalid: number | undefined;
}

/** Undefined when the collector did not say this: a proxy's page, or half an answer. */
export function hecAnswer(answer: HttpAnswer): HecAnswer | undefined {
  const said = objectOf(answer.text);
  const code = said?.code;
  if (said === undefined || typeof code !== 'number' || answer.cut) return undefined;
  const kind = CLASSES[code];
  const number = whole(said['invalid-event-number']);
  return {
    code,
    text: typeof said.text === 'string' ? said.text : '',
    class: kind,
    ackId: whole(said.ackId),
    invalid: number === undefined ? undefined : Math.max(0, kind === 'index' ? number - 1 : number),
  };
}

/** One sentence for a person. */
export function hecSentence({ code, text }: Pick<HecAnswer, 'code' | 'text'>): string {
  const advice = ADVICE[code];
  return `Splunk says: ${text} (code ${code})${advice === undefined ? '.' : `; ${advice}.`}`;
}

/** The JSON object that a text is; undefined when it is none. */
export function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
    return undefined;
  } catch {
    return undefined;
  }
}

function whole(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
}
