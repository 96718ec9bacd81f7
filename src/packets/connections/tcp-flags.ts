/** Bits of the TCP flags byte. */
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const ACK = 16;
