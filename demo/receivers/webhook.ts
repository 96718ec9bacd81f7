import { createHmac, timingSafeEqual } from 'node:crypto';
import { faultOf, hits } from './fault.ts';
import { type Received, type Reply, startHttpReceiver } from './http-receiver.ts';
import { jsonObjects } from './json-objects.ts';
import { Ledger } from './ledger.ts';
import type { Controls, Receiver, ReceiverOptions } from './receiver.ts';

/** What the webhook is told to do. */
export interface WebhookControls extends Controls {
  /** Requests must be signed with one of these; anything goes when empty. */
  secrets: string[];
  /** Seconds that a signature may be old, or ahead. */
  tolerance: number;
  /** Takes each id of a batch once, and answers 409 after that. */
  once: boolean;
  /** Bytes of a body. */
  maxBody: number;
}

const PATH = '/hook';
/** Ids of batches that are kept: a restart forgets them. */
const MOST_IDS = 100_000;

/** Starts a webhook that checks signatures, on loopback at `/hook`. */
export async function startWebhook(options: ReceiverOptions<WebhookControls> = {}): Promise<Receiver<WebhookControls>> {
  const controls: WebhookControls = {
    faults: [],
    secrets: [],
    tolerance: 300,
    once: false,
    maxBody: 10_485_760,
    ...options.controls,
  };
  const ledger = new Ledger(options.file, options.remember);
  const seen = new Set<string>();
  const kind = {
    controls,
    maxBody: () => controls.maxBody,
    tooLarge: () => ({ status: 413, body: '' }),
    main: (path: string) => path === PATH,
    handle: (request: Received) => handle(request, controls, ledger, seen),
    forget: () => seen.clear(),
  };
  return startHttpReceiver(kind, ledger, options);
}

async function handle(
  { method, path, headers, text, faults }: Received,
  controls: WebhookControls,
  ledger: Ledger,
  seen: Set<string>,
): Promise<Reply> {
  if (path !== PATH) return { status: 404, body: { error: 'There is nothing here.' } };
  if (method !== 'POST') return { status: 405, body: '' };
  const { secrets, tolerance, once } = controls;
  if (secrets.length > 0 && !isSigned(headers['vedette-signature'] ?? '', text, secrets, tolerance))
    return { status: 401, body: { error: 'The signature is not right.' } };
  const id = headers['vedette-id'] ?? '';
  if (once && seen.has(id)) return { status: 409, body: { error: 'This batch was taken already.' } };
  const events = eventsOf(text);
  if (events === undefined) return { status: 400, body: { error: 'This is no JSON.' } };
  const item = faultOf(faults, 'item');
  const refused = item && events.find((event) => hits(item, event));
  if (refused !== undefined)
    return { status: Number(item?.code), body: { error: `Event ${refused} is not accepted.` } };
  await ledger.add(events);
  if (seen.size >= MOST_IDS) seen.clear();
  seen.add(id);
  return { status: 200, body: { taken: events.length } };
}

/** Ids of the events of a body: an array, an object, or one object a line; undefined for anything else. */
function eventsOf(text: string): string[] | undefined {
  try {
    const events: unknown = text.startsWith('[') ? JSON.parse(text) : jsonObjects(text);
    if (!Array.isArray(events) || events.includes(undefined)) return undefined;
    return events.map((event) => String(event?.id ?? JSON.stringify(event)));
  } catch {
    return undefined;
  }
}

/** As a receiver should check: any of the signatures by any of its secrets, compared in constant time, and not of long ago. */
function isSigned(header: string, body: string, secrets: readonly string[], tolerance: number): boolean {
  const pairs = header.split(',').map((pair) => pair.split('=', 2));
  const seconds = pairs.find(([name]) => name === 't')?.[1] ?? '';
  if (!(Math.abs(Date.now() / 1000 - Number(seconds)) <= tolerance)) return false;
  const given = pairs.flatMap(([name, hex]) => (name === 'v1' ? [Buffer.from(hex ?? '', 'hex')] : []));
  return secrets.some((secret) => {
    const right = createHmac('sha256', secret).update(`${seconds}.${body}`).digest();
    return given.some((mac) => mac.length === right.length && timingSafeEqual(mac, right));
  });
}
