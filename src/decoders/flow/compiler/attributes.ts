import { type ElementType, snakeCase } from '../elements.ts';
import { VARIABLE } from '../template.ts';
import { binary, call, type Expression, known, number, type Step } from './expression.ts';
import { type HelperName, ROOM_FIXED, ROOM_PER_BYTE } from './helpers.ts';
import { isUint, type KnownField, length, type ProgramBuilder, start } from './program-builder.ts';

/** Fields without a column that are of use, by enterprise and id. */
const USUAL: ReadonlyMap<string, string> = new Map([
  ['0:18', 'bgp_next_hop'],
  ['0:31', 'flow_label'],
  ['0:44', 'src_prefix'],
  ['0:45', 'dst_prefix'],
  ['0:52', 'min_ttl'],
  ['0:53', 'max_ttl'],
  ['0:54', 'ip_id'],
  ['0:56', 'src_mac'],
  ['0:57', 'post_dst_mac'],
  ['0:59', 'post_vlan'],
  ['0:63', 'bgp_next_hop'],
  ['0:80', 'dst_mac'],
  ['0:81', 'post_src_mac'],
  ['0:88', 'fragment_offset'],
  ['0:89', 'forwarding_status'],
  ['0:94', 'app_description'],
  ['0:95', 'app_id'],
  ['0:147', 'ssid'],
  ['0:148', 'flow_id'],
  ['0:169', 'dst_prefix'],
  ['0:170', 'src_prefix'],
  ['0:192', 'ttl'],
  ['0:230', 'nat_event'],
  ['0:233', 'firewall_event'],
  ['0:234', 'vrf_in'],
  ['0:235', 'vrf_out'],
  ['0:236', 'vrf_name'],
  ['0:245', 'inner_vlan'],
  ['0:254', 'post_vlan'],
  ['0:255', 'post_inner_vlan'],
  ['0:365', 'station_mac'],
  ['0:367', 'access_point_mac'],
  ['0:372', 'app_category'],
  ['0:373', 'app_sub_category'],
  ['0:374', 'app_group'],
  ['0:457', 'http_status'],
  ['0:459', 'http_method'],
  ['0:461', 'http_target'],
  ['0:468', 'http_user_agent'],
  ['9:234', 'firewall_event_code'],
]);
const LABELS = 'mpls_labels';
/** Elements that are in a column and in `attrs` too. */
const TWICE = new Set(['0:95', '0:233']);
/** Padding, and the structured types of RFC 6313, are skipped by their length. */
const SKIPPED: ReadonlySet<ElementType> = new Set(['basicList', 'subTemplateList', 'subTemplateMultiList']);
const PADDING = 210;

/** The fields that have no column, as one JSON object. Has to come last: it takes what the others left. */
export function addAttributes(builder: ProgramBuilder): void {
  const groups = groupByKey(builder);
  if (groups.size === 0) return;
  let room: Expression = number(2);
  const steps: Step[] = [];
  for (const [name, fields] of groups) {
    const key = builder.key(name);
    room = binary(room, '+', roomOf(builder.keys[key].length, fields));
    for (const field of fields)
      if (field.length === VARIABLE) room = binary(room, '+', binary(length(field), '*', ROOM_PER_BYTE));
    steps.push(...(name === LABELS ? labels(key, fields) : firstOf(key, fields)));
  }
  builder.run(call('attrsBegin', known('row'), room));
  for (const step of steps) builder.step(step);
  builder.run(call('attrsEnd', known('row')));
}

function roomOf(key: number, fields: readonly KnownField[]): number {
  return fields.reduce(
    (sum, field) => sum + key + ROOM_FIXED + (field.length === VARIABLE ? 0 : field.length * ROOM_PER_BYTE),
    0,
  );
}

/** Fields under one key are alternatives of each other, as IPv4 and IPv6; a repeated element counts once. */
function groupByKey(builder: ProgramBuilder): Map<string, KnownField[]> {
  const groups = new Map<string, KnownField[]>();
  for (const field of builder.fields) {
    const key = keyOf(builder, field);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (!group) groups.set(key, [field]);
    else if (key === LABELS || !group.some(({ pen, id }) => pen === field.pen && id === field.id)) group.push(field);
  }
  return groups;
}

function keyOf(builder: ProgramBuilder, field: KnownField): string | undefined {
  const { pen, id, element } = field;
  const name = `${pen}:${id}`;
  if (field.length === 0 || (pen === 0 && id === PADDING) || (element && SKIPPED.has(element.type))) return undefined;
  if (builder.isTaken(field) && !TWICE.has(name)) return undefined;
  if (pen === 0 && id >= 70 && id <= 79 && field.length === 3) return LABELS;
  const usual = USUAL.get(name);
  if (usual) return usual;
  if (builder.options.fields === 'usual') return undefined;
  if (element) return snakeCase(element.name);
  return pen === 0 ? String(id) : name;
}

/** The labels of a stack, outermost first, as a list. */
function labels(key: number, fields: readonly KnownField[]): Step[] {
  const puts = fields.map((field) => call('putLabel', number(key), start(field)));
  return [...puts, call('closeList')].map((value) => ({ is: 'run', call: value }));
}

/** Writes the first of these that is not zero or empty. */
function firstOf(key: number, [field, ...others]: readonly KnownField[]): Step[] {
  const put = call(writerOf(field), number(key), start(field), length(field));
  if (others.length === 0) return [{ is: 'run', call: put }];
  return [{ is: 'when', test: binary(put, '===', 0), yes: firstOf(key, others), no: [] }];
}

/** How a field is written; one whose length does not fit its type is bytes. */
function writerOf({ pen, id, element, length: size }: KnownField): HelperName {
  if (pen === 0 && id === 95) return 'putApplicationId';
  if (pen === 0 && id === 233 && isUint(size)) return 'putFirewallEvent';
  if (!element) return isUint(size) ? 'putUint' : 'putHex';
  switch (element.type) {
    case 'unsigned8':
    case 'unsigned16':
    case 'unsigned32':
    case 'unsigned64':
    case 'dateTimeSeconds':
    case 'dateTimeMilliseconds':
      return isUint(size) ? 'putUint' : 'putHex';
    case 'signed8':
    case 'signed16':
    case 'signed32':
    case 'signed64':
      return size <= 6 || size === 8 ? 'putInt' : 'putHex';
    case 'float32':
    case 'float64':
      return size === 4 || size === 8 ? 'putFloat' : 'putHex';
    case 'boolean':
      return size === 1 ? 'putBoolean' : 'putHex';
    case 'macAddress':
      return size === 6 ? 'putMac' : 'putHex';
    case 'ipv4Address':
      return size === 4 ? 'putV4' : 'putHex';
    case 'ipv6Address':
      return size === 16 ? 'putV6' : 'putHex';
    case 'dateTimeMicroseconds':
    case 'dateTimeNanoseconds':
      return size === 8 ? 'putNtp' : 'putHex';
    case 'string':
      return 'putText';
    default:
      return 'putHex';
  }
}
