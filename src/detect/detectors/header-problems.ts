/** What a problem of headers means, and how much it is worth. */
export interface HeaderProblem {
  /** Bit of `Observation.problems`. */
  readonly bit: number;
  readonly kind: string;
  /** Ends the sentence "10.0.0.1 sent ...". */
  readonly text: string;
  readonly why: string;
  readonly score: number;
  readonly techniques: readonly string[];
}

/** Bits of flags that no TCP sends, which scans are known by as well. */
export const NULL_FLAGS = 16;
export const SYN_FIN = 32;
export const XMAS = 128;

/**
 * The problems that are worth telling, of those that the dissector of packets marks (`PROBLEMS` of packets/dissected.ts,
 * which a test keeps equal to this). A packet cut by the capture is none of them.
 */
export const HEADER_PROBLEMS: readonly HeaderProblem[] = [
  {
    bit: 2,
    kind: 'badIpLength',
    text: 'packets whose IP length does not fit',
    why: 'No working stack sends them: a broken device, or somebody who tests how yours take it.',
    score: 30,
    techniques: ['T1499.004'],
  },
  {
    bit: 4,
    kind: 'badTransportLength',
    text: 'packets whose TCP or UDP length does not fit',
    why: 'No working stack sends them: a broken device, or somebody who tests how yours take it.',
    score: 30,
    techniques: ['T1499.004'],
  },
  {
    bit: 8,
    kind: 'land',
    text: 'packets with the same address and port at both ends',
    why: 'This is the LAND attack, or forged sources: on a wire such packets make no sense.',
    score: 65,
    techniques: ['T1499.004'],
  },
  {
    bit: NULL_FLAGS,
    kind: 'nullFlags',
    text: 'TCP segments without any flag',
    why: 'No TCP sends them; scanners do, to pass simple filters.',
    score: 45,
    techniques: ['T1046'],
  },
  {
    bit: SYN_FIN,
    kind: 'synFin',
    text: 'TCP segments with both SYN and FIN',
    why: 'No TCP sends them; scanners do, to pass simple filters and to tell systems apart.',
    score: 45,
    techniques: ['T1046'],
  },
  {
    bit: 64,
    kind: 'synRst',
    text: 'TCP segments with both SYN and RST',
    why: 'No TCP sends them; scanners do, to tell systems apart.',
    score: 45,
    techniques: ['T1046'],
  },
  {
    bit: XMAS,
    kind: 'xmas',
    text: 'TCP segments with FIN, PSH and URG',
    why: 'No TCP sends them; scanners do, to pass simple filters.',
    score: 45,
    techniques: ['T1046'],
  },
  {
    bit: 256,
    kind: 'sourceRoute',
    text: 'IPv4 packets with source routing',
    why: 'It lets a sender choose the path and get around filters; nothing uses it in earnest any more.',
    score: 50,
    techniques: ['T1599'],
  },
  {
    bit: 512,
    kind: 'routingHeader0',
    text: 'IPv6 packets with a routing header of type 0',
    why: 'It was abolished by RFC 5095 because it multiplies traffic and gets around filters.',
    score: 50,
    techniques: ['T1599'],
  },
  {
    bit: 1024,
    kind: 'icmpRedirect',
    text: 'ICMP redirects',
    why: 'They can draw traffic to a host in between; routers rarely need them.',
    score: 35,
    techniques: ['T1557'],
  },
  {
    bit: 2048,
    kind: 'tinyFragment',
    text: 'fragments that split the TCP header',
    why: 'They hide ports and flags from filters (RFC 1858); no path needs fragments of that size.',
    score: 50,
    techniques: ['T1599'],
  },
  {
    bit: 4096,
    kind: 'synWithData',
    text: 'TCP SYNs that carry data',
    why: 'Without TCP Fast Open only floods and scanners do that, and some old systems.',
    score: 20,
    techniques: ['T1499.001'],
  },
];
