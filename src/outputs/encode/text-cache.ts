/** So many texts are remembered; then it begins anew. */
const MOST = 2_048;

/**
 * Remembers what was made of a text. Exporters, sets of tags and risk reasons are few and come again and again; what
 * is made of them is a list or takes a look at every letter.
 */
export function remembered(make: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size === MOST) known.clear();
    const made = make(text);
    known.set(text, made);
    return made;
  };
}
