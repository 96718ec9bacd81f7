import { cefEncoder } from './cef.ts';
import { cimEncoder } from './cim.ts';
import { ecsEncoder } from './ecs.ts';
import { leefEncoder } from './leef.ts';
import { ocsfEncoder } from './ocsf.ts';
import type { EncoderParts, RowEncoder } from './row-encoder.ts';
import { vedetteEncoder } from './vedette.ts';

/** Formats whose lines are JSON objects: names of Vedette's API, ECS 8, OCSF or Splunk's CIM. */
export const DOCUMENT_FORMATS = ['vedette', 'ecs', 'ocsf', 'cim'] as const;
export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number];

/** All formats: the documents, and the two formats of lines that SIEMs read from syslog. */
export const LINE_FORMATS = [...DOCUMENT_FORMATS, 'cef', 'leef'] as const;
export type LineFormat = (typeof LINE_FORMATS)[number];

const MAKERS: Readonly<Record<LineFormat, (parts: EncoderParts) => RowEncoder>> = {
  vedette: () => vedetteEncoder(),
  ecs: ecsEncoder,
  ocsf: ocsfEncoder,
  cim: cimEncoder,
  cef: cefEncoder,
  leef: leefEncoder,
};

/** The encoder of a format, for outputs that leave the choice to their configuration. */
export function encoderNamed(format: LineFormat, parts: EncoderParts): RowEncoder {
  return MAKERS[format](parts);
}

/** Where each document has its event's id, which is never escaped: digits, or `test-` and a UUID. */
const ID = /^\{"id":"([^"]+)"|"event":\{"id":"([^"]+)"|"metadata":\{"uid":"([^"]+)"/;

/** Id of the event in a line of one of {@link DOCUMENT_FORMATS}; undefined where there is none. */
export function idOfLine(line: string): string | undefined {
  const [, plain, ecs, ocsf] = ID.exec(line) ?? [];
  return plain ?? ecs ?? ocsf;
}
