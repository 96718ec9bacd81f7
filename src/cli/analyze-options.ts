import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type AllowRule, problemOfRule } from '../detect/detectors/allow-rules.ts';
import { nearest } from '../kit/nearest.ts';
import { parseNetwork } from '../model/address.ts';
import { ANOMALY_TYPES, type Anomaly, type AnomalyType } from '../model/window.ts';
import type { AnalysisOptions } from './analysis.ts';
import { CliError, EXIT } from './exit.ts';
import type { Io } from './io.ts';
import { printable } from './table.ts';
import { wholeNumber } from './values.ts';

/** What goes to stdout. */
export interface PrintPlan {
  readonly format: 'report' | 'json' | 'ndjson';
  /** Everything there is; false when only some of the following is asked for. */
  readonly report: boolean;
  readonly windows: boolean;
  readonly anomalies: boolean;
  /** A line for each connection, whatever the format. */
  readonly connections: boolean;
}

/** The command line of `analyze`, checked. */
export interface AnalyzePlan {
  readonly analysis: AnalysisOptions;
  readonly print: PrintPlan;
  readonly top: number;
  readonly html: string | undefined;
  readonly failOn: ReadonlySet<Anomaly['severity']> | undefined;
  readonly quiet: boolean;
}

interface Given {
  readonly output?: string;
  readonly json?: boolean;
  readonly conns?: string;
  readonly windows?: boolean;
  readonly anomalies?: boolean;
  readonly window?: string;
  readonly 'limit-hosts'?: string;
  readonly html?: string;
  readonly home?: string;
  readonly detect?: string;
  readonly allow?: string;
  readonly 'fail-on'?: string;
  readonly quiet?: boolean;
}

const FORMATS = ['report', 'json', 'ndjson'] as const;
const SEVERITIES = ['low', 'medium', 'high'] as const;
const LONGEST_WINDOW = 86_400;
/** Windows in a document or a table: 28 hours of 10 s. `-o ndjson` prints all there are. */
const KEPT_WINDOWS = 10_000;

/** @throws CliError for what cannot be meant. */
export async function analyzeOptions(given: Given, io: Pick<Io, 'cwd'>): Promise<AnalyzePlan> {
  const print = printPlan(given);
  const top = given['limit-hosts'] === undefined ? 10 : wholeNumber('--limit-hosts', given['limit-hosts']);
  const windows = print.format !== 'ndjson' && (print.windows || (print.report && print.format === 'json'));
  return {
    analysis: {
      seconds: windowOf(given.window),
      detectors: detectorsOf(given.detect),
      homeNetworks: networksOf(given.home),
      allow: given.allow === undefined ? undefined : await allowRules(given.allow, io),
      keepWindows: windows ? KEPT_WINDOWS : 0,
      top,
    },
    print,
    top,
    html: given.html,
    failOn: severitiesOf(given['fail-on']),
    quiet: given.quiet === true,
  };
}

function printPlan({ output, json, conns, windows = false, anomalies = false }: Given): PrintPlan {
  const format = output ?? (json ? 'json' : 'report');
  if (!isOneOf(FORMATS, format))
    throw new CliError(EXIT.usage, `There is no output ${format}.`, '-o report, json or ndjson');
  if (conns !== undefined && conns !== 'ndjson') throw new CliError(EXIT.usage, '--conns takes ndjson.');
  if (conns !== undefined && (windows || anomalies || format === 'json'))
    throw new CliError(EXIT.usage, '--conns prints lines of connections and nothing else.', 'run it twice');
  if (format === 'ndjson' && conns === undefined && !windows && !anomalies)
    throw new CliError(EXIT.usage, '-o ndjson prints lines of what?', '--windows, --anomalies or --conns ndjson');
  return { format, windows, anomalies, connections: conns !== undefined, report: !conns && !windows && !anomalies };
}

function windowOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (text.trim() !== '' && seconds >= 0.001 && seconds <= LONGEST_WINDOW) return seconds;
  throw new CliError(EXIT.usage, `--window takes seconds from 0.001 to ${LONGEST_WINDOW}, not ${text}.`);
}

function detectorsOf(text: string | undefined): boolean | readonly AnomalyType[] {
  if (text === undefined || text === 'all') return true;
  if (text === 'none') return false;
  return text.split(',').map((word) => {
    const name = word.trim();
    if (isOneOf(ANOMALY_TYPES, name)) return name;
    const meant = nearest(name, ANOMALY_TYPES);
    const hint = meant ? `Did you mean ${meant}?` : `none, or some of ${ANOMALY_TYPES.join(',')}`;
    throw new CliError(EXIT.usage, `There is no detector ${printable(name)}.`, hint);
  });
}

function networksOf(text: string | undefined): readonly string[] | undefined {
  const networks = text?.split(',').map((network) => network.trim());
  const wrong = networks?.find((network) => !parseNetwork(network));
  if (wrong === undefined) return networks;
  throw new CliError(EXIT.usage, `--home takes networks such as 10.0.0.0/8, not ${printable(wrong)}.`);
}

/** A JSON array of rules, as docs/27-analyze.md shows it. */
async function allowRules(name: string, { cwd }: Pick<Io, 'cwd'>): Promise<readonly AllowRule[]> {
  let rules: unknown;
  try {
    rules = JSON.parse(await readFile(resolve(cwd, name), 'utf8'));
  } catch (error) {
    throw new CliError(EXIT.input, `${name} cannot be read: ${(error as Error).message}.`);
  }
  if (!Array.isArray(rules)) throw new CliError(EXIT.input, `${name} is no array of rules.`, 'docs/27-analyze.md');
  return rules.map((rule: Partial<AllowRule> | null, index) => {
    const whole = { id: `${index + 1}`, reason: '', ...rule };
    const fit = typeof whole.reason === 'string' && ['string', 'number'].includes(typeof whole.id);
    const problem = fit ? problemOfRule(whole) : 'It is no rule.';
    if (problem) throw new CliError(EXIT.input, `Rule ${index + 1} of ${name}: ${problem}`, 'docs/27-analyze.md');
    return whole;
  });
}

function severitiesOf(text: string | undefined): ReadonlySet<Anomaly['severity']> | undefined {
  if (text === undefined) return undefined;
  if (!isOneOf(SEVERITIES, text)) throw new CliError(EXIT.usage, `--fail-on takes low, medium or high, not ${text}.`);
  return new Set(SEVERITIES.slice(SEVERITIES.indexOf(text)));
}

function isOneOf<const T extends string>(all: readonly T[], text: string): text is T {
  return (all as readonly string[]).includes(text);
}
