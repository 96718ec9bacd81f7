import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { metricsPage } from './metrics-page.ts';
import { noticesPage } from './notices.ts';
import { errorsPage, fieldsPage, settingsPage } from './render-docs.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const pages: Readonly<Record<string, string>> = {
  'docs/settings.md': settingsPage(),
  'docs/fields.md': fieldsPage(),
  'docs/errors.md': errorsPage(),
  'docs/70-metrics.md': metricsPage(root),
  'THIRD_PARTY_NOTICES.md': noticesPage(root),
};

const check = process.argv.includes('--check');
for (const [name, content] of Object.entries(pages)) {
  const path = join(root, name);
  if (existsSync(path) && readFileSync(path, 'utf8') === content) continue;
  if (!check) writeFileSync(path, content);
  process.stderr.write(check ? `${name} is stale: npm run gen\n` : `${name} written\n`);
  if (check) process.exitCode = 1;
}
