import { ByteWriter } from './byte-writer.ts';
import { FIELDS, type FieldDefinition } from './fields.ts';
import { type FlowSet, type Template, writeRecord } from './template.ts';

export interface IpfixHeader {
  readonly domain: number;
  /** Data records (options too, templates not) of this domain sent before this message. */
  readonly sequence: number;
  /** Milliseconds since 1970; the header has whole seconds. */
  readonly exportTime: number;
}

const TEMPLATE_SET = 2;
const OPTIONS_TEMPLATE_SET = 3;
const ENTERPRISE_BIT = 0x8000;

/** An IPFIX message (RFC 7011 section 3.1). Data and options templates go into a set each. */
export function encodeIpfix(header: IpfixHeader, sets: readonly FlowSet[]): Buffer {
  const out = new ByteWriter();
  out.u16(10);
  out.u16(0);
  out.u32(Math.floor(header.exportTime / 1000));
  out.u32(header.sequence);
  out.u32(header.domain);
  for (const set of sets) {
    if ('templates' in set) {
      writeTemplates(
        out,
        TEMPLATE_SET,
        set.templates.filter((template) => template.scopes === 0),
      );
      writeTemplates(
        out,
        OPTIONS_TEMPLATE_SET,
        set.templates.filter((template) => template.scopes > 0),
      );
    } else
      writeSet(out, set.template.id, () => {
        for (const record of set.records) writeRecord(out, set.template, record);
      });
  }
  out.patchU16(2, out.length);
  return out.done();
}

/** What the sequence number advances by after a message with these sets. */
export function countRecords(sets: readonly FlowSet[]): number {
  return sets.reduce((sum, set) => sum + ('records' in set ? set.records.length : 0), 0);
}

function writeTemplates(out: ByteWriter, id: number, templates: readonly Template[]): void {
  if (templates.length === 0) return;
  writeSet(out, id, () => {
    for (const template of templates) {
      out.u16(template.id);
      out.u16(template.fields.length);
      if (id === OPTIONS_TEMPLATE_SET) out.u16(template.scopes);
      for (const { name, length } of template.fields) {
        const definition: FieldDefinition = FIELDS[name];
        out.u16(definition.id | (definition.pen === 0 ? 0 : ENTERPRISE_BIT));
        out.u16(length);
        if (definition.pen !== 0) out.u32(definition.pen);
      }
    }
  });
}

/** Set header and body. No padding: it is optional, and a reader must manage without (RFC 7011 section 3.3.1). */
function writeSet(out: ByteWriter, id: number, body: () => void): void {
  const start = out.length;
  out.u16(id);
  out.u16(0);
  body();
  out.patchU16(start + 2, out.length - start);
}
