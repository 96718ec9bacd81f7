import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { bigramTable, TARGET } from './gen-bigrams.ts';

it('gives the table of letters that is in use, every time', () => {
  const table = bigramTable();
  expect(table).toBe(readFileSync(TARGET, 'utf8'));
  expect(bigramTable()).toBe(table);
});
