import { compileTemplate } from './compile-template.ts';
import type { Datagram } from './datagram.ts';
import type { Domain } from './domain.ts';
import type { FlowOptions } from './flow-options.ts';
import { FlowRun } from './flow-run.ts';
import type { FlowSink } from './flow-sink.ts';
import type { KnownTemplate } from './known-template.ts';
import { OptionsData } from './options-data.ts';
import type { PendingSet } from './pending-sets.ts';
import type { Problem } from './problem.ts';
import { type QueuedSet, SetQueue } from './set-queue.ts';
import type { RecordDecoder } from './template.ts';
import { TemplateLearner } from './template-learner.ts';
import { LEAST_TEMPLATE_ID, type TemplateProtocol } from './template-parser.ts';
import type { TemplateState } from './template-state.ts';

/** Bytes of the header of a set: its id, and its length with the header. */
const SET_HEADER = 4;
/** Bytes of the header of a NetFlow v9 message. */
export const V9_HEADER = 20;
/** Id of a set of templates; that of options templates is one more (RFC 3954 sections 5.2, 6.1, RFC 7011 section 3.3.2). */
const TEMPLATE_SET: Readonly<Record<TemplateProtocol, number>> = { netflow9: 0, ipfix: 2 };
const NONE: PendingSet[] = [];

/**
 * Reads the sets of one message. Its templates are taken first, then its options data, then its flows, in whatever order
 * the exporter wrote them; a data set that stands before a change of its own template is still read by the template as it
 * was there. Data sets without a template wait for one.
 */
export class SetDecoder {
  readonly run = new FlowRun();
  readonly #protocol: TemplateProtocol;
  readonly #options: FlowOptions;
  readonly #problem: Problem;
  readonly #learner: TemplateLearner;
  readonly #optionsData: OptionsData;
  readonly #templateSet: number;
  readonly #queue = new SetQueue();
  /** As {@link run}, for sets that have waited. */
  readonly #late = new FlowRun();
  /** Data records of the message; NaN when some could not be read. */
  #records = 0;

  /** @param problem takes what is wrong with the sets; the caller clears and settles it. */
  constructor(protocol: TemplateProtocol, options: FlowOptions, problem: Problem) {
    this.#protocol = protocol;
    this.#options = options;
    this.#problem = problem;
    this.#learner = new TemplateLearner(protocol, options, problem);
    this.#optionsData = new OptionsData(options.observer);
    this.#templateSet = TEMPLATE_SET[protocol];
  }

  /** Data records of the message decoded last, those of options too; NaN when some could not be read. */
  get records(): number {
    return this.#records;
  }

  /**
   * Decodes the sets in `[start, end)` of the datagram, to whose message {@link run} has been turned. Answers where the
   * message ended: before `end` when another one of NetFlow v9 follows, whose header gives no length.
   */
  decode(datagram: Datagram, state: TemplateState, domain: Domain, start: number, end: number, sink: FlowSink): number {
    this.#records = 0;
    this.#learner.clear();
    this.#queue.clear();
    const { pending, exporter } = state;
    if (pending.size > 0) exporter.counters.without_template += pending.expire(datagram.receivedAt);
    const stopped = this.#walk(datagram, state, domain, start, end);
    this.#takeOptions(state, domain);
    const late = pending.size > 0 ? this.#takePending(state, domain) : NONE;
    // The header of IPFIX has no time of boot, but options data may.
    if (this.#protocol === 'ipfix') this.run.bootTime = domain.bootTime || state.bootTime;
    this.run.samplingRate = state.samplingRate(domain);
    for (const set of late) {
      const template = domain.templates.get(set.template, datagram.receivedAt);
      if (template?.kind !== 'data') continue;
      this.#late.turnBack(this.run, set);
      this.#readFlows(template, this.#late, state, sink);
    }
    this.#takeFlows(state, sink);
    return stopped;
  }

  /** Takes the templates, and puts the data sets into the queue. */
  #walk(datagram: Datagram, state: TemplateState, domain: Domain, start: number, end: number): number {
    const { bytes, view, receivedAt } = datagram;
    let at = start;
    while (end - at >= SET_HEADER) {
      const id = view.getUint16(at);
      const length = view.getUint16(at + 2);
      if (id === 9 && this.#protocol === 'netflow9' && isNextMessage(view, at, end)) return at;
      if (length < SET_HEADER) {
        // Some exporters fill the rest of their datagrams with zeros.
        if (id !== 0 || length !== 0) this.#broken(at, 'MALFORMED_SET', `A set of ${length} bytes is none.`);
        return end;
      }
      if (length > end - at) this.#broken(at, 'TRUNCATED', `A set of ${length} bytes ends after ${end - at}.`);
      const to = Math.min(at + length, end);
      if (id >= LEAST_TEMPLATE_ID) this.#queue.add(id, at + SET_HEADER, to, domain.templates.get(id, receivedAt));
      else if (id === this.#templateSet)
        this.#learner.learn('data', state, domain, bytes, view, at + SET_HEADER, to, receivedAt);
      else if (id === this.#templateSet + 1)
        this.#learner.learn('options', state, domain, bytes, view, at + SET_HEADER, to, receivedAt);
      // Other ids are reserved, and skipped.
      at = to;
    }
    return end;
  }

  #broken(at: number, reason: string, detail: string): void {
    this.#problem.note(reason, detail, at);
    this.#records = Number.NaN;
  }

  /** Reads the options data in the queue. Sets whose template is not known, even now, are put aside. */
  #takeOptions(state: TemplateState, domain: Domain): void {
    for (let i = 0; i < this.#queue.length; i++) {
      const set = this.#queue.at(i);
      set.template ??= domain.templates.get(set.id, this.run.receivedAt);
      if (set.template === undefined) this.#wait(set, state, domain);
      else if (set.template.kind === 'options') {
        this.run.at = set.start;
        this.run.end = set.end;
        this.#records += this.#readOptions(set.template, this.run, state, domain);
      }
    }
  }

  /** Takes out what has waited for the templates of this message, reads the options data in it and answers the rest. */
  #takePending(state: TemplateState, domain: Domain): readonly PendingSet[] {
    let late: PendingSet[] = NONE;
    for (const id of this.#learner.learned) {
      const sets = state.pending.take(domain.key, id);
      const template = domain.templates.get(id, this.run.receivedAt);
      if (template?.kind === 'data') late = late.concat(sets);
      else if (template)
        for (const set of sets) {
          this.#late.turnBack(this.run, set);
          this.#readOptions(template, this.#late, state, domain);
        }
    }
    return late;
  }

