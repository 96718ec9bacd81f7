import { ALPHABET, DIGITS, NAME_FLOOR, ROWS, STEPS } from './bigram-table.ts';

const EDGE = 0;
const SIZE = ALPHABET.length;
const CODES = new Int8Array(128).fill(-1);
for (let i = 1; i < SIZE; i++) CODES[ALPHABET.charCodeAt(i)] = i;
const TABLE = Float64Array.from(ROWS.join(''), (digit) => -DIGITS.indexOf(digit) / STEPS);

/**
 * The mean log-likelihood, in nats a character pair, of a label under the letters of ordinary names: about -2.9 for
 * `exampleshop`, about -4.6 for random letters. Characters that no host name has are left out; NaN when none is left,
 * and for international (`xn--`) labels, whose letters are an encoding.
 */
export function nameLikelihood(label: string): number {
  if (label.startsWith('xn--')) return Number.NaN;
  let before = EDGE;
  let sum = 0;
  let pairs = 0;
  for (let i = 0; i < label.length; i++) {
    const unit = label.charCodeAt(i) | 32;
    const code = unit < 128 ? CODES[label.charCodeAt(i) === 45 ? 45 : unit] : -1;
    if (code < 0) continue;
    sum += TABLE[before * SIZE + code];
    pairs++;
    before = code;
  }
  if (pairs === 0) return Number.NaN;
  return (sum + TABLE[before * SIZE + EDGE]) / (pairs + 1);
}

/** 99 of 100 ordinary names are above this. The mean over ten random names is below it practically always. */
export const UNLIKELY_NAME = NAME_FLOOR;
