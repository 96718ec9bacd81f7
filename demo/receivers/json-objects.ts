/**
 * The JSON objects that stand one after the other in a text, with or without space between them, as Splunk's collector
 * takes them. What cannot be read ends the list: its last entry is then undefined.
 */
export function jsonObjects(text: string): unknown[] {
  try {
    // Strings hold no raw line ends (RFC 8259, 7): where each object has a line, this is the list.
    return JSON.parse(`[${text.trim().replaceAll('\n', ',')}]`);
  } catch {
    return oneByOne(text);
  }
}

function oneByOne(text: string): unknown[] {
  const objects: unknown[] = [];
  for (let from = skipSpace(text, 0); from < text.length; ) {
    const to = endOf(text, from);
    try {
      objects.push(JSON.parse(text.slice(from, to)));
    } catch {
      objects.push(undefined);
      return objects;
    }
    from = skipSpace(text, to);
  }
  return objects;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at])) at++;
  return at;
}

/** Place after the object or list that begins at `from`; the end of the text when it is not closed. */
function endOf(text: string, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const c = text[at];
    if (quoted) {
      if (c === '\\') at++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '{' || c === '[') depth++;
    else if ((c === '}' || c === ']') && --depth <= 0) return at + 1;
  }
  return text.length;
}
