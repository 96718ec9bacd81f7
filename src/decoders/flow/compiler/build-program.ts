import { REVERSE_PEN, type TemplateField } from '../template.ts';
import { addAddresses } from './addresses.ts';
import { addAttributes } from './attributes.ts';
import { addCounters, hasCounters } from './counters.ts';
import { binary, call, choice, type Expression, known, type NumberColumnName, number } from './expression.ts';
import { addPorts } from './ports.ts';
import { length, type Program, ProgramBuilder, type ProgramOptions, start } from './program-builder.ts';
import { addTexts } from './texts.ts';
import { addTimes } from './times.ts';

type Elements = readonly (readonly [pen: number, id: number])[];

/** Numbers that go into a column as they are, with the elements that say them; the first that is not zero counts. */
const PLAIN: readonly (readonly [NumberColumnName, Elements])[] = [
  [
    'vlan',
    [
      [0, 58],
      [0, 243],
    ],
  ],
  [
    'input_if',
    [
      [0, 10],
      [0, 252],
    ],
  ],
  [
    'output_if',
    [
      [0, 14],
      [0, 253],
    ],
  ],
  [
    'src_mask',
    [
      [0, 9],
      [0, 29],
    ],
  ],
  [
    'dst_mask',
    [
      [0, 13],
      [0, 30],
    ],
  ],
  ['src_bgp_asn', [[0, 16]]],
  ['dst_bgp_asn', [[0, 17]]],
];

/**
 * Works out how the records of a template become rows. A template without addresses makes none: tables of interfaces,
 * VRFs or statistics are sent as data too. Hardware addresses count where there is something to count; a sampled frame
 * brings its own addresses.
 */
export function buildProgram(fields: readonly TemplateField[], options: ProgramOptions): Program {
  const builder = new ProgramBuilder(fields, options);
  const { layout, keys } = builder;
  const frame = addFrame(builder);
  const outer = builder.steps;
  let hasAddress = false;
  const steps = builder.apart(() => {
    hasAddress = addAddresses(builder, frame !== undefined) || hasLayer2(builder);
    addTimes(builder);
    addPorts(builder);
    addCounters(builder, frame !== undefined);
    addNumbers(builder);
    addTexts(builder);
    addAttributes(builder);
  });
  if (hasAddress) return { layout, keys, keep: true, steps: [...outer, ...steps] };
  if (!frame) return { layout, keys: [], keep: false, steps: [] };
  return { layout, keys, keep: frame, steps: [...outer, { is: 'when', test: frame, yes: steps, no: [] }] };
}

function hasLayer2(builder: ProgramBuilder): boolean {
  return (builder.find(0, 56) ?? builder.find(0, 80)) !== undefined && hasCounters(builder);
}

/**
 * A section of a sampled frame (RFC 7133; 104 is its older name). Padding behind a section in a fixed field is cut off
 * by sectionExportedOctets (410); dataLinkFrameSize (312) is what the frame measured on the wire.
 */
function addFrame(builder: ProgramBuilder): Expression | undefined {
  const section = builder.find(0, 315) ?? builder.find(0, 104);
  if (!section || section.length === 0) return undefined;
  builder.take(section);
  const whole = length(section);
  const exported = builder.uint(0, 410);
  const least = exported && builder.let(exported);
  const size = least
    ? builder.let(choice(binary(binary(least, '>', 0), '&&', binary(least, '<', whole)), least, whole))
    : whole;
  const measured = builder.anyUint([0, 312], [0, 103]);
  const frameLength = measured ? binary(measured, '||', size) : size;
  return builder.let(call('frame', known('row'), start(section), size, frameLength));
}

function addNumbers(builder: ProgramBuilder): void {
  for (const [column, elements] of PLAIN) {
    const value = builder.anyUint(...elements);
    if (value) builder.step({ is: 'store', column, value });
  }
  const tos = builder.uint(0, 5);
  const dscp = tos ? undefined : builder.uint(0, 195);
  if (tos) builder.step({ is: 'store', column: 'tos', value: tos });
  else if (dscp) builder.step({ is: 'store', column: 'tos', value: binary(dscp, '<<', 2) });
  addFlags(builder);
  const seen = builder.uint(0, 61);
  if (!seen) return;
  // On the wire 0 is ingress and 1 egress; the column has 0 for "not said".
  const value = builder.let(seen);
  const code = choice(binary(value, '<', 2), binary(value, '+', 1), number(0));
  builder.step({ is: 'store', column: 'flow_direction', value: code });
}

/** The union of the flags of both directions; YAF tells those of the first packet and of the others apart. */
function addFlags(builder: ProgramBuilder): void {
  const told = builder.uints(
    [0, 6],
    [REVERSE_PEN, 6],
    [6871, 14],
    [6871, 15],
    [6871, 0x4000 + 14],
    [6871, 0x4000 + 15],
  );
  if (told.length === 0) return;
  const union = told.reduce((sum, flags) => binary(sum, '|', flags));
  builder.step({ is: 'store', column: 'tcp_flags', value: binary(union, '&', 255) });
}
