import { Random } from '../random.ts';
import { type FaultOf, faultOf, hits } from './fault.ts';
import { type Received, type Reply, startHttpReceiver } from './http-receiver.ts';
import { jsonObjects } from './json-objects.ts';
import { Ledger } from './ledger.ts';
import type { Controls, Receiver, ReceiverOptions } from './receiver.ts';
import { type AckControls, SplunkAcks } from './splunk-acks.ts';
import { SPLUNK_ANSWERS } from './splunk-answers.ts';

/** What a token allows. */
interface TokenControls {
  disabled: boolean;
  /** Indexes it may write to; all when empty. */
  indexes: string[];
  useAck: boolean;
}

/** What the collector is told to do. Each token can have settings of its own; the others are those of all. */
export interface SplunkControls extends Controls, AckControls, TokenControls {
  tokens: Record<string, Partial<TokenControls>>;
  /** `near` answers 24, `full` 26 and makes the health 18. */
  queue: 'ok' | 'near' | 'full';
  /** Makes the health 19 (20 with a full queue). */
  ackService: boolean;
  /** Bytes of an inflated body. */
  maxBody: number;
  /** Collectors behind a balancer that sticks by cookie: each has acknowledgements of its own. */
  nodes: number;
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** A time in exponent form, which Splunk 10 refuses. `JSON.parse` no longer shows it. */
const EXPONENT = /(^|[}\s])\{\s*"time":\s*"?-?[\d.]+[eE]/;
const COLLECTOR = /^\/services\/collector(\/event(\/1\.0)?)?$/;
const HEALTH = /^\/services\/collector\/health(\/1\.0)?$/;

/** Starts a collector as Splunk's answers, on loopback. */
export async function startSplunk(options: ReceiverOptions<SplunkControls> = {}): Promise<Receiver<SplunkControls>> {
  const controls: SplunkControls = { ...defaults(), ...options.controls };
  const ledger = new Ledger(options.file, options.remember);
  const splunk = new Splunk(controls, ledger, options.seed ?? 1);
  const kind = {
    controls,
    maxBody: () => controls.maxBody,
    tooLarge: (bytes: number, limit: number) => ({
      status: 413,
      body: `Content-Length of ${bytes} too large (maximum is ${limit})`,
    }),
    main: (path: string) => COLLECTOR.test(path),
    handle: (request: Received) => splunk.handle(request),
    forget: () => splunk.forget(),
  };
  return startHttpReceiver(kind, ledger, options);
}

function defaults(): SplunkControls {
  return {
    faults: [],
    tokens: { '11111111-2222-3333-4444-555555555555': {} },
    disabled: false,
    indexes: [],
    useAck: false,
    queue: 'ok',
    ackService: true,
    maxBody: 838_860_800,
    nodes: 1,
    ackDelayMs: 0,
    ackKeepMs: 600_000,
    loseAcks: 0,
    maxAcks: 1_000_000,
  };
}

class Splunk {
  readonly #controls: SplunkControls;
  readonly #ledger: Ledger;
  readonly #acks: SplunkAcks;
  #turn = 0;

  constructor(controls: SplunkControls, ledger: Ledger, seed: number) {
    this.#controls = controls;
    this.#ledger = ledger;
    const random = new Random(seed);
    this.#acks = new SplunkAcks(controls, () => random.next());
  }

  forget(): void {
    this.#acks.forget();
  }

  async handle(request: Received): Promise<Reply> {
    const { path } = request;
    const code = faultOf(request.faults, 'code');
    if (code) return answer(Number(code.code));
    if (HEALTH.test(path)) return this.#health(request);
    const token = this.#token(request);
    if (typeof token === 'number') return answer(token);
    const refused = refusal(request, token);
    if (refused !== undefined) return answer(refused);
    const [node, cookie] = this.#node(request);
    const channel = `${node} ${channelOf(request)}`;
    const reply =
      path === '/services/collector/ack' ? this.#ask(request, channel) : await this.#take(request, channel, token);
    return cookie === undefined ? reply : { ...reply, headers: { 'set-cookie': cookie } };
  }

  /** The settings of the request's token, or the code of what is wrong with it. */
  #token({ headers, query }: Received): TokenControls | number {
    const { authorization } = headers;
    if (authorization === undefined) return query.has('token') ? 16 : 2;
    const [, scheme, value] = /^(\S+) (\S+)$/.exec(authorization) ?? [];
    if (scheme !== 'Splunk') return 3;
    const { tokens, disabled, indexes, useAck } = this.#controls;
    if (!Object.hasOwn(tokens, value)) return 4;
    return { disabled, indexes, useAck, ...tokens[value] };
  }

  #health(request: Received): Reply {
    const { queue, ackService } = this.#controls;
    const token = request.headers.authorization === undefined ? undefined : this.#token(request);
    if (typeof token === 'number') return answer(21);
    if (token?.disabled) return answer(22);
    if (queue === 'full') return answer(ackService ? 18 : 20);
    return answer(ackService ? 17 : 19);
  }

  /** Which of the nodes behind the balancer gets this request, and the cookie it sets. */
  #node({ headers }: Received): [node: number, cookie?: string] {
    const { nodes } = this.#controls;
    if (nodes < 2) return [0];
    const sticky = /(?:^|; )node=(\d+)/.exec(headers.cookie ?? '');
    if (sticky) return [Number(sticky[1]) % nodes];
    const node = this.#turn++ % nodes;
    return [node, `node=${node}; Path=/; HttpOnly`];
  }

  #ask({ text }: Received, channel: string): Reply {
    const { acks } = (jsonObjects(text)[0] ?? {}) as { acks?: unknown };
    if (!Array.isArray(acks)) return answer(6);
    return { status: 200, body: { acks: this.#acks.ask(channel, acks.map(Number), Date.now()) } };
  }

  async #take({ path, text, faults }: Received, channel: string, { useAck, indexes }: TokenControls): Promise<Reply> {
    if (!COLLECTOR.test(path)) return { status: 404, body: { text: 'The requested URL was not found.', code: 404 } };
    const { queue, maxAcks } = this.#controls;
    if (queue === 'full') return answer(26);
    if (useAck && this.#acks.waiting(channel) >= maxAcks) return answer(27);
    if (text.trim() === '') return answer(5);
    const events = jsonObjects(text);
    const exponent = EXPONENT.exec(text);
    const badTime = exponent ? jsonObjects(text.slice(0, exponent.index + exponent[1].length)).length : -1;
    const item = faultOf(faults, 'item');
    const ids: string[] = [];
    for (const [index, event] of events.entries()) {
      const code = index === badTime ? 15 : judge(event, item, indexes);
      if (code !== undefined) {
        // What stood before it is in already; only the wrong index is numbered from one.
        await this.#ledger.add(ids);
        return answer(code, { 'invalid-event-number': code === 7 ? index + 1 : index });
      }
      ids.push(idOf((event as { event: unknown }).event));
    }
    await this.#ledger.add(ids);
    const more = useAck ? { ackId: this.#acks.begin(channel, Date.now()) } : {};
    if (useAck && this.#acks.waiting(channel) > maxAcks * 0.9) return answer(25, more);
    return answer(queue === 'near' ? 24 : 0, more);
  }
}

/** Code of what is wrong with a request that has a token; undefined when nothing is. */
function refusal({ headers, path, query }: Received, { disabled, useAck }: TokenControls): number | undefined {
  if (disabled) return 1;
  const channel = channelOf({ headers, query });
  if (path === '/services/collector/ack' && !useAck) return 14;
  if (useAck && channel === '') return 10;
  return channel !== '' && !GUID.test(channel) ? 11 : undefined;
}

/** Code of what is wrong with an event; undefined when it is taken. */
function judge(event: unknown, item: FaultOf<'item'> | undefined, indexes: readonly string[]): number | undefined {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return 6;
  const { event: content, time, fields, index } = event as Record<string, unknown>;
  if (content === undefined) return 12;
  if (content === null || content === '') return 13;
  if (!timeIsGood(time) || !fieldsAreGood(fields)) return 15;
  if (index !== undefined && indexes.length > 0 && !indexes.includes(String(index))) return 7;
  return item && hits(item, idOf(content)) ? Number(item.code) : undefined;
}

function channelOf({ headers, query }: Pick<Received, 'headers' | 'query'>): string {
  return headers['x-splunk-request-channel'] ?? query.get('channel') ?? '';
}

function timeIsGood(time: unknown): boolean {
  if (time === undefined) return true;
  return typeof time === 'number' ? time >= 0 : typeof time === 'string' && /^\d+(\.\d+)?$/.test(time);
}

/** Flat: strings, or lists of strings. */
function fieldsAreGood(fields: unknown): boolean {
  if (fields === undefined) return true;
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return false;
  return Object.values(fields).every(
    (value) => typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string')),
  );
}

/** What an event is counted under: the id it carries, else its text. */
function idOf(event: unknown): string {
  if (typeof event !== 'object' || event === null) return String(event).replaceAll('\n', ' ');
  const { id, event_id, session_id } = event as Record<string, unknown>;
  return String(id ?? event_id ?? session_id ?? JSON.stringify(event)).replaceAll('\n', ' ');
}

function answer(code: number, more: Readonly<Record<string, unknown>> = {}): Reply {
  const [status, text] = SPLUNK_ANSWERS[code];
  return { status, body: { text, code, ...more } };
}
