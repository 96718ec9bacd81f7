import { type AddressColumnName, call, type Expression, number, type Step } from './expression.ts';
import { type KnownField, type ProgramBuilder, start } from './program-builder.ts';

type Elements = readonly (readonly [pen: number, id: number])[];

/** Elements that say where a packet came from, the best first; those of a later line count where the earlier are absent. */
const SOURCES: readonly Elements[] = [
  [
    [0, 8],
    [0, 27],
  ],
  // Cisco application visibility: client and server instead of source and destination.
  [
    [9, 12_236],
    [9, 12_238],
  ],
  // Aggregated by prefix.
  [
    [0, 44],
    [0, 170],
  ],
  // A wireless controller counts for every station, with one address only.
  [[0, 366]],
];
const DESTINATIONS: readonly Elements[] = [
  [
    [0, 12],
    [0, 28],
  ],
  [
    [9, 12_237],
    [9, 12_239],
  ],
  [
    [0, 45],
    [0, 169],
  ],
];
/** Elements that may stand for "none" by being zero. */
const OTHERS: readonly (readonly [AddressColumnName, Elements])[] = [
  [
    'next_hop',
    [
      [0, 15],
      [0, 62],
    ],
  ],
  [
    'src_nat_ip',
    [
      [0, 225],
      [0, 281],
    ],
  ],
  [
    'dst_nat_ip',
    [
      [0, 226],
      [0, 282],
    ],
  ],
];

/**
 * Source, destination, next hop and translated addresses. Answers whether the template has a source or a destination.
 * @param hasFrame whether a sampled frame may have brought addresses, which zeros in the record do not wipe out.
 */
export function addAddresses(builder: ProgramBuilder, hasFrame: boolean): boolean {
  const sources = firstPresent(builder, SOURCES);
  const destinations = firstPresent(builder, DESTINATIONS);
  addFirstSet(builder, 'src_ip', sources, !hasFrame);
  addFirstSet(builder, 'dst_ip', destinations, !hasFrame);
  for (const [column, elements] of OTHERS) addFirstSet(builder, column, present(builder, elements), false);
  return sources.length + destinations.length > 0;
}

function firstPresent(builder: ProgramBuilder, choices: readonly Elements[]): KnownField[] {
  for (const elements of choices) {
    const fields = present(builder, elements);
    if (fields.length > 0) return fields;
  }
  return [];
}

/** An address of another length than its family's is none. */
function present(builder: ProgramBuilder, elements: Elements): KnownField[] {
  return elements
    .map(([pen, id]) => builder.find(pen, id))
    .filter((field) => field !== undefined && field.length === width(field))
    .map((field) => builder.take(field as KnownField));
}

function width(field: KnownField): number {
  return field.element?.type === 'ipv6Address' ? 16 : 4;
}

/** Puts the first of these that is not zero into the column; the first of all, where all are zero and `always`. */
function addFirstSet(
  builder: ProgramBuilder,
  column: AddressColumnName,
  fields: readonly KnownField[],
  always: boolean,
): void {
  if (fields.length === 0) return;
  const set = (field: KnownField): Step => ({ is: width(field) === 16 ? 'v6' : 'v4', column, field: field.index });
  const otherwise: Step[] = always ? [set(fields[0])] : [];
  const steps = fields.reduceRight<readonly Step[]>((rest, field, index) => {
    // The last one is the fallback as well when it is alone.
    if (always && fields.length === 1 && index === 0) return [set(field)];
    return [{ is: 'when', test: isNotZero(field), yes: [set(field)], no: rest }];
  }, otherwise);
  for (const step of steps) builder.step(step);
}

export function isNotZero(field: KnownField): Expression {
  if (width(field) === 4) return { is: 'uint', field: field.index };
  return call('isSet', start(field), number(16));
}
