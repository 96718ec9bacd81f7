/** A difference between us and a golden that is no fault of ours, and why. */
export interface KnownDifference {
  /** The golden, and the inputs by a part of their path; without `input` all inputs of that golden. */
  readonly golden: 'logstash' | 'nfdump' | 'tshark' | 'telegraf' | 'tcpdump';
  readonly input?: string;
  /** Only inputs with datagrams of this kind. */
  readonly kind?: string;
  /** Fields that differ; `count` is the number of flows. */
  readonly fields: readonly string[];
  /** What the difference has to look like, besides. */
  readonly when?: (golden: string | number, ours: string | number | undefined) => boolean;
  readonly because: string;
}

type When = NonNullable<KnownDifference['when']>;
const late: When = (golden, ours) => Number(golden) - Number(ours) === 1000;
const zero: When = (golden) => Number(golden) === 0;

/** Every entry must be met with at least once: what has been put right in one of the goldens has to leave this list. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  // nfdump 1.7.1
  {
    golden: 'nfdump',
    kind: 'nf5',
    fields: ['src_mask', 'dst_mask'],
    when: zero,
    because: 'The masks of version 5 are left at 0.',
  },
  {
    golden: 'nfdump',
    input: 'Netflow5_Juniper_MX80',
    fields: ['packets', 'bytes'],
    when: (golden, ours) => golden === Number(ours) * 1000,
    because: 'Multiplied by the interval of the header, 1000; compared is what was counted.',
  },
  {
    golden: 'nfdump',
    input: 'Netflow_5_invalid',
    fields: ['count'],
    because: 'The header says more records than there are. nfdump drops all; we take the whole ones.',
  },
  {
    golden: 'nfdump',
    fields: ['start', 'end'],
    when: zero,
    because: 'Times are 0 where they are in seconds, in microseconds, or missing: ours are then those of the message.',
  },
  {
    golden: 'nfdump',
    input: 'logstash/IPFIX.pcap',
    fields: ['start', 'end'],
    because: 'Start and end are exchanged; tshark agrees with us.',
  },
  {
    golden: 'nfdump',
    input: 'logstash/IPFIX.pcap',
    fields: ['count'],
    when: (golden, ours) => golden === 6 && ours === 12,
    because: 'Three messages glued together, of which nfdump reads the first.',
  },
  {
    golden: 'nfdump',
    input: 'Netscaler_with_variable_length_fields.pcap',
    fields: ['count'],
    when: (golden, ours) => golden === 3 && ours === 6,
    because: 'nfdump drops the data that come before their template.',
  },
  {
    golden: 'nfdump',
    input: 'IPFIX_Procera',
    fields: ['src_ip', 'dst_ip'],
    when: (golden) => golden === '',
    because: 'The records have addresses of both families; nfdump takes the IPv6 ones, which are empty.',
  },
  {
    golden: 'nfdump',
    input: 'IPFIX_Procera',
    fields: ['dst_port'],
    when: (golden, ours) => golden === 0 && ours === 135,
    because: 'The ports of ICMPv6 hold the types of both directions; nfdump has 0 for them.',
  },
  {
    golden: 'nfdump',
    input: 'IPFIX_YAF',
    fields: ['src_mac', 'dst_mac', 'tcp_flags'],
    because: 'YAF has flags and hardware addresses in a list of subtemplates and in elements of its own.',
  },
  {
    golden: 'nfdump',
    input: 'IPFIX_YAF',
    fields: ['tos'],
    when: (golden, ours) => golden === 0 && ours === 2,
    because: 'nfdump takes the class of service of the reverse direction; tshark agrees with us.',
  },
  {
    golden: 'nfdump',
    fields: ['src_port'],
    when: (golden, ours) => golden === 0 && [8, 134, 136, 143].includes(Number(ours)),
    because: 'nfdump has type 0 for ICMP whose type is in the port of the destination only, or behind other headers.',
  },
  {
    golden: 'nfdump',
    input: 'Fortigate_FortiOS_54x',
    fields: ['reverse_bytes', 'reverse_packets'],
    because: 'The records have IN and OUT counters; we count IN only, nfdump takes OUT for the way back.',
  },
  {
    golden: 'nfdump',
    input: 'template_with_0_length_fields',
    fields: ['reverse_bytes', 'reverse_packets'],
    because: 'The records have IN and OUT counters; we count IN only, nfdump takes OUT for the way back.',
  },
  {
    golden: 'nfdump',
    input: 'sflow_issue_15918',
    fields: ['output_if'],
    when: (golden, ours) => golden === 10 && ours === undefined,
    because: 'The packet left by ten interfaces (format 2), which nfdump takes for interface 10.',
  },
  {
    golden: 'nfdump',
    input: 'sflow_issue_15375',
    fields: ['count'],
    because: 'Discarded packets (format 5) are not known.',
  },
  // tshark 4.0.17
  {
    golden: 'tshark',
    input: 'Netflow_5_invalid',
    fields: ['end'],
    because: 'These records end before they start; ours then end when they start.',
  },
  {
    golden: 'tshark',
    input: 'Netflow_5_valid_01',
    fields: ['count'],
    because: 'Twelve messages glued together, of which tshark reads the first.',
  },
  {
    golden: 'tshark',
    input: 'sflow_multiple_counter_30_pdus',
    fields: ['count'],
    because: 'The datagrams of NetFlow 5 in this capture are not read, for they were sent to the port of sFlow.',
  },
  {
    golden: 'tshark',
    input: 'sflow_issue_15375',
    fields: ['count'],
    because: 'Discarded packets (format 5) are not known.',
  },
  {
    golden: 'tshark',
    input: 'logstash/IPFIX.pcap',
    fields: ['count'],
    when: (golden, ours) => golden === 6 && ours === 12,
    because: 'Three messages glued together, of which tshark reads the first.',
  },
  {
    golden: 'tshark',
    input: 'IPFIX_Procera',
    fields: ['src_port'],
    when: (golden, ours) => golden === 0 && ours === 136,
    because: 'The ports of ICMPv6 hold the types of both directions, not type * 256 + code.',
  },
  {
    golden: 'tshark',
    fields: ['start'],
    when: zero,
    because: 'A start of 0 milliseconds after the start of the device is shown as 1970.',
  },
  {
    golden: 'tshark',
    input: 'Netscaler_with_variable_length_fields.pcap',
    fields: ['count'],
    when: (golden, ours) => golden === 3 && ours === 6,
    because: 'tshark drops the data that come before their template.',
  },
  {
    golden: 'tshark',
    input: 'Netflow_9_H3C.pcap',
    fields: ['count'],
    when: (golden, ours) => golden === 1 && ours === 16,
    because: 'tshark reads one flow of sixteen; nfdump agrees with us.',
  },
  {
    golden: 'tshark',
    input: 'Netflow_9_invalid_01',
    fields: ['count'],
    when: (golden, ours) => golden === 0 && ours === 2,
    because: 'tshark gives up where the last set is cut; nfdump agrees with us.',
  },
  // logstash
  {
    golden: 'logstash',
    fields: ['start', 'end'],
    when: late,
    because: 'Times relative to sysUptime are 1,000 ms late; nfdump and tshark agree with us.',
  },
  {
    golden: 'logstash',
    input: 'Netflow_5_valid_01',
    fields: ['start'],
    when: (golden, ours) => Number(golden) - Number(ours) === 2 ** 32,
    because: 'The start 0xFFFFFFFF has wrapped; nfdump agrees with us.',
  },
  {
    golden: 'logstash',
    input: 'Netflow_5_valid_01',
    fields: ['count'],
    because: 'Twelve messages glued together, of which logstash reads the first.',
  },
  {
    golden: 'logstash',
    input: 'logstash/IPFIX.pcap',
    fields: ['count'],
    when: (golden, ours) => golden === 7 && ours === 13,
    because: 'Three messages glued together, of which logstash reads the first.',
  },
  {
    golden: 'logstash',
    input: 'Netscaler_with_variable_length_fields.pcap',
    fields: ['count'],
    when: (golden, ours) => golden === 3 && ours === 6,
    because: 'logstash drops the data that come before their template.',
  },
  // telegraf
  {
    golden: 'telegraf',
    input: 'sflow_issue_15918',
    fields: ['proto'],
    when: (golden, ours) => golden === 'hopopt' && ours === 58,
    because: 'The hop-by-hop header is taken for the protocol.',
  },
  {
    golden: 'telegraf',
    input: 'sflow_issue_15918',
    fields: ['input_if', 'flow_direction'],
    because: 'It says egress, and the source of the sample as input, wherever the input is not the source.',
  },
];
