import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import { ParsedValue, parseValue } from './indicator-value.ts';
import type { MatchIndicator } from './matcher.ts';

/** A line that is not used, for the person who keeps the list. */
export interface BadLine {
  readonly line: number;
  /** End of a sentence about the line. */
  readonly reason: string;
}

/** What reading a list has come to. Grows while {@link readThreatList} runs. */
export interface ThreatListReport {
  good: number;
  bad: number;
  /** The first {@link LISTED_BAD_LINES} of them. */
  readonly badLines: BadLine[];
}

export const LISTED_BAD_LINES = 20;
/** Lines of one list; what comes after is counted as bad. */
const MAX_LINES = 5_000_000;
/** Longer lines are no lines of a list, but a quotation mark that is never closed. */
const MAX_LINE_BYTES = 16_384;
/** For lines that leave the field empty. */
const DEFAULT_CONFIDENCE = 50;
const DEFAULT_CATEGORY = 'unknown';

/** The file cannot be taken as a list at all; what was held before stays. */
export class ThreatListError extends Error {}

const VALUE_NAMES = ['ip_or_cidr', 'value', 'indicator', 'ip', 'cidr', 'address', 'domain'];

interface Layout {
  readonly value: number;
  readonly category: number;
  readonly confidence: number;
  readonly source: number;
}

/**
 * Reads a list of threats: CSV (RFC 4180) with the header `ip_or_cidr,category,confidence` and, if you like, `source`;
 * other columns are ignored, as are empty lines and lines that begin with `#`. The first column may hold a domain too.
 * Yields the good lines; the others go into `report`.
 * @throws ThreatListError when there is no header, or no good line among many; the error of the file system otherwise.
 */
export async function* readThreatList(
  path: string,
  source: string,
  report: ThreatListReport,
): AsyncGenerator<MatchIndicator> {
  const bad = (line: number, reason: string) => {
    report.bad++;
    if (report.badLines.length < LISTED_BAD_LINES) report.badLines.push({ line, reason });
  };
  const parser = parse({
    bom: true,
    comment: '#',
    comment_no_infix: true,
    info: true,
    max_record_size: MAX_LINE_BYTES,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
  });
  const file = createReadStream(path);
  file.on('error', (error) => parser.destroy(error));
  file.pipe(parser);
  const parsed = new ParsedValue();
  let layout: Layout | undefined;
  try {
    for await (const { info, record } of parser as AsyncIterable<{ info: { lines: number }; record: string[] }>) {
      if (layout === undefined) {
        layout = layoutOf(record);
        continue;
      }
      if (report.good + report.bad >= MAX_LINES) {
        bad(info.lines, `comes after ${MAX_LINES} lines, which is as many as are read.`);
        continue;
      }
      const found = indicatorOf(record, layout, source, parsed);
      if (typeof found === 'string') bad(info.lines, found);
      else {
        report.good++;
        yield found;
      }
    }
  } catch (error) {
    if (error instanceof CsvError) throw new ThreatListError(`is not CSV: ${error.message}`);
    throw error;
  } finally {
    file.destroy();
  }
  if (layout === undefined)
    throw new ThreatListError('is empty: the header ip_or_cidr,category,confidence is missing.');
  if (report.good === 0 && report.bad > 0) throw new ThreatListError(`has no good line among ${report.bad}.`);
}

function layoutOf(header: readonly string[]): Layout {
  const names = header.map((name) => name.toLowerCase());
  const value = names.findIndex((name) => VALUE_NAMES.includes(name));
  if (value < 0) throw new ThreatListError('does not begin with the header ip_or_cidr,category,confidence.');
  return {
    value,
    category: names.indexOf('category'),
    confidence: names.indexOf('confidence'),
    source: names.indexOf('source'),
  };
}

/** The indicator of a line, or why it is none, as the end of a sentence about it. */
function indicatorOf(
  record: readonly string[],
  layout: Layout,
  source: string,
  parsed: ParsedValue,
): MatchIndicator | string {
  const value = record[layout.value] ?? '';
  const refusal = parseValue(value, parsed);
  if (refusal !== undefined) return `${JSON.stringify(value.slice(0, 80))} ${refusal}.`;
  const text = record[layout.confidence] || '';
  const confidence = text === '' ? DEFAULT_CONFIDENCE : Number(text);
  if (!(confidence >= 0 && confidence <= 100))
    return `its confidence ${JSON.stringify(text.slice(0, 80))} is no number from 0 to 100.`;
  return {
    value,
    category: record[layout.category] || DEFAULT_CATEGORY,
    confidence,
    source: record[layout.source] || source,
  };
}
