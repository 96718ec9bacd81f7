// `npm run check`: style, types, import rules, generated files. Every step runs; the first failure decides the exit code.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bin, checkNode, install, root, run } from './prepare.mjs';

checkNode();
await install();

const node = process.execPath;
const steps = [
  ['style and lint', () => run(node, [bin('@biomejs/biome', 'biome'), 'check', '.'])],
  ['types of the server', () => run(node, [bin('typescript', 'tsc'), '-p', 'tsconfig.json'])],
  ['types of the dashboard', () => run(node, [bin('typescript', 'tsc'), '-p', 'web/tsconfig.json'])],
  [
    'import rules',
    () =>
      run(node, [
        bin('dependency-cruiser', 'depcruise'),
        'src',
        'demo',
        'web/src',
        '--config',
        '.dependency-cruiser.cjs',
      ]),
  ],
  ['the dashboard imports only types from the server', webImports],
  ['generated files', () => run(node, [join('scripts', 'gen.mjs'), '--check'])],
];

/** The import rules' parser does not tell type imports from others, so this rule is checked on the text. */
function webImports() {
  const bad = [];
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (/\.tsx?$/.test(entry.name))
        for (const [statement] of readFileSync(path, 'utf8').matchAll(/^import\s[^;]*?from\s+'[^']*\/src\/[^']*';/gm))
          if (/(\.\.\/){2,}src\//.test(statement) && !statement.startsWith('import type'))
            bad.push(`${relative(root, path)}: ${statement}`);
    }
  };
  if (existsSync(join(root, 'web', 'src'))) visit(join(root, 'web', 'src'));
  for (const line of bad) process.stderr.write(`${line}\n`);
  return bad.length > 0 ? 1 : 0;
}

let failed = 0;
for (const [name, step] of steps) {
  const code = await step();
  process.stdout.write(`${code === 0 ? 'ok   ' : 'FAIL '} ${name}\n`);
  if (code !== 0) failed++;
}
process.exit(failed > 0 ? 1 : 0);
