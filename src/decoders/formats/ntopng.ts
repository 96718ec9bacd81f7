import { type Format, TIME_KEYS } from '../json/format.ts';

/**
 * JSON of nProbe and ntopng (https://www.ntop.org/guides/nprobe/flow_information_elements.html): the names of the
 * information elements, or their numbers as nProbe sends them without labels (the NetFlow v9 number; for elements of
 * ntop itself also `35632.NUMBER`). nProbe corrects the counters for sampling itself.
 */
export const NTOPNG: Format = {
  name: 'ntopng',
  kind: 'flow',
  doc: 'nProbe or ntopng JSON, with the names of the elements or their numbers.',
  oneWay: true,
  zeroTimeIsUnknown: true,
  fields: {
    ts: [
      'FIRST_SWITCHED',
      '22',
      'FLOW_START_MILLISECONDS',
      '152',
      'FLOW_START_MICROSECONDS',
      '154',
      'FLOW_START_SEC',
      '150',
      ...TIME_KEYS,
    ],
    end: ['LAST_SWITCHED', '21', 'FLOW_END_MILLISECONDS', '153', 'FLOW_END_MICROSECONDS', '155', 'FLOW_END_SEC', '151'],
    src_ip: ['IPV4_SRC_ADDR', 'IPV6_SRC_ADDR', '8', '27'],
    dst_ip: ['IPV4_DST_ADDR', 'IPV6_DST_ADDR', '12', '28'],
    src_port: ['L4_SRC_PORT', '7'],
    dst_port: ['L4_DST_PORT', '11'],
    icmp_type: ['ICMP_IPV4_TYPE', '176'],
    icmp_code: ['ICMP_IPV4_CODE', '177'],
    proto: ['PROTOCOL', '4'],
    src_bytes: ['IN_BYTES', '1', 'INITIATOR_OCTETS', '231'],
    dst_bytes: ['OUT_BYTES', '23', 'RESPONDER_OCTETS', '232'],
    src_packets: ['IN_PKTS', '2', 'INITIATOR_PKTS', '298'],
    dst_packets: ['OUT_PKTS', '24', 'RESPONDER_PKTS', '299'],
    tcp_flags: ['TCP_FLAGS', '6'],
    tos: ['SRC_TOS', '5'],
    vlan: ['SRC_VLAN', '58', 'DOT1Q_SRC_VLAN', '243'],
    input_if: ['INPUT_SNMP', '10'],
    output_if: ['OUTPUT_SNMP', '14'],
    app: ['L7_PROTO_NAME', '57591', '35632.119', 'APPLICATION_NAME', '96', 'L7_PROTO', '57590', '35632.118'],
    domain: ['TLS_SERVER_NAME', 'SSL_SERVER_NAME', '57660', '35632.188', 'DNS_QUERY', '57677', 'HTTP_HOST', '57652'],
    user: ['FLOW_USER_NAME', '57593', '35632.121'],
    exporter: ['EXPORTER_IPV4_ADDRESS', '130', 'EXPORTER_IPV6_ADDRESS', '131', 'NPROBE_IPV4_ADDRESS'],
    sampling: ['SAMPLING_INTERVAL', '34'],
  },
  extras: {
    DST_VLAN: 'integer',
    IN_SRC_MAC: 'string',
    OUT_DST_MAC: 'string',
    SRC_AS: 'integer',
    DST_AS: 'integer',
    DIRECTION: 'integer',
    HTTP_URL: 'string',
    L7_PROTO_RISK: 'string',
    CLIENT_NW_LATENCY_MS: 'number',
    SERVER_NW_LATENCY_MS: 'number',
  },
  marks: ['IPV4_SRC_ADDR', 'IPV4_DST_ADDR', 'IPV6_SRC_ADDR', 'IPV6_DST_ADDR', 'FIRST_SWITCHED', '8', '12', '27', '28'],
};
