import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface Prepare {
  fingerprint(paths: readonly string[], base: string): string;
  isFresh(marker: string, print: string): boolean;
}

const file = pathToFileURL(join(dirname(fileURLToPath(import.meta.url)), 'prepare.mjs')).href;
const { fingerprint, isFresh } = (await import(file)) as Prepare;

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'vedette-prepare-'));
  mkdirSync(join(base, 'src', 'deep'), { recursive: true });
  writeFileSync(join(base, 'src', 'deep', 'a.ts'), 'one');
  writeFileSync(join(base, 'lock.json'), '{}');
});
afterEach(() => rmSync(base, { recursive: true }));

const print = () => fingerprint(['src', 'lock.json', 'absent'], base);

describe('what is stale', () => {
  it('shows in contents and names, not in dates', () => {
    const before = print();
    writeFileSync(join(base, 'src', 'deep', 'a.ts'), 'one');
    expect(print()).toBe(before);
    writeFileSync(join(base, 'src', 'deep', 'a.ts'), 'two');
    expect(print()).not.toBe(before);
    writeFileSync(join(base, 'src', 'deep', 'a.ts'), 'one');
    renameSync(join(base, 'src', 'deep', 'a.ts'), join(base, 'src', 'deep', 'b.ts'));
    expect(print()).not.toBe(before);
  });

  it('does not show in what was installed or built', () => {
    const before = print();
    for (const name of ['node_modules', 'dist']) {
      mkdirSync(join(base, 'src', name));
      writeFileSync(join(base, 'src', name, 'x.js'), name);
    }
    expect(print()).toBe(before);
    writeFileSync(join(base, 'src', 'new.ts'), '');
    expect(print()).not.toBe(before);
  });

  it('is what has no marker, or another one', () => {
    const marker = join(base, 'marker');
    expect(isFresh(marker, print())).toBe(false);
    writeFileSync(marker, print());
    expect(isFresh(marker, print())).toBe(true);
    writeFileSync(join(base, 'lock.json'), '{"a":1}');
    expect(isFresh(marker, print())).toBe(false);
  });
});

describe('a Node that is too old', () => {
  const check = (version: string) => {
    const script = `import('${file}').then((prepare) => prepare.checkNode('${version}'))`;
    return spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  };

  it('is told so in a sentence', () => {
    expect(check('20.18.9')).toMatchObject({ status: 4, stderr: expect.stringContaining('needs Node 20.19 or newer') });
    expect(check('18.20.0').status).toBe(4);
    expect([check('20.19.0').status, check('22.1.0').status]).toEqual([0, 0]);
  });
});
