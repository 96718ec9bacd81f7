import { failure, itemError, wholeError } from './elastic-errors.ts';
import { ElasticTemplates } from './elastic-templates.ts';
import { type Fault, type FaultOf, faultOf, hits } from './fault.ts';
import { filterPath } from './filter-path.ts';
import { type Received, type Reply, startHttpReceiver } from './http-receiver.ts';
import { Ledger } from './ledger.ts';
import type { Controls, Receiver, ReceiverOptions } from './receiver.ts';

/**
 * What the cluster is told to do. Of the faults `code` answers a whole request with one of its own errors (429, 503...)
 * or, with the code `fewer`, takes the documents and leaves the last item of the answer out; `item` answers single
 * documents (400, 404, 429, 503, 401, 403).
 */
export interface ElasticControls extends Controls {
  /** Whole values of `Authorization` that are let in; everybody when empty. */
  credentials: string[];
  /** Of them, those that may not write to the stream. */
  readOnly: string[];
  /** Of them, those that may do nothing but `_bulk`. */
  ingestOnly: string[];
  /** Share of the documents of a request that are refused as busy (429), the others being taken. */
  busyShare: number;
  /** Puts what it cannot parse into the failure store of the stream, as if it were taken. */
  failureStore: boolean;
  /** Names of data streams that exist, beside those whose template does; all when empty. */
  streams: string[];
  /** Ingest pipelines that exist. */
  pipelines: string[];
  /** Bytes of an inflated body. */
  maxBody: number;
  version: string;
  distribution: 'elasticsearch' | 'opensearch';
}

/** Code of the fault that leaves an item out. */
const FEWER = 'fewer';
const BULK = /^(?:\/([^/]+))?\/_bulk$/;
const TEMPLATE = /^\/_index_template\/([^/]+)$/;
/** What a request to `_bulk` may have behind its question mark; anything else is refused. */
const PARAMETERS = new Set(['filter_path', 'pipeline', 'refresh', 'routing', 'timeout', 'pretty', 'error_trace']);
const CONTENT = /^application\/(x-ndjson|json|vnd\.elasticsearch\+x-ndjson)\b/;

/** Starts a node as Elasticsearch's or OpenSearch's answers, on loopback. */
export async function startElastic(options: ReceiverOptions<ElasticControls> = {}): Promise<Receiver<ElasticControls>> {
  const controls: ElasticControls = { ...defaults(), ...options.controls };
  const ledger = new Ledger(options.file, options.remember);
  const elastic = new Elastic(controls, ledger);
  const kind = {
    controls,
    maxBody: () => controls.maxBody,
    tooLarge: () => ({ status: 413, body: '' }),
    main: (path: string) => BULK.test(path),
    handle: (request: Received) => elastic.handle(request),
    // Templates and documents outlast a restart.
    forget: () => undefined,
  };
  return startHttpReceiver(kind, ledger, options);
}

function defaults(): ElasticControls {
  return {
    faults: [],
    credentials: [],
    readOnly: [],
    ingestOnly: [],
    busyShare: 0,
    failureStore: false,
    streams: [],
    pipelines: [],
    maxBody: 104_857_600,
    version: '9.4.0',
    distribution: 'elasticsearch',
  };
}

/** What a document becomes. */
interface Result {
  readonly status: number;
  readonly result?: 'created';
  readonly failure_store?: 'used';
  readonly error?: { readonly type: string; readonly reason: string };
}

/** What the documents of a request have in common. */
interface Bulk {
  readonly stream: string;
  readonly pipeline: string | null;
  readonly faults: readonly Fault[];
  /** Ids that earlier documents of the request have taken. */
  readonly taken: Set<string>;
}

class Elastic {
  readonly #controls: ElasticControls;
  readonly #ledger: Ledger;
  readonly #templates = new ElasticTemplates();
  #seen = 0;
  #made = 0;

  constructor(controls: ElasticControls, ledger: Ledger) {
    this.#controls = controls;
    this.#ledger = ledger;
  }

