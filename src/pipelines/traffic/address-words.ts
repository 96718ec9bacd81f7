import { formatIp, formatV4 } from '../../model/address.ts';

const bytes = new Uint8Array(16);
const view = new DataView(bytes.buffer);

/** Text of the address in the four words at `words[at]`; see `Connection.words`. */
export function formatWords(words: Int32Array, at: number, family: number): string {
  if (family === 4) return formatV4(words[at]);
  for (let i = 0; i < 4; i++) view.setInt32(i * 4, words[at + i]);
  return formatIp(bytes) || '::';
}
