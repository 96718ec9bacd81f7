const NAMES = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];

/** Names of the flags in each value of the TCP header's byte (RFC 9293, section 3.1), separated by commas: `FIN,SYN,ACK`. */
export const TCP_FLAG_NAMES: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  NAMES.filter((_, bit) => (byte >> bit) & 1).join(','),
);