  async handle(request: Received): Promise<Reply> {
    const { path, method } = request;
    const code = faultOf(request.faults, 'code')?.code ?? FEWER;
    const refused = code === FEWER ? this.#refusal(request) : wholeError(Number(code));
    if (refused) return refused;
    const bulk = BULK.exec(path);
    if (bulk && (method === 'POST' || method === 'PUT')) return this.#bulk(request, decodeURIComponent(bulk[1] ?? ''));
    if (path === '/') return { status: 200, body: this.#banner() };
    if (path.endsWith('/_count')) return { status: 200, body: { count: this.#ledger.sums.distinct } };
    const [, template] = TEMPLATE.exec(path) ?? [];
    if (template !== undefined && method === 'GET') return this.#templates.get(template);
    if (template !== undefined && method === 'PUT') return this.#templates.put(template, parsed(request.text));
    return failure(400, 'illegal_argument_exception', `no handler found for uri [${path}] and method [${method}]`);
  }

  #banner() {
    const { version, distribution } = this.#controls;
    if (distribution === 'opensearch') return { version: { distribution, number: version } };
    return { version: { number: version, build_flavor: 'default' }, tagline: 'You Know, for Search' };
  }

  #refusal({ headers, path }: Received): Reply | undefined {
    const { credentials, readOnly, ingestOnly } = this.#controls;
    const { authorization } = headers;
    if (credentials.length === 0) return undefined;
    if (authorization === undefined)
      return failure(401, 'security_exception', `missing authentication credentials for REST request [${path}]`);
    if (!credentials.includes(authorization))
      return failure(401, 'security_exception', `unable to authenticate for REST request [${path}]`);
    if (BULK.test(path) ? readOnly.includes(authorization) : ingestOnly.includes(authorization)) {
      const action = BULK.test(path) ? 'indices:data/write/bulk' : 'cluster:monitor/main';
      return failure(403, 'security_exception', `action [${action}] is unauthorized for this user or API key`);
    }
    return undefined;
  }

  async #bulk({ text, faults, query, headers }: Received, stream: string): Promise<Reply> {
    const strange = [...query.keys()].find((name) => !PARAMETERS.has(name));
    if (strange !== undefined)
      return failure(400, 'illegal_argument_exception', `request contains unrecognized parameter: [${strange}]`);
    const type = headers['content-type'] ?? '';
    if (!CONTENT.test(type))
      return failure(406, 'media_type_header_exception', `Content-Type header [${type}] is not supported`);
    if (text === '') return failure(400, 'parse_exception', 'request body is required');
    if (!text.endsWith('\n'))
      return failure(400, 'illegal_argument_exception', 'The bulk request must be terminated by a newline [\\n]');
    const bulk = { stream, pipeline: query.get('pipeline'), faults, taken: new Set<string>() };
    const items: object[] = [];
    let errors = false;
    const lines = text.split('\n').filter((line) => line !== '');
    for (let at = 0; at < lines.length; at += 2) {
      const action = parsed(lines[at]);
      const [entry] = Object.entries(action ?? {});
      if (entry === undefined || at + 1 >= lines.length)
        return failure(400, 'illegal_argument_exception', `Malformed action/metadata line [${at + 1}]`);
      const [verb, about] = entry;
      const { _id: id = `made-${++this.#made}`, _index: target = stream } = about as { _id?: string; _index?: string };
      const result = this.#judge(verb, { ...bulk, stream: target }, id, lines[at + 1]);
      errors ||= result.error !== undefined;
      items.push({ [verb]: { _index: `.ds-${target}-2026.01.01-000001`, _id: id, ...result } });
    }
    if (items.length === 0)
      return failure(400, 'action_request_validation_exception', 'Validation Failed: 1: no requests added;');
    await this.#ledger.add([...bulk.taken]);
    // What another request has just taken is said to be there only when it is on disk.
    await this.#ledger.synced();
    if (faultOf(faults, 'code')) items.pop();
    const answer = { took: 1, errors, items };
    const filter = query.get('filter_path');
    return { status: 200, body: filter === null ? answer : filterPath(answer, filter) };
  }

  /** Decides about a document in the order of the real one: the stream, the pipeline, the mapping, the id. */
  #judge(verb: string, bulk: Bulk, id: string, document: string): Result {
    const { streams, busyShare, pipelines, failureStore } = this.#controls;
    const { stream, pipeline, faults, taken } = bulk;
    if (verb !== 'create')
      return refused(
        400,
        'illegal_argument_exception',
        'only write ops with an op_type of create are allowed in data streams',
      );
    if (streams.length > 0 && !streams.includes(stream) && !this.#templates.hasStream(stream))
      return refused(404, 'index_not_found_exception', `no such index [${stream}]`);
    if (pipeline !== null && !pipelines.includes(pipeline))
      return refused(400, 'illegal_argument_exception', `pipeline with id [${pipeline}] does not exist`);
    const wrong = mistake(document, id, faults);
    if (wrong?.status === 400 && failureStore) return { status: 201, result: 'created', failure_store: 'used' };
    if (wrong) return wrong;
    if (this.#ledger.has(id) || taken.has(id))
      return refused(
        409,
        'version_conflict_engine_exception',
        `[${id}]: version conflict, document already exists (current version [1])`,
      );
    if (busyShare > 0 && (this.#seen++ * busyShare) % 1 >= 1 - busyShare)
      return refused(429, 'es_rejected_execution_exception', 'rejected execution of coordinating operation');
    taken.add(id);
    return { status: 201, result: 'created' };
  }
}

/** What is wrong with a document itself, or is told to be. */
function mistake(document: string, id: string, faults: readonly Fault[]): Result | undefined {
  const content = parsed(document);
  if (content === undefined) return refused(400, 'document_parsing_exception', '[1:1] failed to parse');
  if (typeof content['@timestamp'] !== 'string')
    return refused(
      400,
      'document_parsing_exception',
      '[1:1] failed to parse: data stream timestamp field [@timestamp] is missing',
    );
  const fault = faults.filter((one): one is FaultOf<'item'> => one.kind === 'item').find((one) => hits(one, id));
  if (!fault) return undefined;
  const status = Number(fault.code);
  const { type, reason } = itemError(status);
  return refused(status, type, reason);
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
}

function refused(status: number, type: string, reason: string): Result {
  return { status, error: { type, reason } };
}
