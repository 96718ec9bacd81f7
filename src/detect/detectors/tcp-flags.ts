/** Bits of the TCP header's flags, and of `Observation.tcpFlags`. */
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;
export const URG = 32;
/** All without the two of congestion notification. */
export const CONTROL = FIN | SYN | RST | PSH | ACK | URG;

export const TCP = 6;
export const UDP = 17;
