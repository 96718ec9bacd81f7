import type { Network } from '../../model/address.ts';

/** Whether an address of 16 bytes, as `parseIp` makes them, is in a network. */
export function within(address: Uint8Array, { bytes, prefix }: Network): boolean {
  const whole = prefix >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== bytes[i]) return false;
  const rest = prefix & 7;
  return rest === 0 || (address[whole] ^ bytes[whole]) >> (8 - rest) === 0;
}
