/** Builds pieces of the filter language (docs: the `grammar` of /v1/fields) from values on the screen. */

export type FieldType = string;

/** A value as the filter language wants it: numbers, addresses and enum words bare, text in double quotes. */
export function literal(value: string | number, type: FieldType | undefined): string {
  if (typeof value === 'number') return String(value);
  if (type === 'ip' || type === 'enum' || type === 'time' || type === 'id') return value;
  if (/^(u8|u16|u32|u64|f32|f64)$/.test(type ?? '') && /^[\w.+-]+$/.test(value)) return value;
  if (type === undefined && /^(\d+(\.\d+)*|[0-9a-f]*:[0-9a-f:.]+)$/i.test(value)) return value;
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}

/** `field = value`; a null value means that there is none. */
export function clause(field: string, value: string | number | null, type?: FieldType, not = false): string {
  if (value === null || value === '') return not ? `${field} exists` : `not ${field} exists`;
  return `${field} ${not ? '!=' : '='} ${literal(value, type)}`;
}

/** Adds a clause with `and`; what is there already is put in parentheses when it has an `or` on its top level. */
export function withClause(filter: string, added: string): string {
  const before = filter.trim();
  if (before === '') return added;
  if (topLevelParts(before).parts.includes(added)) return before;
  return `${topLevelParts(before).hasOr ? `(${before})` : before} and ${added}`;
}

interface TopLevel {
  /** The clauses between top-level `and`s. */
  parts: string[];
  hasOr: boolean;
}

/** Splits at `and`/`&&` outside strings and parentheses. */
export function topLevelParts(filter: string): TopLevel {
  const parts: string[] = [];
  let hasOr = false;
  let depth = 0;
  let start = 0;
  const tokens = /"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|&&|\|\||[()]|[^\s()&|"']+|./gs;
  for (const match of filter.matchAll(tokens)) {
    const word = match[0].toLowerCase();
    if (word === '(') depth++;
    else if (word === ')') depth--;
    else if (depth === 0 && (word === 'and' || word === '&&')) {
      parts.push(filter.slice(start, match.index).trim());
      start = match.index + match[0].length;
    } else if (depth === 0 && (word === 'or' || word === '||')) hasOr = true;
  }
  parts.push(filter.slice(start).trim());
  return { parts: parts.filter((part) => part !== ''), hasOr };
}
