// `npm test`: sets up what is missing, runs every test, and ends with one line of figures.
// Arguments go to vitest: npm test -- --project unit
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bin, build, checkNode, install, run } from './prepare.mjs';

checkNode();
await install();
await build();

const folder = mkdtempSync(join(tmpdir(), 'vedette-test-'));
const report = join(folder, 'report.json');
const code = await run(process.execPath, [
  bin('vitest', 'vitest'),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
]);

let line = '0 passed, 1 failed';
let failed = 1;
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  const skipped = result.numPendingTests + result.numTodoTests;
  // A file that could not even be loaded has no tests to fail: it counts as one failure.
  const unloaded = result.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  failed = result.numFailedTests + unloaded.length;
  if (result.numPassedTests === 0 && failed === 0) failed = 1;
  if (code !== 0 && failed === 0) failed = 1;
  line = `${result.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
} catch (error) {
  process.stderr.write(`The test runner left no report: ${error.message}\n`);
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`\n${line}\n`);
process.exit(failed > 0 ? 1 : 0);
