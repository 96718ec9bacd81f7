import type { TemplateReport } from '../../model/exporter.ts';
import { fieldLabel } from './elements.ts';
import type { KnownTemplate } from './known-template.ts';
import type { TemplateField } from './template.ts';
import type { TemplateProtocol } from './template-parser.ts';

/** Scope field types of NetFlow v9, which are no field types (RFC 3954 section 6.1). The first is number 1. */
const SCOPES = ['system', 'interface', 'lineCard', 'cache', 'template'];

/** Name of a scope field. In IPFIX these are information elements like any other. */
export function scopeLabel(field: TemplateField, protocol: TemplateProtocol): string {
  if (protocol === 'ipfix') return fieldLabel(field, protocol);
  return SCOPES[field.id - 1] ?? `scope/${field.id}`;
}

export function templateReport(protocol: TemplateProtocol, domain: number, template: KnownTemplate): TemplateReport {
  return {
    protocol,
    domain,
    id: template.id,
    kind: template.kind,
    fields: template.fields.map((field, i) =>
      i < template.scopes ? scopeLabel(field, protocol) : fieldLabel(field, protocol),
    ),
    record_bytes: template.variable ? null : template.bytes,
    first_seen: template.firstSeen,
    last_seen: template.lastSeen,
    records: template.records,
  };
}
