import { CliError, EXIT } from './exit.ts';
import type { Io } from './io.ts';
import { printable, table } from './table.ts';

export type Row = Readonly<Record<string, unknown>>;
export type OutputFormat = 'table' | 'json' | 'ndjson' | 'csv';

export interface OutputOptions {
  readonly output?: string;
  readonly json?: boolean;
  readonly fields?: string;
}

/** A column as a table shows it; `show` turns the value into text. */
export interface ShownColumn {
  readonly field: string;
  readonly title?: string;
  readonly align?: 'left' | 'right';
  readonly show?: (value: unknown) => string;
}

const FORMATS: readonly string[] = ['table', 'json', 'ndjson', 'csv'];

export function formatOf(options: OutputOptions): OutputFormat {
  const format = options.output ?? (options.json ? 'json' : 'table');
  if (!FORMATS.includes(format)) {
    throw new CliError(EXIT.usage, `There is no output ${format}.`, '-o table, json, ndjson or csv');
  }
  return format as OutputFormat;
}

/**
 * Prints rows in the asked format. JSON, NDJSON and CSV carry every field in full, or those of `--fields`; a table
 * shows `columns`, cut to the terminal, with `footer` on stderr.
 */
export async function printRows(
  rows: readonly Row[],
  columns: readonly ShownColumn[],
  options: OutputOptions,
  io: Io,
): Promise<void> {
  const fields = options.fields
    ?.split(',')
    .map((field) => field.trim())
    .filter((field) => field !== '');
  const format = formatOf(options);
  if (format === 'table') {
    const shown: readonly ShownColumn[] =
      fields?.map((field) => columns.find((column) => column.field === field) ?? { field }) ?? columns;
    const cells = rows.map((row) => shown.map((column) => (column.show ?? plain)(at(row, column.field))));
    const titles = shown.map((column) => ({ title: column.title ?? column.field, align: column.align }));
    await io.out(table(titles, cells, io.outIsTerminal ? io.width : undefined));
    return;
  }
  const picked = fields
    ? rows.map((row) => Object.fromEntries(fields.map((field) => [field, at(row, field) ?? null])))
    : rows;
  if (format === 'json') await io.out(`${JSON.stringify(picked, null, 2)}\n`);
  else if (format === 'ndjson') await io.out(picked.map((row) => `${JSON.stringify(row)}\n`).join(''));
  else await io.out(csv(picked, fields ?? columns.map((column) => column.field)));
}

/** Prints one object: JSON in every format but `table`, for which `text` is called. */
export async function printOne(row: Row, options: OutputOptions, io: Io, text: () => string): Promise<void> {
  const format = formatOf(options);
  if (format === 'table' && options.fields === undefined) await io.out(text());
  else if (format === 'json' && options.fields === undefined) await io.out(`${JSON.stringify(row, null, 2)}\n`);
  else
    await printRows(
      [row],
      Object.keys(row).map((field) => ({ field })),
      options,
      io,
    );
}

/** Spellings of the filter language for what an answer nests. */
const NESTED: Readonly<Record<string, string>> = {
  'src.country': 'src_geo.country',
  'src.city': 'src_geo.city',
  'src.asn': 'src_asn.asn',
  'src.org': 'src_asn.org',
  'dst.country': 'dst_geo.country',
  'dst.city': 'dst_geo.city',
  'dst.asn': 'dst_asn.asn',
  'dst.org': 'dst_asn.org',
  risk: 'risk_score',
};

/** The value at a field: `src_ip`, `src_geo.country`, or as filters spell it (`src.ip`, `src.country`). */
export function at(row: Row, field: string): unknown {
  if (Object.hasOwn(row, field)) return row[field];
  const spelling =
    NESTED[field] ?? (Object.hasOwn(row, field.replaceAll('.', '_')) ? field.replaceAll('.', '_') : field);
  if (Object.hasOwn(row, spelling)) return row[spelling];
  return spelling.split('.').reduce<unknown>((node, part) => {
    return typeof node === 'object' && node !== null && Object.hasOwn(node, part) ? (node as Row)[part] : undefined;
  }, row);
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** RFC 4180, with a header. A cell that a spreadsheet would run as a formula gets an apostrophe in front. */
export function csv(rows: readonly Row[], fields: readonly string[]): string {
  const lines = [fields, ...rows.map((row) => fields.map((field) => csvText(at(row, field))))];
  return lines.map((line) => `${line.map(quote).join(',')}\r\n`).join('');
}

/** One text as a cell of CSV. */
export function csvCell(text: string): string {
  return quote(csvText(text));
}

function csvText(value: unknown): string {
  const text = plain(value);
  return typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function quote(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** Text from a server as a terminal may have it. */
export function safe(value: unknown): string {
  return printable(plain(value));
}
