import { type Domain, domainKey } from './domain.ts';
import { elementNamed, fieldLabel } from './elements.ts';
import { readUnsigned, readValue } from './field-value.ts';
import type { FieldValue, FlowObserver } from './flow-observer.ts';
import type { KnownTemplate } from './known-template.ts';
import { OptionsFacts } from './options-facts.ts';
import { type DecodeRun, VARIABLE } from './template.ts';
import { scopeLabel } from './template-report.ts';
import type { TemplateState } from './template-state.ts';

/** Scope field type of NetFlow v9 that names an interface (RFC 3954 section 6.1). */
const SCOPE_INTERFACE = 2;
const MOST_INTERFACES = 2 ** 32;
/** The latest time that a Date can hold, milliseconds. */
const LATEST = 8.64e15;

/** Where the fields of the record in hand begin, and how long they are. */
interface Spans {
  starts: number[];
  lengths: number[];
}

/** Reads options data records (RFC 3954 section 6.2, RFC 7011 section 3.4.2) and keeps what flows need. */
export class OptionsData {
  readonly #observer: FlowObserver | undefined;
  readonly #facts = new OptionsFacts();
  readonly #spans: Spans = { starts: [], lengths: [] };

  constructor(observer: FlowObserver | undefined) {
    this.#observer = observer;
  }

  /**
   * Reads the records from `run.at` to `run.end`, of a template that is not empty. Answers their number; negative,
   * -1 - records, when a record of variable length points past the end of the set.
   */
  decode(template: KnownTemplate, run: DecodeRun, state: TemplateState, domain: Domain): number {
    let records = 0;
    let news = false;
    while (run.end - run.at >= template.bytes) {
      const next = this.#measure(template, run);
      if (next < 0) return -1 - records;
      this.#gather(template, run, state);
      news = this.#learn(run, state, domain) || news;
      this.#observe(template, run, state, domain);
      run.at = next;
      records++;
    }
    if (news) state.exporter.revision++;
    return records;
  }

  /** Finds the fields of the record at `run.at`. Answers where the next one begins, -1 when this one is cut off. */
  #measure(template: KnownTemplate, run: DecodeRun): number {
    const { bytes, end } = run;
    const { starts, lengths } = this.#spans;
    let at = run.at;
    for (const [i, field] of template.fields.entries()) {
      let { length } = field;
      if (length === VARIABLE) {
        if (at >= end) return -1;
        length = bytes[at++];
        if (length === 255) {
          if (end - at < 2) return -1;
          length = run.view.getUint16(at);
          at += 2;
        }
      }
      if (length > end - at) return -1;
      starts[i] = at;
      lengths[i] = length;
      at += length;
    }
    return at;
  }

  #gather(template: KnownTemplate, run: DecodeRun, state: TemplateState): void {
    const facts = this.#facts;
    const { starts, lengths } = this.#spans;
    const numbered = state.protocol === 'netflow9' ? template.scopes : 0;
    facts.clear();
    for (const [i, { id, pen }] of template.fields.entries()) {
      if (lengths[i] === 0) continue;
      if (i >= numbered) {
        if (pen === 0) facts.take(id, run.bytes, run.view, starts[i], lengths[i]);
      } else if (id === SCOPE_INTERFACE) facts.interfaceIndex = readUnsigned(run.bytes, starts[i], lengths[i]);
    }
  }

  /** Keeps what the record tells. Answers whether any of it is news. */
  #learn(run: DecodeRun, state: TemplateState, domain: Domain): boolean {
    const facts = this.#facts;
    let news = false;
    const rate = facts.rate;
    if (!Number.isNaN(rate)) {
      const selector = Number.isNaN(facts.selector) ? null : facts.selector;
      news = state.tellSampling(this.#about(state, domain), selector, rate, run.receivedAt);
    }
    if (facts.interfaceIndex < MOST_INTERFACES && (facts.interfaceName !== '' || facts.interfaceDescription !== '')) {
      const { interfaces } = state.exporter;
      news = interfaces.name(facts.interfaceIndex, facts.interfaceName, facts.interfaceDescription) || news;
    }
    const application = facts.application;
    if (facts.applicationStart >= 0 && application !== '')
      news = state.applications.tell(run.bytes, facts.applicationStart, facts.applicationEnd, application) || news;
    if (facts.bootTime > 0 && facts.bootTime <= LATEST && facts.bootTime !== domain.bootTime) {
      state.bootTime = domain.bootTime = facts.bootTime;
      news = true;
    }
    return news;
  }

  /** The domain that the record is about; undefined when that one is not known. 0 is the exporter as a whole. */
  #about(state: TemplateState, domain: Domain): Domain | undefined {
    const { domain: about } = this.#facts;
    if (Number.isNaN(about) || about === 0 || about === domain.id) return domain;
    return state.known(domainKey(about, domain.port));
  }

  #observe(template: KnownTemplate, run: DecodeRun, state: TemplateState, domain: Domain): void {
    if (!this.#observer) return;
    const { protocol } = state;
    const { starts, lengths } = this.#spans;
    const scope: Record<string, FieldValue> = {};
    const fields: Record<string, FieldValue> = {};
    for (const [i, field] of template.fields.entries()) {
      if (lengths[i] === 0) continue;
      const isScope = i < template.scopes;
      const type =
        isScope && protocol === 'netflow9' ? 'unsigned64' : elementNamed(field.pen, field.id, protocol)?.type;
      const value = readValue(type, run.bytes, run.view, starts[i], lengths[i]);
      if (isScope) put(scope, scopeLabel(field, protocol), value);
      else put(fields, fieldLabel(field, protocol), value);
    }
    this.#observer.options(state.exporter, { protocol, domain: domain.id, template: template.id, scope, fields });
  }
}

/** A field that a template has several times (RFC 7011 section 8) becomes a list. */
function put(into: Record<string, FieldValue>, name: string, value: FieldValue): void {
  const before = into[name];
  if (before === undefined) into[name] = value;
  else into[name] = Array.isArray(before) ? [...before, value] : [before, value];
}
