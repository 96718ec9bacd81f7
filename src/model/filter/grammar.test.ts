import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FILTER_GRAMMAR, FILTER_OPERATORS } from './grammar.ts';
import { parseFilter } from './parser.ts';

const page = readFileSync(new URL('../../../docs/filter-language.md', import.meta.url), 'utf8');

describe('docs/filter-language.md', () => {
  it('has the grammar of the code', () => {
    expect(page).toContain(FILTER_GRAMMAR);
    for (const { operator } of FILTER_OPERATORS) expect(FILTER_GRAMMAR).toContain(`"${operator}"`);
  });

  it('has examples that are filters', () => {
    const examples = page.slice(page.indexOf('## Examples')).matchAll(/\| `([^`]+)` \|/g);
    const filters = [...examples].map((match) => match[1]);
    expect(filters.length).toBeGreaterThan(5);
    for (const filter of filters) expect(() => parseFilter(filter), filter).not.toThrow();
  });
});