  #takeFlows(state: TemplateState, sink: FlowSink): void {
    const { run } = this;
    for (let i = 0; i < this.#queue.length; i++) {
      const { template, start, end } = this.#queue.at(i);
      if (template?.kind !== 'data') continue;
      run.at = start;
      run.end = end;
      this.#records += this.#readFlows(template, run, state, sink);
    }
  }

  /** Answers the number of options records from `run.at` to `run.end`; NaN when they do not end well. */
  #readOptions(template: KnownTemplate, run: FlowRun, state: TemplateState, domain: Domain): number {
    if (template.bytes === 0) return this.#unreadable(run, state, empty(template));
    const read = this.#optionsData.decode(template, run, state, domain);
    const records = read < 0 ? -1 - read : read;
    template.records += records;
    state.exporter.counters.options += records;
    return read < 0 ? this.#unreadable(run, state, cut(template)) : records;
  }

  /** Answers the number of records from `run.at` to `run.end`, which become rows; NaN when they do not end well. */
  #readFlows(template: KnownTemplate, run: FlowRun, state: TemplateState, sink: FlowSink): number {
    if (template.bytes === 0) return this.#unreadable(run, state, empty(template));
    const decoder = this.#decoderOf(template);
    const { counters } = state.exporter;
    let records = 0;
    while (run.end - run.at >= decoder.minLength) {
      if (sink.batch.length >= sink.batch.capacity) sink.full();
      const { batch } = sink;
      const { at } = run;
      const before = batch.length;
      run.enter(batch);
      const read = decoder.decode(run, batch);
      counters.flows += batch.length - before;
      template.records += read < 0 ? -1 - read : read;
      if (read < 0) return this.#unreadable(run, state, cut(template));
      records += read;
      if (run.end - run.at < decoder.minLength) break;
      // Nothing was read into an empty batch: there is no batch that the record would fit into.
      if (run.at === at && before === 0) return this.#unreadable(run, state, cut(template));
      sink.full();
    }
    return records;
  }

  /** Compiles a template when its first record comes: many are announced that never are used. */
  #decoderOf(template: KnownTemplate): RecordDecoder {
    const { fields, maxTimeDifference } = this.#options;
    template.decoder ??= compileTemplate(template.fields, { protocol: this.#protocol, fields, maxTimeDifference });
    return template.decoder;
  }

  /** Keeps a data set until its template comes. */
  #wait({ id, start, end }: QueuedSet, { pending, exporter }: TemplateState, domain: Domain): void {
    const { run } = this;
    this.#records = Number.NaN;
    if (!pending.admits(end - start)) {
      exporter.counters.without_template++;
      return;
    }
    exporter.counters.without_template += pending.add({
      domain: domain.key,
      template: id,
      bytes: run.bytes.slice(start, end),
      source: run.source,
      receivedAt: run.receivedAt,
      exportTime: run.exportTime,
      bootTime: run.bootTime,
      uptime: run.uptime,
    });
  }

  /** Notes that the records from `run.at` on cannot be read. Answers their number: it is not known. */
  #unreadable(run: FlowRun, state: TemplateState, detail: string): number {
    // What has waited is no part of the datagram in hand.
    if (run === this.#late) state.exporter.counters.malformed++;
    else this.#problem.note('MALFORMED_RECORD', detail, run.at);
    return Number.NaN;
  }
}

function cut({ id }: KnownTemplate): string {
  return `A record of template ${id} does not fit its set.`;
}

function empty({ id }: KnownTemplate): string {
  return `The fields of template ${id} are all empty.`;
}

/**
 * Whether a message of NetFlow v9 begins here, which otherwise would be a set with the reserved id 9: behind the 20 bytes
 * of its header has to come a set. Files that hold several datagrams without a border need this.
 */
function isNextMessage(view: DataView, at: number, end: number): boolean {
  if (end - at < V9_HEADER + SET_HEADER) return false;
  const id = view.getUint16(at + V9_HEADER);
  const length = view.getUint16(at + V9_HEADER + 2);
  return (id < 2 || id >= LEAST_TEMPLATE_ID) && length >= SET_HEADER && length <= end - at - V9_HEADER;
}
