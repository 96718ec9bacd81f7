import type { KnownTemplate } from './known-template.ts';

/** Fields that the templates of an exporter may have on average; real ones have about 20. */
const AVERAGE_FIELDS = 64;

/** How many templates an exporter may have, over all its domains, and how many fields they may have together. */
export class TemplateBudget {
  #templates = 0;
  #fields = 0;
  readonly #maxTemplates: number;
  readonly #maxFields: number;

  constructor(maxTemplates: number, maxFields: number) {
    this.#maxTemplates = maxTemplates;
    this.#maxFields = Math.max(maxFields, maxTemplates * AVERAGE_FIELDS);
  }

  /** Takes a template in place of another one. Answers whether there was room for it. */
  take(template: KnownTemplate, before: KnownTemplate | undefined): boolean {
    const templates = this.#templates + (before ? 0 : 1);
    const fields = this.#fields + template.fields.length - (before?.fields.length ?? 0);
    if (templates > this.#maxTemplates || fields > this.#maxFields) return false;
    this.#templates = templates;
    this.#fields = fields;
    return true;
  }

  release(template: KnownTemplate): void {
    this.#templates--;
    this.#fields -= template.fields.length;
  }
}

/**
 * The templates of one domain by id: data and options templates share one space of ids, and a new definition of either
 * kind takes the place of the one before (RFC 3954 section 7, RFC 7011 section 8).
 */
export class TemplateStore {
  readonly #templates = new Map<number, KnownTemplate>();
  readonly #budget: TemplateBudget;
  /** Microseconds after its last refresh at which a template is no longer used; infinite when it always is. */
  readonly #lifetime: number;
  /** The template that was asked for last: most datagrams hold records of one. */
  #last: KnownTemplate | undefined;

  /** @param seconds how long a template lives without a refresh; 0 is for ever. */
  constructor(budget: TemplateBudget, seconds: number) {
    this.#budget = budget;
    this.#lifetime = seconds > 0 ? seconds * 1e6 : Number.POSITIVE_INFINITY;
  }

  /** The template with this id that is in force at `now` (microseconds); one that has expired is forgotten. */
  get(id: number, now: number): KnownTemplate | undefined {
    let template = this.#last;
    if (template === undefined || template.id !== id) {
      template = this.#templates.get(id);
      if (template === undefined) return undefined;
      this.#last = template;
    }
    if (now - template.lastSeen <= this.#lifetime) return template;
    this.#forget(template);
    return undefined;
  }

  /** Puts a template in force. Answers whether there was room for it. */
  set(template: KnownTemplate): boolean {
    if (!this.#budget.take(template, this.#templates.get(template.id))) return false;
    this.#templates.set(template.id, template);
    this.#last = template;
    return true;
  }

  all(): IterableIterator<KnownTemplate> {
    return this.#templates.values();
  }

  get size(): number {
    return this.#templates.size;
  }

  /** Drops what has expired at `now`, to make room. */
  expire(now: number): void {
    for (const template of this.#templates.values())
      if (now - template.lastSeen > this.#lifetime) this.#forget(template);
  }

  clear(): void {
    for (const template of this.#templates.values()) this.#budget.release(template);
    this.#templates.clear();
    this.#last = undefined;
  }

  #forget(template: KnownTemplate): void {
    this.#templates.delete(template.id);
    this.#budget.release(template);
    this.#last = undefined;
  }
}
