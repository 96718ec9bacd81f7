import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { COMMON_WORDS } from './common-words.ts';

/**
 * Writes src/detect/scores/bigram-table.ts: how likely a character of a name is after the one before it, counted over
 * names made of common words, and which score 99 of 100 such names exceed.
 * Everything is seeded: the same words give the same file.
 */
export const TARGET = resolve(import.meta.dirname, '../src/detect/scores/bigram-table.ts');
const ALPHABET = '^abcdefghijklmnopqrstuvwxyz0123456789-';
const SIZE = ALPHABET.length;
/** Steps to a nat in the table, and the digits that it is written with. */
const STEPS = 8;
const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

let seed = 20_240_501;
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}

function pick<T>(of: readonly T[]): T {
  return of[Math.floor(random() * of.length)];
}

/** Names as sites have them: one word, two or three together, a number behind, an abbreviation. */
function siteName(words: readonly string[]): string {
  const kind = random();
  if (kind < 0.3) return pick(words);
  if (kind < 0.65) return pick(words) + pick(words);
  if (kind < 0.75) return `${pick(words)}-${pick(words)}`;
  if (kind < 0.83) return pick(words) + pick(words) + pick(words);
  if (kind < 0.9) return pick(words) + Math.floor(random() * 1000);
  if (kind < 0.95) return `${pick(['my', 'the', 'get', 'go', 'e', 'i', 'we', 'un', 're'])}${pick(words)}`;
  return `${pick(words).slice(0, 3)}${pick(words)}${pick(['ly', 'ify', 'er', 's', 'io', 'hq', 'ing', 'ed'])}`;
}

function train(words: readonly string[]): Int32Array {
  const counts = new Float64Array(SIZE * SIZE).fill(0.5);
  for (let n = 0; n < 200_000; n++) {
    const name = `^${siteName(words)}^`;
    for (let i = 1; i < name.length; i++) counts[ALPHABET.indexOf(name[i - 1]) * SIZE + ALPHABET.indexOf(name[i])]++;
  }
  return Int32Array.from(counts, (count, i) => {
    const from = Math.floor(i / SIZE) * SIZE;
    const total = counts.subarray(from, from + SIZE).reduce((sum, value) => sum + value, 0);
    return Math.min(DIGITS.length - 1, Math.round(-Math.log(count / total) * STEPS));
  });
}

function score(table: Int32Array, name: string): number {
  let sum = 0;
  const padded = `^${name}^`;
  for (let i = 1; i < padded.length; i++) {
    sum -= table[ALPHABET.indexOf(padded[i - 1]) * SIZE + ALPHABET.indexOf(padded[i])];
  }
  return sum / STEPS / (padded.length - 1);
}

function quantile(values: number[], share: number): number {
  values.sort((a, b) => a - b);
  return values[Math.floor(share * values.length)];
}

/** The file, as text. */
export function bigramTable(): string {
  seed = 20_240_501;
  const unique = [...new Set(COMMON_WORDS)];
  // A fifth of the words is kept aside: the limit has to hold for words that the table has not seen.
  const held = unique.filter((_, i) => i % 5 === 0);
  const table = train(unique.filter((_, i) => i % 5 !== 0));
  const names = Array.from({ length: 50_000 }, () => score(table, siteName(held)));
  const rows = Array.from({ length: SIZE }, (_, row) =>
    Array.from(table.subarray(row * SIZE, (row + 1) * SIZE), (step) => DIGITS[step]).join(''),
  );
  return `// Written by scripts/gen-bigrams.ts from scripts/common-words.ts; not to be edited.

/** The characters of a name; \`^\` is its beginning and its end. */
export const ALPHABET = '${ALPHABET}';

/** Steps of the table to a nat. */
export const STEPS = ${STEPS};

/** Digits of the table, by value. */
export const DIGITS = '${DIGITS}';

/** A row for the character before, a column for the one after: how unlikely that is, in steps. */
export const ROWS: readonly string[] = [
${rows.map((row) => `  '${row}',`).join('\n')}
];

/** Log-likelihood a character, in nats, that 99 of 100 ordinary names exceed. */
export const NAME_FLOOR = ${quantile(names, 0.01).toFixed(3)};
`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(TARGET, bigramTable());
