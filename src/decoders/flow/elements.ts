import { IANA_ELEMENTS } from './iana-elements.ts';
import { REVERSE_PEN, type TemplateField } from './template.ts';
import { VENDOR_ELEMENTS } from './vendor-elements.ts';

/** The abstract data types of IPFIX (RFC 7012 section 3.1, RFC 6313 for the lists). */
const TYPES = {
  '1': 'unsigned8',
  '2': 'unsigned16',
  '4': 'unsigned32',
  '8': 'unsigned64',
  i1: 'signed8',
  i2: 'signed16',
  i4: 'signed32',
  i8: 'signed64',
  f: 'float32',
  d: 'float64',
  b: 'boolean',
  m: 'macAddress',
  o: 'octetArray',
  s: 'string',
  t: 'dateTimeSeconds',
  T: 'dateTimeMilliseconds',
  u: 'dateTimeMicroseconds',
  n: 'dateTimeNanoseconds',
  a: 'ipv4Address',
  A: 'ipv6Address',
  l: 'basicList',
  L: 'subTemplateList',
  M: 'subTemplateMultiList',
} as const;

export type ElementType = (typeof TYPES)[keyof typeof TYPES];

/** What a field of a template means. The type is the one of the registry: the length is the template's business. */
export interface Element {
  readonly name: string;
  readonly type: ElementType;
}

/**
 * NetFlow version 9 has no enterprise numbers: vendors took field types from 32768 on. Each row says where a range of
 * them is found: first type, last type, enterprise and id of the first.
 */
const NETFLOW9_RANGES: readonly (readonly [first: number, last: number, pen: number, id: number])[] = [
  // Cisco ASA: the translation and the event of NetFlow secure event logging as they were numbered at first.
  [40_001, 40_004, 0, 225],
  [40_005, 40_005, 0, 233],
  [56_701, 56_702, 25_461, 56_701],
  // ntop
  [57_472, 65_535, 35_632, 0],
  // Cisco, everything else
  [32_768, 65_535, 9, 0],
];
const YAF_PEN = 6871;
const YAF_REVERSE = 0x4000;

const iana = elementsOf(IANA_ELEMENTS);
const vendors = new Map(Object.entries(VENDOR_ELEMENTS).map(([pen, text]) => [Number(pen), elementsOf(text)]));

/** Reads the compact form of a table: `id name:type name:type ... id name:type`. */
function elementsOf(text: string): ReadonlyMap<number, Element> {
  const elements = new Map<number, Element>();
  let id = 0;
  for (const word of text.trim().split(/\s+/)) {
    const colon = word.indexOf(':');
    if (colon < 0) id = Number(word);
    else elements.set(id++, { name: word.slice(0, colon), type: TYPES[word.slice(colon + 1) as keyof typeof TYPES] });
  }
  return elements;
}

/**
 * The element that a field of a template is, undefined when it is not known.
 * @param pen private enterprise number, 0 for IANA; 29305 is the reverse of an IANA element (RFC 5103).
 * @param id without the enterprise bit; in NetFlow version 9 all 16 bits are the type.
 */
export function elementNamed(pen: number, id: number, protocol: 'netflow9' | 'ipfix'): Element | undefined {
  if (protocol === 'netflow9' && id >= 0x8000) {
    const identity = identityOf({ pen, id }, protocol);
    return elementNamed(identity.pen, identity.id, 'ipfix');
  }
  if (pen === REVERSE_PEN) return reversed(iana.get(id));
  if (pen === YAF_PEN && (id & YAF_REVERSE) !== 0) return reversed(vendors.get(pen)?.get(id & ~YAF_REVERSE));
  if (pen !== 0) return vendors.get(pen)?.get(id);
  return iana.get(id);
}

/** Enterprise and id of a field, where the ones of NetFlow version 9 that stand for an enterprise are translated. */
export function identityOf(
  { pen, id }: Pick<TemplateField, 'pen' | 'id'>,
  protocol: 'netflow9' | 'ipfix',
): { readonly pen: number; readonly id: number } {
  if (protocol === 'ipfix' || pen !== 0 || id < 0x8000) return { pen, id };
  for (const [first, last, enterprise, start] of NETFLOW9_RANGES)
    if (id >= first && id <= last) return { pen: enterprise, id: id - first + start };
  return { pen, id };
}

/** Name of a field for people: `sourceIPv4Address`, or `enterprise/number` where it is not known. */
export function fieldLabel(field: TemplateField, protocol: 'netflow9' | 'ipfix'): string {
  return elementNamed(field.pen, field.id, protocol)?.name ?? `${field.pen}/${field.id}`;
}

function reversed(element: Element | undefined): Element | undefined {
  if (!element) return undefined;
  return { name: `reverse${element.name[0].toUpperCase()}${element.name.slice(1)}`, type: element.type };
}

/** `sourceIPv4Address` as a key of `attrs`: `source_ipv4_address`. */
export function snakeCase(name: string): string {
  return name
    .replace(/IPv([46])/g, 'Ipv$1')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}
