// `npm run gen`: writes the pages that are derived from code and packages. With --check it writes nothing and fails when
// one of them is stale.
import { join } from 'node:path';
import { bin, checkNode, install, run } from './prepare.mjs';

checkNode();
await install();
process.exitCode = await run(process.execPath, [
  bin('tsx', 'tsx'),
  join('scripts', 'gen-docs.ts'),
  ...process.argv.slice(2),
]);
