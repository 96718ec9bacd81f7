import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type FieldTree, fieldsOf } from '../src/kit/fields.ts';
import { SETTINGS } from '../src/kit/settings.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Made by a build, or by the person who installs it. */
const MADE = /^(web\/dist|deploy\/\.env)/;
const pages = ['README.md', 'CHANGELOG.md', ...pagesIn('docs'), ...pagesIn('docs/decisions')];

function pagesIn(folder: string): string[] {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'));
  return names.map((name) => `${folder}/${name}`);
}

const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Anchors of the headings of a page, as the usual renderers make them. */
function anchorsOf(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(pages)('%s', (page) => {
  const text = read(page);

  it('leads to pages and headings that exist', () => {
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path, anchor] = target.split('#');
      const file = path === '' ? page : normalize(join(dirname(page), path));
      expect([target, existsSync(join(root, file))]).toEqual([target, true]);
      if (anchor !== undefined) expect(anchorsOf(file)).toContain(anchor);
    }
  });

  it('names files that exist', () => {
    const names = text.matchAll(/(?<![\w/.-])((?:src|web|demo|bench|scripts|deploy|test|docs)\/[\w./-]*[\w/])/g);
    for (const [, name] of names) {
      if (MADE.test(name)) continue;
      expect([name, existsSync(join(root, name))]).toEqual([name, true]);
    }
  });
});

// In fields.md names of other products stand that look like settings of ours.
describe.each(pages.filter((page) => page !== 'docs/fields.md'))('%s', (page) => {
  it('names settings that exist', () => {
    const paths = fieldsOf(SETTINGS as FieldTree).map(({ path }) => path);
    const sections = new Set(paths.map((path) => path.split('.')[0]));
    for (const [, name] of read(page).matchAll(/`([a-z]+\.[a-z]+[A-Z]?\w*)`/g)) {
      if (!sections.has(name.split('.')[0]) || /\.(ts|md|sql|v\d)$/.test(name)) continue;
      expect(paths).toContain(name);
    }
  });
});
