import { compileRegex } from './regex.ts';

/** A question put to the UTF-8 text `bytes[start..end)`. */
export type TextTest = (bytes: Uint8Array, start: number, end: number) => boolean;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Exactly this text. */
export function equalsText(text: string): TextTest {
  const wanted = encoder.encode(text);
  return (bytes, start, end) => end - start === wanted.length && matchesAt(bytes, start, wanted);
}

/** One member of the comma separated set passes; an empty set has the empty text as its only member. */
export function anyMember(test: TextTest): TextTest {
  return (bytes, start, end) => {
    let from = start;
    for (let i = start; i <= end; i++) {
      if (i < end && bytes[i] !== 0x2c) continue;
      if (test(bytes, from, i)) return true;
      from = i + 1;
    }
    return false;
  };
}

function matchesAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

/** Substring, prefix or suffix without regard to case, or a regular expression. */
export function partTest(op: 'contains' | 'startswith' | 'endswith' | 'matches', text: string): TextTest {
  if (op === 'matches') return compileRegex(text);
  const lower = text.toLowerCase();
  const wanted = encoder.encode(lower);
  if (wanted.some((byte) => byte >= 0x80)) return unicodeTest(op, lower);
  if (op === 'startswith') return (bytes, start, end) => end - start >= wanted.length && foldedAt(bytes, start, wanted);
  if (op === 'endswith')
    return (bytes, start, end) => end - start >= wanted.length && foldedAt(bytes, end - wanted.length, wanted);
  return (bytes, start, end) => {
    const last = end - wanted.length;
    for (let at = start; at <= last; at++) if (foldedAt(bytes, at, wanted)) return true;
    return false;
  };
}

function foldedAt(bytes: Uint8Array, at: number, lower: Uint8Array): boolean {
  for (let i = 0; i < lower.length; i++) {
    const byte = bytes[at + i];
    if ((byte >= 65 && byte <= 90 ? byte + 32 : byte) !== lower[i]) return false;
  }
  return true;
}

/** Beyond ASCII, case is a matter of tables: this one decodes the row, and so allocates. */
function unicodeTest(op: 'contains' | 'startswith' | 'endswith', lower: string): TextTest {
  return (bytes, start, end) => {
    const text = decoder.decode(bytes.subarray(start, end)).toLowerCase();
    if (op === 'startswith') return text.startsWith(lower);
    return op === 'endswith' ? text.endsWith(lower) : text.includes(lower);
  };
}
