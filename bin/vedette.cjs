#!/usr/bin/env node
// The embedded column engine runs its queries on libuv's pool: it must be larger before the pool's first use,
// which is why this launcher is CommonJS (its loader is synchronous) and sets the size before anything else.
process.env.UV_THREADPOOL_SIZE ??= '24';
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const entry = join(__dirname, '..', 'dist', 'src', 'main.js');
if (!existsSync(entry)) {
  process.stderr.write('Vedette is not built yet: run `npm run build` (or `npm start`, which does everything).\n');
  process.exit(4);
}
import(pathToFileURL(entry).href);
