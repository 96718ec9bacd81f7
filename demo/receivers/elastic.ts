import { type FaultOf, faultOf, hits } from './fault.ts';
import { type Received, type Reply, startHttpReceiver } from './http-receiver.ts';
import { Ledger } from './ledger.ts';
import type { Controls, Receiver, ReceiverOptions } from './receiver.ts';

/** What the cluster is told to do. */
export interface ElasticControls extends Controls {
  /** Whole values of `Authorization` that are let in; everybody when empty. */
  credentials: string[];
  /** Of them, those that may not write to the stream. */
  readOnly: string[];
  /** Share of the documents of a request that are refused as busy (429), the others being taken. */
  busyShare: number;
  /** Leaves the last item of the answer out. */
  dropItem: boolean;
  /** Names of data streams that exist or whose template does; all when empty. */
  streams: string[];
  /** Bytes of an inflated body. */
  maxBody: number;
  version: string;
  distribution: 'elasticsearch' | 'opensearch';
}

const BULK = /^(?:\/([^/]+))?\/_bulk$/;
const TEMPLATE = /^\/_index_template\/([^/]+)$/;

/** Starts a node as Elasticsearch's or OpenSearch's answers, on loopback. */
export async function startElastic(options: ReceiverOptions<ElasticControls> = {}): Promise<Receiver<ElasticControls>> {
  const controls: ElasticControls = { ...defaults(), ...options.controls };
  const ledger = new Ledger(options.file);
  const elastic = new Elastic(controls, ledger);
  const kind = {
    controls,
    maxBody: () => controls.maxBody,
    tooLarge: () => ({ status: 413, body: '' }),
    main: (path: string) => BULK.test(path),
    handle: (request: Received) => elastic.handle(request),
    forget: () => undefined,
  };
  return startHttpReceiver(kind, ledger, options);
}

function defaults(): ElasticControls {
  return {
    faults: [],
    credentials: [],
    readOnly: [],
    busyShare: 0,
    dropItem: false,
    streams: [],
    maxBody: 104_857_600,
    version: '9.4.0',
    distribution: 'elasticsearch',
  };
}

interface Item {
  readonly create: { readonly status: number; readonly error?: { readonly type: string; readonly reason: string } };
}

class Elastic {
  readonly #controls: ElasticControls;
  readonly #ledger: Ledger;
  readonly #templates = new Map<string, unknown>();
  #seen = 0;

  constructor(controls: ElasticControls, ledger: Ledger) {
    this.#controls = controls;
    this.#ledger = ledger;
  }

  async handle(request: Received): Promise<Reply> {
    const { path, method } = request;
    const refused = this.#refusal(request);
    if (refused) return refused;
    const [, stream] = BULK.exec(path) ?? [];
    if (BULK.test(path) && (method === 'POST' || method === 'PUT')) return this.#bulk(request, stream ?? '');
    if (path === '/') return { status: 200, body: this.#banner() };
    if (path.endsWith('/_count')) return { status: 200, body: { count: this.#ledger.sums.distinct } };
    const [, template] = TEMPLATE.exec(path) ?? [];
    if (template !== undefined) return this.#template(request, template);
    return failure(400, 'illegal_argument_exception', `no handler found for uri [${path}] and method [${method}]`);
  }

  #banner() {
    const { version, distribution } = this.#controls;
    if (distribution === 'opensearch') return { version: { distribution, number: version } };
    return { version: { number: version, build_flavor: 'default' }, tagline: 'You Know, for Search' };
  }

  #refusal({ headers, path }: Received): Reply | undefined {
    const { credentials, readOnly } = this.#controls;
    const { authorization } = headers;
    if (credentials.length === 0) return undefined;
    if (authorization === undefined)
      return failure(401, 'security_exception', `missing authentication credentials for REST request [${path}]`);
    if (!credentials.includes(authorization))
      return failure(401, 'security_exception', `unable to authenticate for REST request [${path}]`);
    if (readOnly.includes(authorization) && path !== '/')
      return failure(403, 'security_exception', 'action [indices:data/write/bulk] is unauthorized');
    return undefined;
  }

  async #bulk({ text, faults }: Received, stream: string): Promise<Reply> {
    if (text.trim() === '') return failure(400, 'parse_exception', 'request body is required');
    if (!text.endsWith('\n'))
      return failure(400, 'illegal_argument_exception', 'The bulk request must be terminated by a newline [\\n]');
    const item = faultOf(faults, 'item');
    const items: Item[] = [];
    const taken: string[] = [];
    const now = new Set<string>();
    const lines = text.split('\n');
    for (let at = 0; at + 1 < lines.length; at += 2) {
      const action = parsed(lines[at]);
      if (action === undefined)
        return failure(400, 'illegal_argument_exception', `Malformed action/metadata line [${at + 1}]`);
      const [[verb, about] = ['', {}]] = Object.entries(action);
      const { _id: id = '', _index: target = stream } = about as { _id?: string; _index?: string };
      const result = this.#judge(verb, target, id, lines[at + 1], item, now);
      if (result.create.status === 201) {
        taken.push(id);
        now.add(id);
      }
      items.push(result);
    }
    await this.#ledger.add(taken);
    if (this.#controls.dropItem) items.pop();
    return { status: 200, body: { errors: items.some(({ create }) => create.error), items } };
  }

  #judge(
    verb: string,
    stream: string,
    id: string,
    document: string,
    fault: FaultOf<'item'> | undefined,
    now: ReadonlySet<string>,
  ): Item {
    const { streams, busyShare } = this.#controls;
    if (verb !== 'create')
      return refused(
        400,
        'illegal_argument_exception',
        'only write ops with an op_type of create are allowed in data streams',
      );
    if (streams.length > 0 && !streams.includes(stream))
      return refused(404, 'index_not_found_exception', `no such index [${stream}]`);
    const content = parsed(document);
    if (content === undefined) return refused(400, 'document_parsing_exception', '[1:1] failed to parse');
    if (typeof content['@timestamp'] !== 'string')
      return refused(
        400,
        'document_parsing_exception',
        '[1:1] failed to parse: data stream timestamp field [@timestamp] is missing',
      );
    if (fault && hits(fault, id))
      return refused(Number(fault.code), 'document_parsing_exception', '[1:42] failed to parse field [vedette.attrs]');
    if (this.#ledger.has(id) || now.has(id))
      return refused(
        409,
        'version_conflict_engine_exception',
        `[${id}]: version conflict, document already exists (current version [1])`,
      );
    if (busyShare > 0 && (this.#seen++ * busyShare) % 1 >= 1 - busyShare)
      return refused(429, 'es_rejected_execution_exception', 'rejected execution of coordinating operation');
    return { create: { status: 201 } };
  }

  #template({ method, text }: Received, name: string): Reply {
    if (method === 'GET') {
      const template = this.#templates.get(name);
      if (template === undefined)
        return failure(404, 'resource_not_found_exception', `index template matching [${name}] not found`);
      return { status: 200, body: { index_templates: [{ name, index_template: template }] } };
    }
    const template = parsed(text);
    if (!Array.isArray(template?.index_patterns))
      return failure(400, 'x_content_parse_exception', 'Required [index_patterns]');
    this.#templates.set(name, template);
    return { status: 200, body: { acknowledged: true } };
  }
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

function refused(status: number, type: string, reason: string): Item {
  return { create: { status, error: { type, reason } } };
}

function failure(status: number, type: string, reason: string): Reply {
  return { status, body: { error: { root_cause: [{ type, reason }], type, reason }, status } };
}
