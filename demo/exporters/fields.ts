/** How a value is put into bytes: `ntp` is dateTimeMicroseconds, given in milliseconds since 1970. */
export type FieldKind = 'unsigned' | 'address' | 'mac' | 'text' | 'bytes' | 'ntp';

export interface FieldDefinition {
  /** Number of the information element; NetFlow v9 uses the same ones below 128 and Cisco's own from 32768 on. */
  readonly id: number;
  /** Private enterprise number (IPFIX); 0 is IANA. */
  readonly pen: number;
  /** Usual length in bytes; 65535 is variable. */
  readonly length: number;
  readonly kind: FieldKind;
}

const REVERSE = 29_305;

const unsigned = (id: number, length: number, pen = 0): FieldDefinition => ({ id, pen, length, kind: 'unsigned' });
const ipv4 = (id: number): FieldDefinition => ({ id, pen: 0, length: 4, kind: 'address' });
const ipv6 = (id: number): FieldDefinition => ({ id, pen: 0, length: 16, kind: 'address' });
const mac = (id: number): FieldDefinition => ({ id, pen: 0, length: 6, kind: 'mac' });
const text = (id: number, length = 65_535): FieldDefinition => ({ id, pen: 0, length, kind: 'text' });
const bytes = (id: number, length: number): FieldDefinition => ({ id, pen: 0, length, kind: 'bytes' });
const ntp = (id: number): FieldDefinition => ({ id, pen: 0, length: 8, kind: 'ntp' });

/**
 * The fields that our exporters can send, under their names in IANA's registry of IPFIX information elements. Made from
 * the registry and the vendors' manuals, not from the table of the decoders, so that the two check each other.
 */
export const FIELDS = {
  octetDeltaCount: unsigned(1, 8),
  packetDeltaCount: unsigned(2, 8),
  protocolIdentifier: unsigned(4, 1),
  ipClassOfService: unsigned(5, 1),
  tcpControlBits: unsigned(6, 1),
  sourceTransportPort: unsigned(7, 2),
  sourceIPv4Address: ipv4(8),
  sourceIPv4PrefixLength: unsigned(9, 1),
  ingressInterface: unsigned(10, 4),
  destinationTransportPort: unsigned(11, 2),
  destinationIPv4Address: ipv4(12),
  destinationIPv4PrefixLength: unsigned(13, 1),
  egressInterface: unsigned(14, 4),
  ipNextHopIPv4Address: ipv4(15),
  bgpSourceAsNumber: unsigned(16, 4),
  bgpDestinationAsNumber: unsigned(17, 4),
  bgpNextHopIPv4Address: ipv4(18),
  flowEndSysUpTime: unsigned(21, 4),
  flowStartSysUpTime: unsigned(22, 4),
  postOctetDeltaCount: unsigned(23, 8),
  postPacketDeltaCount: unsigned(24, 8),
  sourceIPv6Address: ipv6(27),
  destinationIPv6Address: ipv6(28),
  sourceIPv6PrefixLength: unsigned(29, 1),
  destinationIPv6PrefixLength: unsigned(30, 1),
  flowLabelIPv6: unsigned(31, 4),
  icmpTypeCodeIPv4: unsigned(32, 2),
  samplingInterval: unsigned(34, 4),
  samplingAlgorithm: unsigned(35, 1),
  samplerId: unsigned(48, 1),
  samplerMode: unsigned(49, 1),
  samplerRandomInterval: unsigned(50, 4),
  minimumTTL: unsigned(52, 1),
  maximumTTL: unsigned(53, 1),
  fragmentIdentification: unsigned(54, 4),
  sourceMacAddress: mac(56),
  postDestinationMacAddress: mac(57),
  vlanId: unsigned(58, 2),
  postVlanId: unsigned(59, 2),
  ipVersion: unsigned(60, 1),
  flowDirection: unsigned(61, 1),
  ipNextHopIPv6Address: ipv6(62),
  bgpNextHopIPv6Address: ipv6(63),
  mplsTopLabelStackSection: bytes(70, 3),
  mplsLabelStackSection2: bytes(71, 3),
  destinationMacAddress: mac(80),
  postSourceMacAddress: mac(81),
  interfaceName: text(82),
  interfaceDescription: text(83),
  samplerName: text(84),
  octetTotalCount: unsigned(85, 8),
  packetTotalCount: unsigned(86, 8),
  forwardingStatus: unsigned(89, 1),
  applicationDescription: text(94),
  applicationId: bytes(95, 4),
  applicationName: text(96),
  flowEndReason: unsigned(136, 1),
  icmpTypeCodeIPv6: unsigned(139, 2),
  meteringProcessId: unsigned(143, 4),
  flowId: unsigned(148, 8),
  observationDomainId: unsigned(149, 4),
  flowStartSeconds: unsigned(150, 4),
  flowEndSeconds: unsigned(151, 4),
  flowStartMilliseconds: unsigned(152, 8),
  flowEndMilliseconds: unsigned(153, 8),
  flowStartMicroseconds: ntp(154),
  flowEndMicroseconds: ntp(155),
  flowDurationMilliseconds: unsigned(161, 4),
  icmpTypeIPv4: unsigned(176, 1),
  icmpCodeIPv4: unsigned(177, 1),
  icmpTypeIPv6: unsigned(178, 1),
  icmpCodeIPv6: unsigned(179, 1),
  postNATSourceIPv4Address: ipv4(225),
  postNATDestinationIPv4Address: ipv4(226),
  postNAPTSourceTransportPort: unsigned(227, 2),
  postNAPTDestinationTransportPort: unsigned(228, 2),
  natEvent: unsigned(230, 1),
  initiatorOctets: unsigned(231, 8),
  responderOctets: unsigned(232, 8),
  firewallEvent: unsigned(233, 1),
  ingressVRFID: unsigned(234, 4),
  egressVRFID: unsigned(235, 4),
  biflowDirection: unsigned(239, 1),
  dot1qVlanId: unsigned(243, 2),
  dot1qCustomerVlanId: unsigned(245, 2),
  initiatorPackets: unsigned(298, 8),
  responderPackets: unsigned(299, 8),
  selectorId: unsigned(302, 8),
  selectorAlgorithm: unsigned(304, 2),
  samplingPacketInterval: unsigned(305, 4),
  samplingPacketSpace: unsigned(306, 4),
  userName: text(371),
  reverseOctetDeltaCount: unsigned(1, 8, REVERSE),
  reversePacketDeltaCount: unsigned(2, 8, REVERSE),
  reverseTcpControlBits: unsigned(6, 1, REVERSE),
  /** Cisco ASA, NetFlow v9: why a flow was denied. */
  asaExtendedEvent: unsigned(33_002, 2),
  /** Cisco ASA, NetFlow v9: who was logged in. */
  asaUserName: text(40_000, 20),
  /** Scopes of NetFlow v9 options, which have numbers of their own (RFC 3954 section 6.1). */
  scopeSystem: unsigned(1, 4),
  scopeInterface: unsigned(2, 4),
} as const satisfies Record<string, FieldDefinition>;

export type FieldName = keyof typeof FIELDS;
