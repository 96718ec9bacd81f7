import { binary, choice, type Expression, number } from './expression.ts';
import type { ProgramBuilder } from './program-builder.ts';

const ICMP = 1;
const ICMP6 = 58;
const ZERO = number(0);

/** Protocol, ports, and what stands in the ports of ICMP: its type and its code. */
export function addPorts(builder: ProgramBuilder): void {
  const proto = builder.anyUint([0, 4], [0, 193]);
  const source = builder.anyUint([0, 7], [0, 182], [0, 180], [9, 12_240]);
  const destination = builder.anyUint([0, 11], [0, 183], [0, 181], [9, 12_241]);
  const icmp4 = typeAndCode(builder, 32, 176, 177);
  const icmp6 = typeAndCode(builder, 139, 178, 179);
  const hasType4 = builder.find(0, 176) !== undefined;
  const hasType6 = builder.find(0, 178) !== undefined;
  let sourceValue = source;
  let destinationValue = destination;
  if (proto && (destination ?? icmp4 ?? icmp6)) {
    const protocol = builder.let(proto);
    const sourcePort = builder.let(source ?? ZERO);
    const destinationPort = builder.let(destination ?? ZERO);
    builder.step({ is: 'store', column: 'proto', value: protocol });
    const isIcmp = binary(binary(protocol, '===', ICMP), '||', binary(protocol, '===', ICMP6));
    // Version 5 and most of version 9 write type * 256 + code as the destination port and leave the source port 0.
    const inPort = choice(binary(sourcePort, '===', 0), destinationPort, number(-1));
    // A type in an element of its own counts when it is 0 too (echo reply): ASA has an identifier in the port then.
    const told4 = hasType4 && icmp4 ? icmp4 : binary(icmp4 ?? icmp6 ?? ZERO, '||', inPort);
    const told6 = hasType6 && icmp6 ? icmp6 : binary(icmp6 ?? icmp4 ?? ZERO, '||', inPort);
    const told = choice(binary(protocol, '===', ICMP), told4, told6);
    const message = builder.let(choice(isIcmp, told, number(-1)));
    const isMessage = binary(message, '>=', 0);
    sourceValue = choice(isMessage, binary(binary(message, '>>>', 8), '&', 255), sourcePort);
    destinationValue = choice(isMessage, binary(message, '&', 255), destinationPort);
  } else if (proto) builder.step({ is: 'store', column: 'proto', value: proto });
  if (sourceValue) builder.step({ is: 'store', column: 'src_port', value: sourceValue });
  if (destinationValue) builder.step({ is: 'store', column: 'dst_port', value: destinationValue });
  const sourceNat = builder.uint(0, 227);
  if (sourceNat) builder.step({ is: 'store', column: 'src_nat_port', value: sourceNat });
  const destinationNat = builder.uint(0, 228);
  if (destinationNat) builder.step({ is: 'store', column: 'dst_nat_port', value: destinationNat });
}

/** type * 256 + code, from one element or from two. */
function typeAndCode(builder: ProgramBuilder, both: number, type: number, code: number): Expression | undefined {
  const together = builder.uint(0, both);
  const types = builder.uint(0, type);
  const codes = builder.uint(0, code);
  const apart = (types ?? codes) ? binary(binary(types ?? ZERO, '<<', 8), '|', codes ?? ZERO) : undefined;
  return together && apart ? binary(together, '||', apart) : (together ?? apart);
}
