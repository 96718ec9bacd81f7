import type { Domain } from './domain.ts';
import type { FlowOptions } from './flow-options.ts';
import { KnownTemplate } from './known-template.ts';
import type { Problem } from './problem.ts';
import { type TemplateKind, TemplateParser, type TemplateProtocol } from './template-parser.ts';
import { templateReport } from './template-report.ts';
import type { TemplateState } from './template-state.ts';

/** Takes template sets into the store of their domain. */
export class TemplateLearner {
  /** Ids of the templates that were new, or other than before, since {@link clear}. */
  readonly learned: number[] = [];
  readonly #options: FlowOptions;
  readonly #parser: TemplateParser;
  readonly #problem: Problem;

  constructor(protocol: TemplateProtocol, options: FlowOptions, problem: Problem) {
    this.#options = options;
    this.#parser = new TemplateParser(protocol, options.maxFields);
    this.#problem = problem;
  }

  clear(): void {
    this.learned.length = 0;
  }

  /**
   * Reads all template records of a set, `bytes[start..end)` without its header.
   * @param now microseconds since 1970.
   */
  learn(
    kind: TemplateKind,
    state: TemplateState,
    domain: Domain,
    bytes: Uint8Array,
    view: DataView,
    start: number,
    end: number,
    now: number,
  ): void {
    let at = start;
    while (end - at >= 4) {
      const known = domain.templates.get(view.getUint16(at), now);
      const repeated = known?.kind === kind ? known.repeated(bytes, at, end) : 0;
      if (known && repeated > 0) {
        known.lastSeen = now;
        at += repeated;
        continue;
      }
      const outcome = this.#parser.read(kind, view, at, end);
      if (outcome === 'padding') return;
      if (outcome === 'bad') {
        this.#problem.note('MALFORMED_TEMPLATE', 'A template set holds what is no template.', at);
        return;
      }
      if (outcome === 'too-many') {
        const { maxFields } = this.#options;
        this.#problem.note('TOO_MANY_FIELDS', `Template ${this.#parser.id} has more than ${maxFields} fields.`, at);
      } else if (outcome === 'template') this.#keep(kind, state, domain, bytes, at, now);
      at = this.#parser.next;
    }
  }

  /** Puts the template that was parsed in force, if it is not there already. */
  #keep(kind: TemplateKind, state: TemplateState, domain: Domain, bytes: Uint8Array, at: number, now: number): void {
    const { id, fields, scopes, next } = this.#parser;
    const known = domain.templates.get(id, now);
    if (known?.equals(kind, fields, scopes)) {
      known.lastSeen = now;
      known.keep(bytes, at, next);
      return;
    }
    const template = new KnownTemplate(id, kind, fields, scopes, now);
    template.keep(bytes, at, next);
    if (!domain.templates.set(template)) {
      state.makeRoom(now);
      if (!domain.templates.set(template)) {
        const { maxTemplates } = this.#options;
        this.#problem.note(
          'TOO_MANY_TEMPLATES',
          `There is no room for template ${id}: ${maxTemplates} templates are allowed.`,
          at,
        );
        return;
      }
    }
    this.learned.push(id);
    state.exporter.revision++;
    this.#options.observer?.template(state.exporter, templateReport(state.protocol, domain.id, template));
  }
}
