// What every command needs first, with nothing but Node: packages installed, code built. Both only when they are stale.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const oldest = [20, 19];

/** Ends the process with a sentence when this Node is too old. */
export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return;
  process.stderr.write(
    `Vedette needs Node ${oldest.join('.')} or newer; this is ${version}. See https://nodejs.org for a current one.\n`,
  );
  process.exit(4);
}

/** Runs a command with our output; resolves with its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      shell: process.platform === 'win32',
      ...options,
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ? 1 : code));
  });
}

async function must(what, command, args, options) {
  const code = await run(command, args, options);
  if (code !== 0) {
    process.stderr.write(`${what} failed (exit ${code}).\n`);
    process.exit(4);
  }
}

/** SHA-256 over the names and contents of files below the given paths. */
export function fingerprint(paths, base = root) {
  const hash = createHash('sha256');
  const visit = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort())
        if (name !== 'node_modules' && name !== 'dist') visit(join(path, name));
    } else {
      hash.update(relative(base, path)).update('\0').update(readFileSync(path)).update('\0');
    }
  };
  for (const path of paths) visit(join(base, path));
  return hash.digest('hex');
}

/** Does the marker file hold this fingerprint? */
export function isFresh(marker, print) {
  return existsSync(marker) && readFileSync(marker, 'utf8') === print;
}

/** Installs what package-lock.json names, unless that is what is installed. */
export async function install() {
  const marker = join(root, 'node_modules', '.vedette-lock');
  const print = fingerprint(['package.json', 'package-lock.json', 'web/package.json']);
  if (isFresh(marker, print)) return;
  process.stderr.write('Installing packages (npm ci)...\n');
  // npm reports to stdout; ours belongs to data.
  await must('npm ci', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: ['ignore', 2, 2] });
  writeFileSync(marker, print);
}

const serverSources = ['src', 'demo', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
const webSources = ['web', 'package-lock.json'];

/** Builds the server and the dashboard, each unless its sources are what they were at its last build. */
export async function build({ force = false, web = true } = {}) {
  await buildPart('server', 'dist', serverSources, force, async () => {
    await must('The build of the server', process.execPath, [bin('typescript', 'tsc'), '-p', 'tsconfig.build.json'], {
      stdio: ['ignore', 2, 2],
    });
    copyAssets(join(root, 'src'), join(root, 'dist', 'src'));
  });
  if (!web) return;
  await buildPart('dashboard', 'web/dist', webSources, force, () =>
    must('The build of the dashboard', process.execPath, [bin('vite', 'vite'), 'build', '--logLevel', 'warn'], {
      cwd: join(root, 'web'),
      stdio: ['ignore', 2, 2],
    }),
  );
}

async function buildPart(name, folder, sources, force, work) {
  const marker = join(root, folder, '.vedette-build');
  const print = fingerprint(sources);
  if (!force && isFresh(marker, print)) return;
  process.stderr.write(`Building the ${name}...\n`);
  await work();
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(marker, print);
}

/** Path of a package's program, so that no shell and no npx stands between. */
export function bin(name, command) {
  const folder = [join(root, 'node_modules', name), join(root, 'web', 'node_modules', name)].find((path) =>
    existsSync(path),
  );
  const declared = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).bin;
  return join(folder, typeof declared === 'string' ? declared : declared[command]);
}

/** What the compiler does not carry over: SQL migrations and other files that are read at run time. */
function copyAssets(from, to) {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) copyAssets(source, target);
    else if (!/\.tsx?$/.test(entry.name)) {
      mkdirSync(to, { recursive: true });
      writeFileSync(target, readFileSync(source));
    }
  }
}
