// `npm run bench [name...]`: every program in bench/ (or those named), one after the other, each with its table.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, checkNode, install, root, run } from './prepare.mjs';

checkNode();
await install();
await build();

const wanted = process.argv.slice(2);
const names = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts') && !file.startsWith('_'))
  .map((file) => file.slice(0, -3));
const env = { ...process.env, UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? '24' };
let failed = 0;
for (const name of names) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`\n${name}\n`);
  if ((await run(process.execPath, ['--import', 'tsx', join('bench', `${name}.ts`)], { env })) !== 0) failed++;
}
process.exit(failed > 0 ? 1 : 0);
