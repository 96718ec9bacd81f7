import { ByteWriter } from './byte-writer.ts';
import { FIELDS, type FieldDefinition } from './fields.ts';
import { type FlowSet, type Template, VARIABLE, writeRecord } from './template.ts';

export interface Netflow9Header {
  readonly sourceId: number;
  /** Datagrams sent before this one. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly exportTime: number;
  /** When the device started, milliseconds since 1970: flows tell their times relative to it. */
  readonly bootTime: number;
}

const DATA_TEMPLATES = 0;
const OPTIONS_TEMPLATES = 1;

/**
 * A datagram of NetFlow v9 (RFC 3954 section 5.1). Data and options templates in one set go into a FlowSet each.
 * Fields of variable length are not part of v9: give text a length.
 */
export function encodeNetflow9(header: Netflow9Header, sets: readonly FlowSet[]): Buffer {
  const out = new ByteWriter();
  out.u16(9);
  out.u16(sets.reduce((sum, set) => sum + ('templates' in set ? set.templates.length : set.records.length), 0));
  out.u32(header.exportTime - header.bootTime);
  out.u32(Math.floor(header.exportTime / 1000));
  out.u32(header.sequence);
  out.u32(header.sourceId);
  for (const set of sets) {
    if ('templates' in set) {
      writeTemplates(
        out,
        DATA_TEMPLATES,
        set.templates.filter((template) => template.scopes === 0),
      );
      writeTemplates(
        out,
        OPTIONS_TEMPLATES,
        set.templates.filter((template) => template.scopes > 0),
      );
    } else
      flowSet(out, set.template.id, () => {
        for (const record of set.records) writeRecord(out, set.template, record);
      });
  }
  return out.done();
}

function writeTemplates(out: ByteWriter, setId: number, templates: readonly Template[]): void {
  if (templates.length === 0) return;
  flowSet(out, setId, () => {
    for (const template of templates) {
      out.u16(template.id);
      if (setId === DATA_TEMPLATES) out.u16(template.fields.length);
      else {
        // Unlike IPFIX, v9 counts the bytes of the field descriptions here.
        out.u16(template.scopes * 4);
        out.u16((template.fields.length - template.scopes) * 4);
      }
      for (const { name, length } of template.fields) {
        const { id, pen }: FieldDefinition = FIELDS[name];
        if (length === VARIABLE || pen !== 0) throw new Error(`${name} cannot be told in NetFlow v9`);
        out.u16(id);
        out.u16(length);
      }
    }
  });
}

/** Set header, body, zeros up to a multiple of four bytes, which the length counts. */
function flowSet(out: ByteWriter, id: number, body: () => void): void {
  const start = out.length;
  out.u16(id);
  out.u16(0);
  body();
  out.align(4, start);
  out.patchU16(start + 2, out.length - start);
}

/** Milliseconds since 1970 as flowStartSysUpTime and flowEndSysUpTime tell them: since the device started. */
export function sysUpTime(time: number, bootTime: number): number {
  return Math.round(time - bootTime) >>> 0;
}
