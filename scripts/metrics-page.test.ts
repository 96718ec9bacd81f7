import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectMetrics, metricsPage } from './metrics-page.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Names of ours in a text, without the endings of a histogram's series. */
function namesIn(text: string, known: ReadonlySet<string>): string[] {
  const names = [...text.matchAll(/vedette_[a-z]\w+/g)].map(([name]) => name);
  return names.map((name) => (known.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '')));
}

describe('the metrics of the product', () => {
  const families = collectMetrics(root);
  const known = new Set(families.map((family) => family.name));

  it('are all on the page, with help and a unit in the name', () => {
    const text = metricsPage(root);
    for (const { name, type, help } of families) {
      expect(text).toContain(`| \`${name}\` | ${type} |`);
      expect(help).toMatch(/\.$/);
      if (type === 'counter') expect(name).toMatch(/_total$/);
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    }
    expect(families.find((family) => family.name === 'vedette_http_request_seconds')).toMatchObject({
      type: 'histogram',
      labels: ['method', 'route', 'status'],
      file: 'src/api/http-metrics.ts',
    });
  });

  it('are those that the dashboard and the pages speak of', () => {
    const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
    for (const file of ['deploy/grafana/vedette.json', ...pages.map((name) => join('docs', name))])
      for (const name of namesIn(readFileSync(join(root, file), 'utf8'), known))
        expect([file, known.has(name), name]).toEqual([file, true, name]);
  });
});

describe('collecting', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vedette-metrics-'));
    mkdirSync(join(folder, 'src', 'deep'), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const source = (text: string, name = 'a.ts') => writeFileSync(join(folder, 'src', 'deep', name), text);

  it('reads calls over several lines, and quotes and brackets in the help', () => {
    source(`metrics?.histogram(\n  'vedette_x_seconds',\n  "It's (half) done.",\n  [0.1, 1],\n  ['stage'],\n);`);
    source(`metrics.counter('vedette_test_total', 'Not of the product.')`, 'a.test.ts');
    expect(collectMetrics(folder)).toEqual([
      {
        name: 'vedette_x_seconds',
        type: 'histogram',
        help: "It's (half) done.",
        labels: ['stage'],
        file: 'src/deep/a.ts',
      },
    ]);
  });

  it('refuses names that are put together, and families made twice', () => {
    source(`metrics.gauge('vedette_' + what, 'Help.')`);
    expect(() => collectMetrics(folder)).toThrow(/literals/);
    source(`metrics.gauge('vedette_a', 'A.');`);
    source(`metrics.gauge('vedette_a', 'A.');`, 'b.ts');
    expect(() => collectMetrics(folder)).toThrow(/two places/);
  });
});
