/**
 * One line of CSV (RFC 4180). A text that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a
 * tab or a carriage return) gets an apostrophe in front; numbers stay as they are.
 */
export function csvLine(values: readonly (string | number | null)[]): string {
  return `${values.map(csvField).join(',')}\r\n`;
}

function csvField(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
