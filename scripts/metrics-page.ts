import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { code, page, table } from './render-docs.ts';

/** A family of metrics as the source makes it. */
export interface MetricFamily {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** File that makes it, from the root of the repository. */
  readonly file: string;
}

const CALL = /\.(counter|gauge|histogram)\(/g;
const STRING = /^\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"),?\s*/;
const LABELS = /\[\s*('\w+'(?:,\s*'\w+')*)\s*,?\s*\]/;

/**
 * Every family that the files below `src` make, by name: `metrics.counter('vedette_…', 'Help.', ['label'])`, with name
 * and help as literals. @throws Error for a call that is written in another way.
 */
export function collectMetrics(root: string): MetricFamily[] {
  const found = new Map<string, MetricFamily>();
  for (const path of sources(join(root, 'src'))) {
    const text = readFileSync(path, 'utf8');
    for (const match of text.matchAll(CALL)) {
      const call = callAt(text, match.index + match[0].length);
      const family = familyOf(match[1] as MetricFamily['type'], call, relative(root, path).replaceAll('\\', '/'));
      if (found.has(family.name)) throw new Error(`${family.name} is made in two places: ${path}`);
      found.set(family.name, family);
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** docs/70-metrics.md, out of the source. */
export function metricsPage(root: string): string {
  const rows = collectMetrics(root).map(({ name, type, labels, help, file }) => [
    code(name),
    type,
    labels.map(code).join(', '),
    help,
    code(file),
  ]);
  return page('Metrics', 'src', [INTRO, table(['Metric', 'Type', 'Labels', 'Meaning', 'Made in'], rows), REST]);
}

const INTRO = `\`GET /v1/metrics\` answers in the text format of Prometheus, with an API key of the scope \`read\` or with basic auth
(\`api.metricsUser\`, \`api.metricsPassword\`). Counters and histograms begin at 0 with the process. A histogram has the
series \`_bucket\`, \`_sum\` and \`_count\`. [Operations](60-operations.md) says which of them deserve an alert;
\`deploy/grafana/vedette.json\` draws them.`;

const REST = `## Labels

| Label | Values |
| --- | --- |
| \`source\` | the door: \`http\`, \`file:NAME\` |
| \`encoding\` | the format that the request named, \`auto\` when it named none |
| \`reason\` | why a record was put aside, such as \`INVALID_ADDRESS\` |
| \`stage\` | \`decode\`, \`locate\`, \`match\`, \`score\`, \`commit\` |
| \`kind\` | of indicators: \`addresses\`, \`networks\`, \`domains\` |
| \`covers\` | of location tables: \`city\`, \`asn\` |
| \`method\`, \`route\`, \`status\` | of a request; the route is the pattern, such as \`/v1/events/:id\` |
| \`exporter\` | the name of a device that sends flows; after the first five hundred all are \`other\` |
| \`code\` | of a condition: \`silent\`, \`losing\`, \`clock\`, \`no-template\`, \`limited\`, \`malformed\` ([what they mean](25-collect-flows.md#conditions)) |
| \`protocol\`, \`domain\` | \`netflow5\`, \`netflow9\`, \`ipfix\`, \`sflow\`; source id or observation domain |
| \`interface\`, \`direction\` | index of an interface of an exporter; \`in\`, \`out\` |
| \`output\`, \`state\` | the name of an output; \`running\`, \`retrying\`, \`blocked\`, \`paused\`, \`stopped\` |
| \`outcome\` | of a query of the state store: \`ok\`, \`error\` |

Beside them stand the \`process_*\` and \`nodejs_*\` metrics of the process: memory, CPU time, open files, event loop, garbage
collection.

## As JSON

With \`Accept: application/json\` the same address answers \`requests_total\`, \`requests_failed\`, \`records_processed\`,
\`records_queued\`, \`queue_depth\`, \`eps\` (events a second over the last minute), \`dead_letters\`, \`events_stored\` and
\`uptime_seconds\`.`;

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts')) yield path;
  }
}

/** The arguments of a call, from behind its parenthesis to the one that closes it. */
function callAt(text: string, from: number): string {
  let depth = 1;
  let quote = '';
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (quote !== '') {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if (character === "'" || character === '"' || character === '`') quote = character;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return text.slice(from, at);
  }
  throw new Error('a call is not closed');
}

function familyOf(type: MetricFamily['type'], call: string, file: string): MetricFamily {
  const name = STRING.exec(call);
  const help = name && STRING.exec(call.slice(name[0].length));
  if (!name || !help) throw new Error(`${file}: name and help of a metric have to be literals: ${call.slice(0, 60)}`);
  const labels = LABELS.exec(call.slice(name[0].length + help[0].length));
  return { name: unquoted(name[1]), type, help: unquoted(help[1]), labels: labelsOf(labels?.[1]), file };
}

function labelsOf(list = ''): string[] {
  return [...list.matchAll(/'(\w+)'/g)].map((match) => match[1]);
}

function unquoted(literal: string): string {
  return literal.slice(1, -1).replace(/\\(.)/g, '$1');
}
