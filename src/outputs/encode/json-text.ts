const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;

/**
 * Whether a text is JSON as it stands, between quotes. Most texts of events are, which a short loop finds out faster than
 * `JSON.stringify` writes them; halves of surrogate pairs are left to that, since only lone ones are escaped.
 */
export function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < SPACE || unit === QUOTE || unit === BACKSLASH || (unit >= FIRST_SURROGATE && unit <= LAST_SURROGATE))
      return false;
  }
  return true;
}

/** A string as JSON, equal to what `JSON.stringify` gives. */
export function quote(text: string): string {
  return isPlain(text) ? `"${text}"` : JSON.stringify(text);
}
