/**
 * A string as an SQL literal. Only for text of our own and for values on their way into `SET param_…`: what people
 * send travels as parameters.
 */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
  '\b': '\\b',
  '\f': '\\f',
};

/** The form in which the engine reads the value of a parameter: as a field of a tab separated line. */
export function escapeField(text: string): string {
  return text.replace(/[\\\t\n\r\0\b\f]/g, (character) => ESCAPES[character]);
}

/** Settings as the end of a statement; values are numbers or words of our own. */
export function settingsClause(settings: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(settings).map(
    ([name, value]) => `${name} = ${typeof value === 'number' ? value : quote(value)}`,
  );
  return ` SETTINGS ${pairs.join(', ')}`;
}
