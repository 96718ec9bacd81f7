import { HISTORY, LETTER_SHIFT, SIDE_STATUS } from './record-layout.ts';
import { ACK, FIN, RST, SYN } from './tcp-flags.ts';

/**
 * The letters of Zeek's `history`: what happened, in the order of the first time; capitals for the originator. S SYN,
 * H SYN/ACK, A acknowledgement alone, D data without one of these flags, F FIN, R RST (again with another number), G something missed, Q and I flags
 * that contradict each other; T data sent again and W zero window again at the tenth, hundredth... time; ^ when the
 * responder was seen first. Other than with Zeek, what was only reordered is no T, and F, S, G stand once.
 */
const LETTERS = 'SHADFRGQI';
const MULTI_FLAG = 7;
const INCONSISTENT = 8;
export const DATA_LETTER = 3;
export const RESET_LETTER = 5;
export const GAP_LETTER = 6;
export const RETRANSMISSION = 'T'.charCodeAt(0);
export const ZERO_WINDOW = 'W'.charCodeAt(0);
export const FLIPPED = '^'.charCodeAt(0);

const CODES = Uint8Array.from(LETTERS, (letter) => letter.charCodeAt(0));
const MAX_LETTERS = 23;
const LOWER = 32;

/** Adds a letter by its code, as long as there is room. @param record where the record begins, in words. */
export function addLetter(bytes: Uint8Array, record: number, code: number, fromOrig: boolean): void {
  const at = (record + HISTORY) * 4;
  const length = bytes[at];
  if (length === MAX_LETTERS) return;
  bytes[at] = length + 1;
  bytes[at + 1 + length] = fromOrig || code === FLIPPED ? code : code | LOWER;
}

/**
 * Adds a letter that stands once for a direction. Answers whether it is new.
 * @param side where the sender's part begins, in words.
 */
export function addOnce(
  ints: Int32Array,
  bytes: Uint8Array,
  record: number,
  side: number,
  letter: number,
  fromOrig: boolean,
): boolean {
  // There are nine such letters and room for eight: the two kinds of contradiction share one.
  const bit = 1 << (LETTER_SHIFT + (letter === INCONSISTENT ? MULTI_FLAG : letter));
  if ((ints[side + SIDE_STATUS] & bit) !== 0) return false;
  ints[side + SIDE_STATUS] |= bit;
  addLetter(bytes, record, CODES[letter], fromOrig);
  return true;
}

/** Adds a letter that {@link addOnce} has added before. */
export function addAgain(bytes: Uint8Array, record: number, letter: number, fromOrig: boolean): void {
  addLetter(bytes, record, CODES[letter], fromOrig);
}

/** Adds a letter that comes again at powers of ten. @param count how often it happened, this time included. */
export function addScaled(bytes: Uint8Array, record: number, code: number, count: number, fromOrig: boolean): void {
  let power = 1;
  while (power < count) power *= 10;
  if (power === count) addLetter(bytes, record, code, fromOrig);
}

/** The letter of a segment by its flags, -1 when it has none. @param length bytes of payload. */
export function letterOf(flags: number, length: number): number {
  switch (flags & (SYN | FIN | RST)) {
    case 0:
      if (length > 0) return DATA_LETTER;
      return (flags & ACK) !== 0 ? 2 : -1;
    case SYN:
      return (flags & ACK) === 0 ? 0 : 1;
    case FIN:
      return 4;
    case RST:
      return RESET_LETTER;
    case FIN | RST:
      return INCONSISTENT;
    default:
      return MULTI_FLAG;
  }
}

export function historyText(bytes: Uint8Array, record: number): string {
  const at = (record + HISTORY) * 4;
  let text = '';
  for (let i = 1; i <= bytes[at]; i++) text += String.fromCharCode(bytes[at + i]);
  return text;
}
