import type { ApplicationNames } from './application-names.ts';
import type { Domain } from './domain.ts';
import type { FlowOptions } from './flow-options.ts';
import { KnownTemplate } from './known-template.ts';
import { wholeRate } from './sampling-rates.ts';
import type { TemplateField } from './template.ts';
import { LEAST_TEMPLATE_ID } from './template-parser.ts';

/**
 * What one exporter told over NetFlow v9 or IPFIX, as plain JSON, so that its first datagram after a restart of the
 * collector can be decoded. `key` is that of the domain; a field is `[id, length]`, or `[id, length, enterprise]`.
 */
interface SavedDomain {
  readonly key: number;
  readonly templates: readonly SavedTemplate[];
  readonly sampling?: readonly (readonly [selector: number | null, rate: number, at: number])[];
  /** Milliseconds since 1970. */
  readonly boot?: number;
}

interface SavedTemplate {
  readonly id: number;
  /** Scope fields of an options template; a data template has none of this. */
  readonly scopes?: number;
  readonly fields: readonly (readonly number[])[];
  /** Microseconds since 1970. */
  readonly seen: number;
}

/** What is saved and loaded: implemented by `TemplateState`. */
interface Holder {
  readonly applications: ApplicationNames;
  bootTime: number;
  domain(key: number, now: number): Domain;
  domains(): Iterable<Domain>;
  tellSampling(domain: Domain, selector: number | null, rate: number, at: number): boolean;
}

/** Plain JSON for {@link loadDomains}; undefined when nothing is known. */
export function saveDomains(state: Holder): unknown {
  const domains: SavedDomain[] = [];
  for (const domain of state.domains()) {
    const sampling = [...domain.sampling.all()].map(([selector, { rate, at }]) => [selector, rate, at] as const);
    const boot = Number.isNaN(domain.bootTime) ? undefined : domain.bootTime;
    if (domain.templates.size === 0 && sampling.length === 0 && boot === undefined) continue;
    domains.push({
      key: domain.key,
      templates: [...domain.templates.all()].map(savedTemplate),
      ...(sampling.length > 0 && { sampling }),
      ...(boot !== undefined && { boot }),
    });
  }
  const applications = state.applications.save();
  if (domains.length === 0 && applications === undefined) return undefined;
  return { version: 1, domains, ...(applications !== undefined && { applications }) };
}

function savedTemplate(template: KnownTemplate): SavedTemplate {
  return {
    id: template.id,
    ...(template.kind === 'options' && { scopes: template.scopes }),
    fields: template.fields.map(({ id, pen, length }) => (pen === 0 ? [id, length] : [id, length, pen])),
    seen: template.firstSeen,
  };
}

/**
 * Takes what {@link saveDomains} gave to an earlier process into a state that is new. It may be anything: whatever does
 * not look right is left out.
 */
export function loadDomains(saved: unknown, state: Holder, options: FlowOptions, now: number): void {
  if (!isObject(saved) || saved.version !== 1) return;
  state.applications.load(saved.applications);
  // Keys with a port are of no use, and would stay for ever, once ports do not tell exporters apart.
  const below = options.sessionByPort ? 2 ** 48 : 2 ** 32;
  for (const entry of listOf(saved.domains)) {
    if (!isObject(entry) || !isWhole(entry.key, below)) continue;
    const domain = state.domain(entry.key, now);
    for (const template of listOf(entry.templates)) loadTemplate(template, domain, options.maxFields, now);
    for (const told of listOf(entry.sampling)) loadRate(told, domain, state);
    if (typeof entry.boot === 'number' && entry.boot > 0) state.bootTime = domain.bootTime = entry.boot;
  }
}

function loadTemplate(saved: unknown, domain: Domain, maxFields: number, now: number): void {
  if (!isObject(saved) || !isWhole(saved.id, 2 ** 16) || saved.id < LEAST_TEMPLATE_ID) return;
  const written = listOf(saved.fields);
  const fields = written.map(fieldOf).filter((field) => field !== undefined);
  if (fields.length !== written.length || fields.length === 0 || fields.length > maxFields) return;
  const scopes = saved.scopes ?? 0;
  if (!isWhole(scopes, fields.length + 1)) return;
  const kind = saved.scopes === undefined ? 'data' : 'options';
  const seen = typeof saved.seen === 'number' && saved.seen > 0 ? saved.seen : now;
  domain.templates.set(new KnownTemplate(saved.id, kind, fields, scopes, seen, now));
}

function fieldOf(saved: unknown): TemplateField | undefined {
  const [id, length, pen = 0] = listOf(saved);
  return isWhole(id, 2 ** 16) && isWhole(length, 2 ** 16) && isWhole(pen, 2 ** 32) ? { id, pen, length } : undefined;
}

function loadRate(saved: unknown, domain: Domain, state: Holder): void {
  const [selector, rate, at] = listOf(saved);
  if (selector !== null && !isWhole(selector, Number.MAX_SAFE_INTEGER)) return;
  if (typeof rate !== 'number' || Number.isNaN(wholeRate(rate)) || typeof at !== 'number') return;
  state.tellSampling(domain, selector, wholeRate(rate), at);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isWhole(value: unknown, below: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < below;
}
