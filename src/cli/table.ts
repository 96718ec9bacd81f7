/** How a column of a table is written. Numbers are right aligned. */
export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/**
 * Rows as aligned text, at most `width` wide where it is given: the widest text columns give way first, down to eight
 * characters, and end in an ellipsis. Control characters are shown as `?`, since data may carry escape sequences.
 */
export function table(columns: readonly TableColumn[], rows: readonly (readonly string[])[], width?: number): string {
  const cells = [columns.map((column) => column.title), ...rows.map((row) => row.map(printable))];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => length(row[index] ?? ''))));
  if (width !== undefined) shrink(widths, columns, width - 2 * (columns.length - 1));
  return cells
    .map((row) =>
      columns
        .map((column, index) => cell(row[index] ?? '', widths[index], column))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

const LEAST = 8;

function shrink(widths: number[], columns: readonly TableColumn[], room: number): void {
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  while (excess > 0) {
    let widest = -1;
    for (let index = 0; index < widths.length; index++) {
      if (columns[index].align === 'right' || widths[index] <= LEAST) continue;
      if (widest < 0 || widths[index] > widths[widest]) widest = index;
    }
    if (widest < 0) return;
    widths[widest]--;
    excess--;
  }
}

function cell(value: string, width: number, column: TableColumn): string {
  const characters = [...value];
  const cut = characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : value;
  const padding = ' '.repeat(width - Math.min(characters.length, width));
  return column.align === 'right' ? padding + cut : cut + padding;
}

function length(value: string): number {
  return [...value].length;
}

/** Data must not steer the terminal. */
export function printable(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  return value.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}

/** 1234567 → `1,234,567`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** 5242880 → `5.24 MB`; three significant digits, decimal units as networks count. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : Number(value.toPrecision(3))} ${units[unit]}`;
}

/** Seconds as `0:04`, `12:30`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [hours, minutes, rest] = parts;
  const tail = String(rest).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}
