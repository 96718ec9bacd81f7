/** What a load holds, known because it was made so. */
export interface LoadTotals {
  packets: number;
  /** Bytes of the frames, and of the IP packets in them. */
  wireBytes: number;
  ipBytes: number;
  ipv4: number;
  ipv6: number;
  arp: number;
  tcp: number;
  udp: number;
  icmp: number;
  /** TCP connections begun: all SYNs with addresses and ports of their own. */
  connections: number;
  /** Of these: closed by FINs of both, by a RST behind data, refused by a RST, never answered, still going on. */
  finished: number;
  reset: number;
  refused: number;
  unanswered: number;
  open: number;
  /** Segments with data, all copies counted. */
  dataSegments: number;
  /** Distinct bytes of payload in TCP. */
  tcpBytes: number;
  /** Data segments that the monitor saw twice, and those that it first saw after a gap of more than a round trip. */
  sentTwice: number;
  lostBefore: number;
  /** Data segments that were overtaken by the next one, within 100 microseconds. */
  reordered: number;
  dnsQuestions: number;
  dnsAnswers: number;
  /** Conversations over UDP and by echo of which at least one packet was written. */
  udpTalks: number;
  echoTalks: number;
}

export function emptyTotals(): LoadTotals {
  return {
    packets: 0,
    wireBytes: 0,
    ipBytes: 0,
    ipv4: 0,
    ipv6: 0,
    arp: 0,
    tcp: 0,
    udp: 0,
    icmp: 0,
    connections: 0,
    finished: 0,
    reset: 0,
    refused: 0,
    unanswered: 0,
    open: 0,
    dataSegments: 0,
    tcpBytes: 0,
    sentTwice: 0,
    lostBefore: 0,
    reordered: 0,
    dnsQuestions: 0,
    dnsAnswers: 0,
    udpTalks: 0,
    echoTalks: 0,
  };
}
