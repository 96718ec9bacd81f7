/** Bytes from hexadecimal digits; blanks are for the reader, and what follows a `;` up to the end of the line too. */
export function hex(text: string): Buffer {
  return Buffer.from(text.replace(/;.*$/gm, '').replace(/\s/g, ''), 'hex');
}
