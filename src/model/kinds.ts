/**
 * The closed vocabularies of an event. Codes are stored (Enum8), so a number, once given, is never reused.
 */

/** What an event is. `flow` covers NetFlow, IPFIX and sFlow; `conn` is a connection with both directions in one record. */
export const KINDS = {
  flow: 1,
  conn: 2,
  dns: 3,
  tls: 4,
  http: 5,
  honeypot: 6,
  packet: 7,
  notice: 8,
  weird: 9,
  file: 10,
} as const;
export type Kind = keyof typeof KINDS;

/** Where an address lives, by the IANA special-purpose registries. Only `global` addresses are ever located. */
export const SCOPES = {
  none: 0,
  global: 1,
  private: 2,
  loopback: 3,
  'link-local': 4,
  multicast: 5,
  broadcast: 6,
  documentation: 7,
  'shared-nat': 8,
  reserved: 9,
} as const;
export type Scope = keyof typeof SCOPES;

/** Seen from the home networks (setting `homeNetworks`): which way the initiator's traffic goes. */
export const DIRECTIONS = { unknown: 0, inbound: 1, outbound: 2, internal: 3, external: 4 } as const;
export type Direction = keyof typeof DIRECTIONS;

/** Where a flow was observed (IPFIX flowDirection, IE 61); 0 is "not said". */
export const FLOW_DIRECTIONS = { ingress: 1, egress: 2 } as const;

/** IANA protocol numbers that people call by name. */
export const PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  egp: 8,
  udp: 17,
  ipv6: 41,
  rsvp: 46,
  gre: 47,
  esp: 50,
  ah: 51,
  icmp6: 58,
  eigrp: 88,
  ospf: 89,
  pim: 103,
  vrrp: 112,
  l2tp: 115,
  sctp: 132,
  udplite: 136,
};

const protocolNames = new Map(Object.entries(PROTOCOLS).map(([name, number]) => [number, name]));

/** `6` → `tcp`; a number without a common name is given as its digits. */
export function protocolName(number: number): string {
  return protocolNames.get(number) ?? String(number);
}

/** `TCP`, `tcp`, `6` or `ipv6-icmp` → 6, 6, 6, 58; undefined when it names no protocol. */
export function protocolNumber(text: string): number | undefined {
  const name = text.toLowerCase();
  const known = PROTOCOLS[name] ?? (name === 'ipv6-icmp' || name === 'icmpv6' ? 58 : undefined);
  if (known !== undefined) return known;
  if (!/^\d{1,3}$/.test(name)) return undefined;
  const number = Number(name);
  return number <= 255 ? number : undefined;
}
