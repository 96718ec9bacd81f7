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

const late = (golden: string | number, ours: string | number | undefined) => Number(golden) - Number(ours) === 1000;

/** Every entry must be met with at least once: what has been put right in one of the goldens has to leave this list. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    golden: 'nfdump',
    kind: 'nf5',
    fields: ['src_mask', 'dst_mask'],
    when: (golden) => golden === 0,
    because: 'nfdump 1.7.1 leaves the masks of version 5 at 0.',
  },
  {
    golden: 'nfdump',
    input: 'Netflow5_Juniper_MX80',
    fields: ['packets', 'bytes'],
    when: (golden, ours) => golden === Number(ours) * 1000,
    because: 'nfdump has multiplied by the interval of the header, 1000; compared is what was counted.',
  },
  {
    golden: 'nfdump',
    input: 'Netflow_5_invalid',
    fields: ['count'],
    because: 'nfdump drops a datagram whose header says more records than there are; we take the whole ones.',
  },
  {
    golden: 'logstash',
    input: 'Netflow_5_invalid',
    fields: ['count'],
    because: 'logstash drops a datagram whose header says more records than there are; we take the whole ones.',
  },
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
    golden: 'logstash',
    input: 'Netflow_5_valid_01',
    fields: ['count'],
    because: 'Twelve messages glued together, of which logstash reads the first.',
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
    fields: ['end'],
    when: late,
    because: 'Logstash is 1,000 ms late; nfdump and tshark agree with us.',
  },
  {
    golden: 'logstash',
    input: 'Netflow5_Juniper_MX80',
    fields: ['start', 'end'],
    when: late,
    because: 'Logstash is 1,000 ms late; nfdump and tshark agree with us.',
  },
  {
    golden: 'tshark',
    input: 'sflow_multiple_counter_30_pdus',
    fields: ['count'],
    because: 'tshark has not read the datagrams of NetFlow 5 in this capture, which were sent to the port of sFlow.',
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
    input: 'sflow_issue_15918',
    fields: ['src_port'],
    when: (golden, ours) => golden === 0 && ours === 143,
    because: 'nfdump does not look behind the hop-by-hop header for the type of ICMPv6.',
  },
  {
    golden: 'telegraf',
    input: 'sflow_issue_15918',
    fields: ['proto'],
    when: (golden, ours) => golden === 'hopopt' && ours === 58,
    because: 'telegraf takes the hop-by-hop header for the protocol.',
  },
  {
    golden: 'telegraf',
    input: 'sflow_issue_15918',
    fields: ['input_if', 'flow_direction'],
    because: 'telegraf says egress, and the source of the sample as input, wherever the input is not the source.',
  },
  {
    golden: 'tshark',
    input: 'sflow_issue_15375',
    fields: ['count'],
    because: 'tshark does not know discarded packets (format 5).',
  },
  {
    golden: 'nfdump',
    input: 'sflow_issue_15375',
    fields: ['count'],
    because: 'nfdump does not know discarded packets (format 5).',
  },
];
